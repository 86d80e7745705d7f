"""The order of API versions: ``v2``, ``v1``, ``v11beta2``, ``v1beta1``, ``v1alpha1``, then anything else by name.

The rules are those of ``k8s.io/apimachinery/pkg/version`` (``CompareKubeAwareVersionStrings``).
"""

from __future__ import annotations

import re

_VERSION = re.compile(r"v([1-9]\d*)(?:(alpha|beta)([1-9]\d*))?")
_STABLE, _BETA, _ALPHA, _OTHER = range(4)
_STAGES = {None: _STABLE, "beta": _BETA, "alpha": _ALPHA}


def preference(version: str) -> tuple[int, int, int, str]:
    """Return a key that sorts versions by preference, the one that clients should take first."""
    match = _VERSION.fullmatch(version)
    if match is None:
        return _OTHER, 0, 0, version
    return _STAGES[match[2]], -int(match[1]), -int(match[3] or 0), ""

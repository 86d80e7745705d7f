"""Kinds that are served still and should not be used any more: every answer about them says so.

Sources: the ``APILifecycleDeprecated`` methods of k8s.io/api, and apiserver, pkg/endpoints/deprecation.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.serve.requestinfo import RequestInfo

DEPRECATED: Mapping[tuple[str, str, str], str] = MappingProxyType(
    {
        ("", "v1", "componentstatuses"): "v1 ComponentStatus is deprecated in v1.19+",
        ("", "v1", "endpoints"): ("v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"),
    }
)
"""By group, version and plural."""


def deprecations_of(info: RequestInfo) -> tuple[str, ...]:
    """The warning about the kind that a request is about; nothing where it is no old one."""
    text = DEPRECATED.get((info.group, info.version, info.resource))
    return () if text is None else (text,)

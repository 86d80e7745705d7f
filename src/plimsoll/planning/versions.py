"""Kubernetes versions, and values that changed with them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Generic, TypeVar

from plimsoll.errors import Complaint, InputError, Place

T = TypeVar("T")

OLDEST_MINOR = 13
"""Oldest minor version planned for: OpenShift 4.1 and kubeadm's first beta configuration."""

NEWEST_MINOR = 36
"""Newest minor version whose defaults were read; later ones are planned as this one."""

OPENSHIFT_MINOR_OFFSET = 13
"""From 4.3 on, OpenShift 4.x is built on Kubernetes 1.(x+13)."""

_EARLY_OPENSHIFT = {1: 13, 2: 14}


@dataclass(frozen=True, slots=True, order=True)
class KubernetesVersion:
    """A minor version of Kubernetes 1.x."""

    minor: int

    def __str__(self) -> str:
        return f"1.{self.minor}"


class History(Generic[T]):
    """A value that changed with versions: pairs of the first minor version it held in, ascending, and the value."""

    def __init__(self, *entries: tuple[int, T]) -> None:
        self._entries = entries

    def at(self, version: KubernetesVersion) -> T:
        """The value in ``version``; before the first entry, the first value."""
        _, value = self._entries[0]
        for since, later in self._entries:
            if since <= version.minor:
                value = later
        return value


def parse_version(text: str, *, openshift: bool) -> KubernetesVersion:
    """Read ``1.16``, ``v1.16.2`` or, for OpenShift, also its own version ``4.3``.

    Raises:
        InputError: if it is neither, or older than anything a plan can be made for.

    """
    match = re.fullmatch(r"v?(\d{1,2})\.(\d{1,3})(\.\d+)?", text.strip())
    if match is None:
        raise _complaint(f"{text!r} is not a version", "Write it as 1.36.")
    major, minor = int(match[1]), int(match[2])
    if openshift and major == 4:  # noqa: PLR2004 - OpenShift 4 is a product's name
        major, minor = 1, _EARLY_OPENSHIFT.get(minor, minor + OPENSHIFT_MINOR_OFFSET)
    if major != 1 or minor < OLDEST_MINOR:
        raise _complaint(f"no plan can be made for version {text}", f"The oldest is 1.{OLDEST_MINOR} (OpenShift 4.1).")
    return KubernetesVersion(minor)


def _complaint(problem: str, remedy: str) -> InputError:
    return InputError(Complaint(Place("--kubernetes-version"), problem, remedy))

"""Counting the namespaces of a run that are in use and that are on their way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from plimsoll.cluster.port import Change
    from plimsoll.kube.resources import Object


class NamespaceCensus:
    """The run's namespaces by name; a name is free again when its namespace is neither active nor terminating."""

    def __init__(self) -> None:
        self._active: set[str] = set()
        self._terminating: set[str] = set()

    @property
    def active(self) -> int:
        """Namespaces that take objects."""
        return len(self._active)

    @property
    def terminating(self) -> int:
        """Namespaces that are being emptied."""
        return len(self._terminating)

    @property
    def existing(self) -> int:
        """Namespaces that the API still shows."""
        return len(self._active) + len(self._terminating)

    def exists(self, name: str) -> bool:
        """Whether the API still shows this namespace."""
        return name in self._active or name in self._terminating

    def samples(self) -> Iterator[tuple[str, int]]:
        """Name and value of each series of this census."""
        yield "namespaces.active", self.active
        yield "namespaces.terminating", self.terminating

    def relist(self, namespaces: Iterable[Object], seconds: float) -> None:  # noqa: ARG002 - a census has no history
        """Take a complete listing."""
        self._active.clear()
        self._terminating.clear()
        for namespace in namespaces:
            self._see(namespace)

    def update(self, changes: Sequence[Change]) -> None:
        """Take a batch of changes, oldest first."""
        for change in changes:
            if change.type == "DELETED":
                name = change.object["metadata"]["name"]
                self._active.discard(name)
                self._terminating.discard(name)
            else:
                self._see(change.object)

    def _see(self, namespace: Object) -> None:
        metadata = namespace["metadata"]
        if "deletionTimestamp" in metadata:
            self._active.discard(metadata["name"])
            self._terminating.add(metadata["name"])
        else:
            self._active.add(metadata["name"])

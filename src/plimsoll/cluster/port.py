"""The narrow port through which load is driven and clusters are observed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

from plimsoll.kube.patchformats import Patch, PatchFormat
from plimsoll.kube.resources import Object, Resource

ChangeType = Literal["ADDED", "MODIFIED", "DELETED"]


class Change(NamedTuple):
    """One watch event: what happened to an object, and when the watcher received it (seconds on the cluster's clock)."""

    type: ChangeType
    object: Object
    seconds: float


@dataclass(frozen=True, slots=True)
class Listing:
    """The answer to a LIST: the objects and the revision from which a watch goes on without a gap."""

    items: Sequence[Object]
    resource_version: str = field(default="")


class Cluster(Protocol):
    """A cluster as seen by one client.

    Every call may raise :class:`plimsoll.errors.ApiError`; retrying is the caller's business. Times are seconds on the
    clock of the running asyncio loop, which the caller shares with the cluster.
    """

    def create(self, resource: Resource, body: Object, namespace: str | None = None) -> Awaitable[object]:
        """POST one object. Nothing may be made of the answer: to decode it would cost as much as to make the request."""
        ...

    def get(self, resource: Resource, name: str, namespace: str | None = None) -> Awaitable[Object]:
        """GET one object; ``ApiError(404)`` where there is none."""
        ...

    def list(self, resource: Resource, namespace: str | None = None, *, label_selector: str = "") -> Awaitable[Listing]:
        """LIST the objects of one namespace, or of all where none is named."""
        ...

    def patch(
        self,
        resource: Resource,
        name: str,
        patch: Patch,
        namespace: str | None = None,
        *,
        patch_format: PatchFormat = "merge",
    ) -> Awaitable[Object]:
        """Apply a patch and return the object as stored. An apply takes fields over from whoever else owns them."""
        ...

    def delete(
        self, resource: Resource, name: str, namespace: str | None = None, *, uid: str | None = None
    ) -> Awaitable[None]:
        """DELETE one object, only if it still has this UID where one is given (``ApiError(409)`` otherwise).

        Dependents follow in the background.
        """
        ...

    def watch(
        self, resource: Resource, namespace: str | None = None, *, label_selector: str = "", resource_version: str = ""
    ) -> AsyncIterator[Sequence[Change]]:
        """Watch for changes after a revision. Changes that arrived together come as one batch, oldest first."""
        ...

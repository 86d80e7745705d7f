"""A write as admission sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from plimsoll.kube.resources import Object, Resource
from plimsoll.registry.requests import User

Operation = Literal["CREATE", "UPDATE", "DELETE", "CONNECT"]


@dataclass(slots=True)
class Attributes:
    """What is about to be written, by whom.

    ``object`` is private to the request until it is stored, so that mutating plug-ins change it in place; it is empty
    for deletions, where ``old`` is what goes. ``warnings`` collect what the client is to be told.
    """

    operation: Operation
    resource: Resource
    namespace: str
    name: str
    subresource: str
    user: User
    object: Object
    old: Object | None = None
    dry_run: bool = False
    warnings: list[str] = field(default_factory=list)

    def concerns(self, resource: Resource) -> bool:
        """Whether this is about objects of a resource, and not about a subresource."""
        mine = self.resource
        return mine.plural == resource.plural and mine.group == resource.group and not self.subresource

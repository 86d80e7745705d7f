"""What a kind's module says about the kind: which checks its objects go through, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from plimsoll.apimachinery.naming import Check, dns_subdomain
from plimsoll.apimachinery.validation.fielderrors import Errors
from plimsoll.kube.resources import Object

BodyCheck = Callable[[Object], Errors]
"""A check of an object without its metadata."""

ChangeCheck = Callable[[Object, Object], Errors]
"""A check of the new object against the old one."""


def nothing(_object: Object) -> Errors:
    """Find no fault."""
    yield from ()


def no_change(_new: Object, _old: Object) -> Errors:
    """Find no fault in a change."""
    yield from ()


@dataclass(frozen=True, slots=True)
class Rules:
    """The checks of one kind. Metadata comes first always, as every kind has it."""

    body: BodyCheck = nothing
    """What holds for every object, new or changed."""

    change: ChangeCheck = no_change
    """What holds for a change only: what is immutable, above all."""

    status: ChangeCheck = no_change
    """What holds for a change through the ``status`` subresource, in which the body is not looked at."""

    name: Check = dns_subdomain

    change_first: bool = False
    """Whether faults of the change are listed before those of the body."""

    metadata_on_update: tuple[Literal["change", "new"], ...] = ("change",)
    """Which checks of metadata an update goes through again after those that all kinds share.

    The API's own code checks some things twice and even three times, and each time adds a cause to the answer.
    """

    checks_metadata: bool = True
    """Whether the kind itself looks at the metadata; if not, only what holds for all kinds is looked at."""

    body_on_update: bool = True
    """Whether the body of a changed object is looked at again."""

    create: BodyCheck | None = None
    """What holds for a new object, where that is more than ``body``."""

    subresources: Mapping[str, ChangeCheck] = field(default_factory=dict)
    """What holds for changes through other subresources than ``status``."""

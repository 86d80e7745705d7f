"""What the verbs work on: one cluster's store, its clock, its admission, and what is kept beside stored objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object, Resource
    from plimsoll.registry.admission.chain import AdmissionChain
    from plimsoll.registry.identity import Identity
    from plimsoll.registry.verbs.moulds import Moulds
    from plimsoll.simcluster.store import Store


class Companion(Protocol):
    """Something that is kept beside the objects of a resource, such as the addresses that services hold."""

    def before_create(self, value: Object) -> None:
        """Complete a new object, which is private still, with what is free; ``ApiError`` where nothing is."""
        ...

    def before_update(self, value: Object, old: Object) -> None:
        """Complete a changed object, which is private still."""
        ...


@dataclass(frozen=True, slots=True)
class Backing:
    """The parts that all verbs share. ``companions`` are found by group and plural; ``moulds`` spare creates work."""

    store: Store
    identity: Identity
    admission: AdmissionChain
    companions: Mapping[tuple[str, str], Companion]
    moulds: Moulds

    def companion(self, resource: Resource) -> Companion | None:
        """What is kept beside a resource, if anything is."""
        return self.companions.get((resource.group, resource.plural))

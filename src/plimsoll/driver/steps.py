"""The pieces of a plan: phases of chains of calls of operations. Pure data.

The operations of a phase are made while they are iterated, so a plan of any size costs nothing until it is carried out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from plimsoll.kube.labels import RUN_LABEL
from plimsoll.kube.patchformats import PatchFormat
from plimsoll.kube.resources import Object, Resource
from plimsoll.scenario.actions import Action
from plimsoll.scenario.model import Wait
from plimsoll.scenario.pace import Pace
from plimsoll.scenario.workloads import Barrier
from plimsoll.workloads.coordination import Coordination

PhaseKind = Literal["create", "wait", "exchange", "pause", "act", "delete"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One request of a client: create the object of ``manifest``, or delete, read or patch what there is of this name."""

    verb: Literal["create", "delete", "read", "patch"]
    resource: Resource
    namespace: str | None
    name: str
    manifest: Object | None = None
    patch: Any = None
    patch_format: PatchFormat = "merge"


@dataclass(frozen=True, slots=True)
class Call:
    """What one client process does: objects of one kind and one namespace, one after another."""

    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """Calls that must follow one another, and how long whoever makes them sleeps after the last.

    Chains are independent: a phase's parallel workers take the next chain each, in order.
    """

    calls: tuple[Call, ...]
    pause_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Phase:
    """A step of a plan. The next begins when this one is over.

    * ``create`` and ``delete``: when all chains are done; with ``until_gone``, when what was deleted no longer exists.
    * ``wait``: when ``pods`` pods of the job have reached ``wait.for_``, or its timeout is over.
    * ``exchange``: when all of the job's clients and workers are through; they take ``duration_seconds`` from when the
      ``barrier`` lets them begin.
    * ``pause``: after ``duration_seconds``.
    * ``act``: when ``action`` has been done to every object that it is about.

    ``operations`` counts what ``chains()`` will yield. ``churn_cycle`` counts from 1 in phases that churn.
    """

    name: str
    kind: PhaseKind
    job: str = ""
    pace: Pace = field(default_factory=Pace)
    operations: int = 0
    pods: int = 0
    wait: Wait | None = None
    barrier: Barrier | None = None
    action: Action | None = None
    duration_seconds: float = 0.0
    until_gone: bool = False
    churn_cycle: int = 0
    timeout_seconds: float | None = None
    make_chains: Callable[[], Iterator[Chain]] = field(default=tuple[Chain]().__iter__, repr=False, compare=False)

    def chains(self) -> Iterator[Chain]:
        """The phase's work, made anew at each call."""
        return self.make_chains()

    def calls(self) -> Iterator[Call]:
        """All calls of all chains, in order."""
        for chain in self.make_chains():
            yield from chain.calls


@dataclass(frozen=True, slots=True)
class Plan:
    """All of a load. ``pods`` is how many there are once every job has created its objects."""

    run_id: str
    phases: tuple[Phase, ...]
    pods: int
    _counts: Counter[str]
    coordinations: tuple[Coordination, ...] = ()
    """Of the jobs whose pods really do something."""

    @property
    def label_selector(self) -> str:
        """Selects all that the plan creates, and the pods that controllers create from it."""
        return f"{RUN_LABEL}={self.run_id}"

    def counts(self) -> dict[str, int]:
        """How many objects of each kind the plan creates, before any churn."""
        return dict(self._counts)

    def manifests(self) -> Iterator[Object]:
        """Every object that the plan creates, before any churn, in creation order."""
        for phase in self.phases:
            if phase.kind == "create" and not phase.churn_cycle:
                for call in phase.calls():
                    yield from (operation.manifest for operation in call.operations if operation.manifest is not None)

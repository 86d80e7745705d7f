"""What a load is, in order: made from a scenario alone, so that a dry run prints exactly what a run would do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from math import ceil
from typing import Any, TypeVar

from plimsoll.driver.deliveries import coordination, load_pods, with_programs
from plimsoll.driver.parts import PartPlanner, in_calls
from plimsoll.driver.programs import WITH_PODS
from plimsoll.driver.steps import Call, Chain, Operation, Phase, PhaseKind, Plan
from plimsoll.scenario.actions import Action
from plimsoll.scenario.model import Churn, Exchange, Job, Load, Scenario
from plimsoll.scenario.objects import Group, kind_of
from plimsoll.scenario.pace import Pace

__all__ = ["Call", "Chain", "Operation", "Phase", "PhaseKind", "Plan", "build_plan", "exchange_seconds"]

T = TypeVar("T")

_PLURALS = {
    "Secret": "secrets",
    "ConfigMap": "config maps",
    "Service": "services",
    "Deployment": "deployments",
    "ReplicaSet": "replica sets",
    "Pod": "pods",
}

_WORKLOADS = frozenset({"Deployment", "ReplicaSet", "Pod"})


def build_plan(scenario: Scenario, run_id: str, *, deliver_programs: bool = False) -> Plan:
    """Plan a valid scenario. ``run_id`` labels everything that the plan creates.

    With ``deliver_programs`` pods get what it takes to really do what they are for. In virtual time nothing could run
    it, and the load would not be the same: one config map more per namespace.
    """
    load = scenario.load
    if deliver_programs:
        load = load.model_copy(update={"jobs": tuple(with_programs(job) for job in load.jobs)})
    else:
        line_rate = scenario.cluster.node.network_bits_per_second // 8
        load = load.model_copy(update={"jobs": tuple(_with_rate(job, line_rate) for job in load.jobs)})
    jobs = [_JobPlanner(run_id, load, job) for job in load.jobs]
    phases = [phase for job in jobs for phase in job.phases()]
    if load.delete:
        phases.append(_deletion(load, [part for job in jobs for part in job.parts]))
    counts = sum((part.counts() for job in jobs for part in job.parts), Counter[str]())
    coordinations = tuple(each for job in load.jobs if (each := coordination(job, work_seconds(job))) is not None)
    return Plan(run_id, tuple(phases), sum(map(load_pods, load.jobs)), counts, coordinations)


def exchange_seconds(exchange: Exchange) -> float:
    """How long each client exchanges data: until the first of its bounds is reached; 0 where nobody knows."""
    bounds = [exchange.duration_seconds] if exchange.duration_seconds is not None else []
    if exchange.total_bytes is not None and exchange.bytes_per_second is not None:
        bounds.append(exchange.total_bytes / exchange.bytes_per_second)
    return min(bounds, default=0.0)


def work_seconds(job: Job) -> float:
    """How long the pods of a job are at work, once they have begun; 0 where they do nothing that ends."""
    pods = (group.pod for part in job.parts for group in part.objects if isinstance(group, WITH_PODS))
    seconds = [pod.workload.duration_seconds for pod in pods if pod.workload is not None]
    if job.exchange is not None:
        seconds.append(exchange_seconds(job.exchange))
    return max(seconds, default=0.0)


def _with_rate(job: Job, line_rate_bytes_per_second: int) -> Job:
    """The job with the rate of its node's network where it asks for none: no pod is faster than that."""
    if job.exchange is None or job.exchange.bytes_per_second is not None:
        return job
    exchange = job.exchange.model_copy(update={"bytes_per_second": line_rate_bytes_per_second})
    return job.model_copy(update={"exchange": exchange})


def _deletion(load: Load, parts: list[PartPlanner]) -> Phase:
    """One client process deletes every namespace by label, as ``oc delete namespace -l`` does, and waits for the last."""
    namespaces = sum(len(part.names) for part in parts)
    pace = Pace(objects_per_call=max(1, namespaces), call_seconds=load.pace.call_seconds)
    return Phase(
        "Delete pods and namespaces",
        "delete",
        pace=pace,
        operations=namespaces,
        until_gone=True,
        timeout_seconds=load.delete_timeout_seconds,
        make_chains=lambda: in_calls(
            chain.from_iterable(part.namespace_deletions(range(len(part.names))) for part in parts), pace
        ),
    )


@dataclass(slots=True)
class _Step:
    """Groups of one kind and one pace, which are created in one phase."""

    kind: str
    pace: Pace
    groups: list[Group] = field(default_factory=list)


def _step_kinds(groups: Sequence[Group]) -> list[str]:
    """The kind whose phase creates each group: its own, but a service is created with the workload that follows it.

    Load generators create the two together, namespace by namespace; so pods start to come with the first service.
    """
    kinds: list[str] = []
    following = ""
    for group in reversed(groups):
        kind = kind_of(group)
        if kind == "Service" and following:
            kind = following
        elif kind in _WORKLOADS:
            following = kind
        kinds.append(kind)
    return kinds[::-1]


def _merged(sequences: Iterable[Sequence[T]]) -> list[T]:
    """Each item once, in an order that keeps that of every sequence where they do not contradict each other.

    What a later sequence adds goes before the first of its own successors that is there already: the pods of one part
    must not come before the secrets of another just because the first part has no secrets.
    """
    merged: list[T] = []
    for sequence in sequences:
        for index, item in enumerate(sequence):
            if item not in merged:
                successor = next((later for later in sequence[index + 1 :] if later in merged), None)
                merged.insert(len(merged) if successor is None else merged.index(successor), item)
    return merged


class _JobPlanner:
    """Plans one job for one run."""

    def __init__(self, run_id: str, load: Load, job: Job) -> None:
        self.parts = [PartPlanner(run_id, job, part) for part in job.parts]
        self._load = load
        self._job = job
        self._pace = job.pace or load.pace
        self._prefix = f"{job.name}: " if len(load.jobs) > 1 else ""

    def phases(self) -> Iterator[Phase]:
        """All of the job's steps but the tear-down."""
        yield from self._creation_by_kind() if self._load.order == "byKind" else self._creation_by_namespace()
        yield from self._wait("Wait for pods")
        if self._job.hold_seconds:
            yield self._phase("Hold", "pause", duration_seconds=self._job.hold_seconds)
        if seconds := work_seconds(self._job):
            name = "Exchange data" if self._job.exchange is not None else "Run workloads"
            yield self._phase(name, "exchange", duration_seconds=seconds, barrier=self._job.barrier)
        if self._job.churn is not None:
            for cycle in range(1, self._job.churn.cycles + 1):
                yield from self._churn(self._job.churn, cycle)
        for action in self._job.actions:
            yield from self._action(action)

    def _action(self, action: Action) -> Iterator[Phase]:
        name = f"{action.verb.capitalize()} {_PLURALS.get(action.kind, action.kind)} ({action.name})"
        yield self._phase(name, "act", pace=action.pace or self._pace, action=action)
        if action.pause_seconds:
            yield self._phase(f"Pause after {action.name}", "pause", duration_seconds=action.pause_seconds)

    def _creation_by_kind(self) -> Iterator[Phase]:
        pace = self._pace
        yield self._creation(
            "Create namespaces",
            pace,
            sum(len(part.names) for part in self.parts),
            lambda: in_calls(chain.from_iterable(part.namespaces() for part in self.parts), pace),
        )
        steps = self._steps()
        for step in steps:
            alike = sum(other.kind == step.kind for other in steps) > 1
            names = ", ".join(dict.fromkeys(group.name or step.kind for group in step.groups))
            yield self._creation(
                f"Create {_PLURALS.get(step.kind, step.kind)}" + (f" ({names})" if alike else ""),
                step.pace,
                sum(part.number_of(part.among(step.groups)) for part in self.parts),
                partial(self._objects, step),
            )

    def _objects(self, step: _Step) -> Iterator[Chain]:
        return chain.from_iterable(part.objects(part.among(step.groups), step.pace) for part in self.parts)

    def _steps(self) -> list[_Step]:
        steps: dict[tuple[str, Pace], _Step] = {}
        sequences = []
        for part in self.parts:
            kinds = zip(part.part.objects, _step_kinds(part.part.objects), strict=True)
            keys = [(kind, group.pace or self._pace) for group, kind in kinds]
            for group, key in zip(part.part.objects, keys, strict=True):
                steps.setdefault(key, _Step(*key)).groups.append(group)
            sequences.append(list(dict.fromkeys(keys)))
        return [steps[key] for key in _merged(sequences)]

    def _creation_by_namespace(self) -> Iterator[Phase]:
        pace = self._pace
        yield self._creation(
            "Create namespaces and objects",
            pace,
            sum(sum(part.counts().values()) for part in self.parts),
            lambda: chain.from_iterable(part.whole_namespaces(range(len(part.names)), pace) for part in self.parts),
        )

    def _churn(self, churn: Churn, cycle: int) -> Iterator[Phase]:
        """Delete the next so many percent of the job's own namespaces, or what they hold, and create it again."""
        part, pace, named = self.parts[-1], self._pace, f"Churn {cycle}: "
        count = len(part.names)
        size = ceil(count * churn.percent / 100)
        numbers = [((cycle - 1) * size + offset) % count for offset in range(size)]
        whole = churn.mode == "namespaces"
        objects = size * part.number_of(part.part.objects) // count
        yield self._phase(
            f"{named}delete",
            "delete",
            pace=pace,
            operations=size if whole else objects,
            until_gone=True,
            timeout_seconds=self._load.delete_timeout_seconds,
            churn_cycle=cycle,
            make_chains=(lambda: in_calls(part.namespace_deletions(numbers), pace))
            if whole
            else (lambda: part.deletions(numbers, pace)),
        )
        yield self._phase(
            f"{named}create",
            "create",
            pace=pace,
            operations=objects + size if whole else objects,
            churn_cycle=cycle,
            make_chains=lambda: (part.whole_namespaces if whole else part.contents)(numbers, pace),
        )
        yield from self._wait(f"{named}wait for pods", cycle)
        if churn.delay_seconds:
            yield self._phase(f"{named}pause", "pause", duration_seconds=churn.delay_seconds, churn_cycle=cycle)

    def _wait(self, name: str, churn_cycle: int = 0) -> Iterator[Phase]:
        wait, pods = self._job.wait, load_pods(self._job)
        if wait.for_ != "none" and pods:
            timeout = wait.timeout_seconds
            yield self._phase(name, "wait", pods=pods, wait=wait, timeout_seconds=timeout, churn_cycle=churn_cycle)

    def _creation(self, name: str, pace: Pace, operations: int, make_chains: Callable[[], Iterator[Chain]]) -> Phase:
        return self._phase(name, "create", pace=pace, operations=operations, make_chains=make_chains)

    def _phase(self, name: str, kind: PhaseKind, **details: Any) -> Phase:
        return Phase(self._prefix + name, kind, job=self._job.name, **details)

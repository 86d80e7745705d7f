"""What a run will put on a cluster, before it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plimsoll.experiment.demand import Demand
from plimsoll.kube.quantities import format_cpu, format_memory

if TYPE_CHECKING:
    from plimsoll.driver.steps import Plan
    from plimsoll.experiment.remote.preflight.room import Room
    from plimsoll.scenario.model import Scenario

MOST_OBJECTS_UNASKED = 500
MOST_PODS_UNASKED = 100
"""A run that creates more than this on somebody's cluster is confirmed first."""


@dataclass(frozen=True, slots=True)
class Bill:
    """Objects by kind, and what the pods add to what is there. ``nodes`` is 0 where they may not be seen."""

    objects: Mapping[str, int]
    pods: int
    nodes: int
    running_pods: int
    cpu_millicores: int
    memory_bytes: int

    @property
    def needs_confirmation(self) -> bool:
        """Whether it is too much to be created without a question."""
        return sum(self.objects.values()) > MOST_OBJECTS_UNASKED or self.pods > MOST_PODS_UNASKED

    def lines(self) -> Iterator[str]:
        """The bill for a reader."""
        yield "creates " + ", ".join(f"{count:,} {kind}" for kind, count in self.objects.items())
        if self.pods and self.nodes:
            before, after = self.running_pods / self.nodes, (self.running_pods + self.pods) / self.nodes
            yield f"{self.pods:,} pods on {self.nodes:,} nodes: from {before:,.1f} to {after:,.1f} pods a node on average"
        elif self.pods:
            yield f"{self.pods:,} pods"
        if self.cpu_millicores or self.memory_bytes:
            yield f"requests {format_cpu(self.cpu_millicores)} of cpu and {format_memory(self.memory_bytes)} of memory"


def bill_of(scenario: Scenario, plan: Plan, room: Room | None) -> Bill:
    """The bill of a plan."""
    demand = Demand.of(scenario)
    return Bill(
        objects=plan.counts(),
        pods=plan.pods,
        nodes=room.nodes if room else 0,
        running_pods=room.running_pods if room else 0,
        cpu_millicores=demand.cpu_millicores,
        memory_bytes=demand.memory_bytes,
    )

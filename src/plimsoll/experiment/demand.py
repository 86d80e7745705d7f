"""What the pods of a scenario ask of a cluster, all together."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plimsoll.scenario.expansion import namespace_count, pods_in_namespace
from plimsoll.scenario.objects import DeploymentGroup, PodGroup, ReplicaSetGroup

if TYPE_CHECKING:
    from plimsoll.scenario.model import Scenario
    from plimsoll.scenario.pods import Pod

HOSTNAME_LABEL = "kubernetes.io/hostname"
"""The one label in which the nodes of a scenario differ."""

WORKLOADS = (PodGroup, ReplicaSetGroup, DeploymentGroup)
"""The groups that have pods."""


@dataclass(slots=True)
class Demand:
    """What all pods of a load ask for when they are there together: nothing is torn down between jobs."""

    pods: int
    pods_by_node: Counter[str]
    cpu_millicores: int = 0
    memory_bytes: int = 0
    largest_cpu_millicores: int = 0
    largest_memory_bytes: int = 0

    @classmethod
    def of(cls, scenario: Scenario) -> Demand:
        """Count all pods of a scenario."""
        demand = cls(0, Counter())
        for job in scenario.load.jobs:
            for part in job.parts:
                for group in part.objects:
                    if isinstance(group, WORKLOADS):
                        demand.add(group.pod, namespace_count(part) * pods_in_namespace(part, group))
        return demand

    def add(self, pod: Pod, count: int) -> None:
        """Add so many pods of one kind."""
        if not count:
            return
        cpu = (pod.requests.cpu or 0) * pod.containers
        memory = (pod.requests.memory or 0) * pod.containers
        self.pods += count
        self.cpu_millicores += cpu * count
        self.memory_bytes += memory * count
        self.largest_cpu_millicores = max(self.largest_cpu_millicores, cpu)
        self.largest_memory_bytes = max(self.largest_memory_bytes, memory)
        node = pinned_node(pod)
        if node is not None:
            self.pods_by_node[node] += count


def pinned_node(pod: Pod) -> str | None:
    """The node that a pod names, if any."""
    return pod.node_name or pod.node_selector.get(HOSTNAME_LABEL)

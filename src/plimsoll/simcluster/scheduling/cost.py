"""How long a scheduling cycle takes, by what it has to look at: the placements are computed faster than they are charged.

The scheduler's goroutines divide the work on pairs of nodes and pods among them. Up to 1.10 every node was checked
against every placed pod with required anti-affinity, whose selectors were even parsed anew each time up to 1.5.1
(PR 37691, PR 62211); since then such pods are counted into maps from topology to number, once for each cycle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.simcluster.settings import SchedulerSettings


class CycleCost:
    """The cycles of one scheduler: what each takes, and what they took on average."""

    def __init__(self, settings: SchedulerSettings) -> None:
        self._base_seconds = settings.cycle_seconds
        self._node_seconds = settings.cycle_seconds_per_node
        self._pair_seconds = settings.anti_affinity_cost_seconds / settings.parallelism
        self._pod_seconds = settings.anti_affinity_pod_cost_seconds / settings.parallelism
        self._cycles = 0
        self._total_seconds = 0.0

    def charge(self, evaluated: int, repelling: int) -> float:
        """Seconds of a cycle that looks at ``evaluated`` nodes while so many placed pods repel others."""
        return (
            self._base_seconds
            + self._node_seconds * evaluated
            + (self._pair_seconds * evaluated + self._pod_seconds) * repelling
        )

    def took(self, seconds: float) -> None:
        """Count a cycle that has ended; on a machine that others use, too, it took longer than what was charged."""
        self._cycles += 1
        self._total_seconds += seconds

    def totals(self) -> tuple[int, float]:
        """How many cycles there were so far, and the seconds that all of them took."""
        return self._cycles, self._total_seconds

"""Which part of a phase is a worker's own. Pure: every worker plans the whole load, and takes each n-th chain of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.driver.steps import Chain, Phase
    from plimsoll.scenario.pace import Pace


@dataclass(frozen=True, slots=True)
class Share:
    """The ``number``-th of ``workers``, counted from 0."""

    number: int
    workers: int

    def chains(self, phase: Phase) -> Iterator[Chain]:
        """This worker's chains; those of all workers together are the phase's."""
        return islice(phase.chains(), self.number, None, self.workers)

    def kinds(self, phase: Phase) -> Counter[str]:
        """How many objects of each kind this worker's chains are about."""
        calls = (call for chain in self.chains(phase) for call in chain.calls)
        return Counter(operation.resource.kind for call in calls for operation in call.operations)

    def pace(self, pace: Pace) -> Pace:
        """This worker's pace; all together send as fast as the phase asks for, and as many at a time, at least one each."""
        workers = self.workers
        return pace.model_copy(
            update={
                "parallelism": max(1, (pace.parallelism - self.number + workers - 1) // workers),
                "rate_per_second": None if pace.rate_per_second is None else pace.rate_per_second / workers,
                "burst": None if pace.burst is None else ceil(pace.burst / workers),
                "shape": tuple(
                    point.model_copy(update={"rate_per_second": point.rate_per_second / workers})
                    for point in pace.shape
                ),
            }
        )

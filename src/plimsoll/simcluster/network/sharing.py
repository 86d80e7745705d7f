"""Max-min fair rates by progressive filling (Bertsekas and Gallager, *Data Networks*, §6.5.2).

All flows grow together; one stops growing when it has what it asked for, or when a link on its way is full. The result
is the only allocation in which no flow can be given more without taking from one that has no more than it.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Link = TypeVar("Link", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Demand(Generic[Link]):
    """``flows`` alike flows, each over these links and each asking for this rate."""

    links: Collection[Link]
    flows: int
    rate: float


def max_min_rates(demands: Sequence[Demand[Link]], capacities: Mapping[Link, float]) -> list[float]:
    """The rate of one flow of each demand. Links without a capacity here never limit anything."""
    return _Filling(demands, capacities).rates()


class _Filling(Generic[Link]):
    def __init__(self, demands: Sequence[Demand[Link]], capacities: Mapping[Link, float]) -> None:
        self._demands = demands
        self._left = dict(capacities)
        self._growing = dict.fromkeys(capacities, 0)
        self._on_link: dict[Link, list[int]] = {link: [] for link in capacities}
        for number, demand in enumerate(demands):
            for link in demand.links:
                if link in self._left:
                    self._growing[link] += demand.flows
                    self._on_link[link].append(number)
        self._rates: list[float | None] = [None] * len(demands)

    def rates(self) -> list[float]:
        modest_first = sorted(range(len(self._demands)), key=lambda number: self._demands[number].rate)
        satisfied = 0
        while True:
            level, fullest = self._next_level()
            start = satisfied
            while satisfied < len(modest_first) and self._demands[modest_first[satisfied]].rate <= level:
                self._fix(modest_first[satisfied], self._demands[modest_first[satisfied]].rate)
                satisfied += 1
            if satisfied > start:
                continue  # those who stop early leave more to the others, so the level rises
            if fullest is None:
                return [rate or 0.0 for rate in self._rates]
            for number in self._on_link.pop(fullest):
                self._fix(number, level)
            del self._left[fullest]

    def _next_level(self) -> tuple[float, Link | None]:
        """The rate at which the next link is full if all growing flows reach it, and that link."""
        level, fullest = float("inf"), None
        for link, left in self._left.items():
            growing = self._growing[link]
            if growing and left / growing < level:
                level, fullest = left / growing, link
        return level, fullest

    def _fix(self, number: int, rate: float) -> None:
        if self._rates[number] is not None:
            return
        self._rates[number] = rate
        demand = self._demands[number]
        for link in demand.links:
            if link in self._left:
                self._left[link] = max(0.0, self._left[link] - demand.flows * rate)
                self._growing[link] -= demand.flows

"""Which station limits, what its relief would bring at most, and what limits next: operational bounds.

By the utilisation law U = X·D, the demand D of each station is its utilisation over the throughput, so the throughput
can rise until the busiest of them is full: X ≤ X_now / U_max (asymptotic bound; Lazowska and others, "Quantitative System
Performance", chapter 5). If the busiest is relieved, the next one gives the bound.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence.station import Station

FULL = 0.9
"""A station is taken for the limit from here on: with random arrivals a queue is then ten times as long as its service."""

BY_INTENT = frozenset({"driver"})
"""Stations whose limit is the load's own pace: they decide how much is asked, not how much can be done."""


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """The tightest station of a run."""

    station: Station
    following: Station | None
    """What would limit once the first is relieved; None where the run shows of no other how busy it is."""

    @property
    def utilization(self) -> float:
        """Of the tightest station; 1 is full."""
        return self.station.utilization or 0.0

    @property
    def limits(self) -> bool:
        """Whether it is full, so that nothing goes faster without its relief."""
        return self.utilization >= FULL

    @property
    def headroom(self) -> float:
        """By what factor the throughput can rise until this station is full."""
        return 1 / self.utilization if self.utilization else float("inf")

    @property
    def relief(self) -> float | None:
        """By what factor the throughput can rise at most if only this station is relieved; None where nothing bounds it."""
        if self.following is None or not self.following.utilization:
            return None
        return 1 / self.following.utilization


def bottleneck(stations: Iterable[Station]) -> Bottleneck | None:
    """The station that is busiest over the run; None where none shows how busy it is."""
    known = [station for station in stations if station.utilization is not None and station.name not in BY_INTENT]
    ordered = sorted(known, key=lambda station: -(station.utilization or 0.0))
    if not ordered:
        return None
    others = [station for station in ordered if station.name != ordered[0].name]
    return Bottleneck(ordered[0], others[0] if others else None)

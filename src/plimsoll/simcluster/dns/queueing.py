"""The two queueing systems that DNS servers are made of, in closed form.

Forward slots are a loss system: a query takes a slot for as long as its answer takes, however that time is distributed,
and one that finds none free is refused (M/G/c/c, Erlang 1917). A process that reads its socket is a queue with a limited
number of places (M/M/1/K): what the receive buffer cannot hold is dropped.
"""

from __future__ import annotations

from dataclasses import dataclass

_BEYOND_DOUBT = 1e12


def erlang_b(servers: int, offered: float) -> float:
    """The share of arrivals that find all ``servers`` busy; ``offered`` is arrival rate times mean holding time.

    By the recursion ``1/B(c) = 1 + (c/a)·1/B(c-1)``, which neither over- nor underflows; below 1e-12 it is taken for 0.
    """
    if offered <= 0:
        return 0.0
    inverse = 1.0
    crowded = min(servers, int(offered))
    for number in range(1, crowded + 1):
        inverse = 1.0 + inverse * number / offered
    for number in range(crowded + 1, servers + 1):
        inverse = 1.0 + inverse * number / offered
        if inverse > _BEYOND_DOUBT:
            return 0.0
    return 1.0 / inverse


@dataclass(frozen=True, slots=True)
class FiniteQueue:
    """M/M/1/K in its steady state: ``places`` includes the one that is being served."""

    arrivals_per_second: float
    served_per_second: float
    places: int

    @property
    def load(self) -> float:
        """Arrivals per service completed by a busy server, ρ."""
        return self.arrivals_per_second / self.served_per_second

    @property
    def dropped(self) -> float:
        """The share of arrivals that find no place: ``ρ^K (1-ρ) / (1-ρ^(K+1))``."""
        load, places = self.load, self.places
        if load == 1.0:
            return 1.0 / (places + 1)
        if load > 1.0:  # the same, written so that powers of large numbers do not overflow
            return float((1.0 - 1.0 / load) / (1.0 - load ** -(places + 1.0)))
        return float(load**places * (1.0 - load) / (1.0 - load ** (places + 1)))

    @property
    def mean_inside(self) -> float:
        """How many are there on average, waiting or being served."""
        load, places = self.load, self.places
        if load == 1.0:
            return places / 2
        if load > 1.0:  # its free places are those of a queue with arrivals and services swapped
            return places - _mean_inside(1.0 / load, places)
        return _mean_inside(load, places)

    @property
    def utilization(self) -> float:
        """The share of time in which something is being served."""
        return min(1.0, self.load * (1.0 - self.dropped))

    @property
    def mean_seconds(self) -> float:
        """Mean time from arrival to departure of those that are served (Little's law)."""
        carried = self.arrivals_per_second * (1.0 - self.dropped)
        return self.mean_inside / carried if carried > 0 else 1.0 / self.served_per_second

    def later_than(self, seconds: float) -> float:
        """The share of those served that are there for longer.

        Whoever finds n before it is taken to need n+1 mean services: over as many as fit into the seconds that matter
        here, chance averages out.
        """
        least = int(self.served_per_second * seconds)
        if least >= self.places:
            return 0.0
        load, places = self.load, self.places
        if load == 1.0:
            return 1.0 - least / places
        if load > 1.0:
            return (1.0 - load ** (least - places)) / (1.0 - load**-places)
        return float((load**least - load**places) / (1.0 - load**places))


def _mean_inside(load: float, places: int) -> float:
    full = load ** (places + 1)
    return float(load / (1.0 - load) - (places + 1) * full / (1.0 - full))

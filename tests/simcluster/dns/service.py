"""A cluster whose DNS is asked for names, and a record of what it tells."""

from __future__ import annotations

from collections import Counter
from typing import Any

from plimsoll.simcluster.assembly import SimulatedCluster, assemble
from plimsoll.simcluster.demands import DnsLookups
from plimsoll.simcluster.nodes import NodeShape
from plimsoll.simcluster.profile import load_profile
from plimsoll.telemetry import NullTelemetry


class Record(NullTelemetry):
    """Keeps samples, events and lines."""

    def __init__(self) -> None:
        self.samples: dict[tuple[str, str], list[tuple[float, float]]] = {}
        self.events: list[tuple[float, str, str]] = []
        self.lines: list[tuple[float, str, str]] = []

    def sample(self, seconds: float, series: str, instance: str, value: float) -> None:
        self.samples.setdefault((series, instance), []).append((seconds, value))

    def event(self, seconds: float, type: str, reason: str, kind: str, *rest: str, count: int = 1) -> None:  # noqa: A002
        del type, kind, count
        self.events.append((seconds, reason, rest[-1]))

    def log(self, seconds: float, component: str, instance: str, verbosity: int, message: str) -> None:
        del instance, verbosity
        self.lines.append((seconds, component, message))

    def last(self, series: str, instance: str = "") -> float:
        """A gauge's last value; 0 where it was never reported."""
        return self.samples.get((series, instance), [(0.0, 0.0)])[-1][1]

    def highest(self, series: str, instance: str = "") -> float:
        """A gauge's highest value."""
        return max(value for _, value in self.samples.get((series, instance), [(0.0, 0.0)]))

    @property
    def reasons(self) -> Counter[str]:
        """How often each reason was given for an event."""
        return Counter(reason for _, reason, _ in self.events)


def cluster_with(
    profile: str, *demands: DnsLookups, nodes: int = 20, seed: int = 1, **settings: Any
) -> tuple[SimulatedCluster, Record]:
    """A cluster of a profile, with settings of ``dns`` in its own spelling, that is asked for names."""
    record = Record()
    overrides = {"network.clusterNetwork": "10.0.0.0/8", **{f"dns.{name}": value for name, value in settings.items()}}
    shapes = [NodeShape(f"worker-{number}", 8000, 32 * 2**30, 10**10) for number in range(nodes)]
    return assemble(load_profile(profile, overrides), shapes, seed, record, demands=demands), record


def like_900_nodes(
    profile: str, *demands: DnsLookups, seed: int = 1, **settings: Any
) -> tuple[SimulatedCluster, Record]:
    """Nine nodes, each of which costs the servers what a hundred do: quicker to assemble than 900."""
    watching = load_profile(profile).dns.watch_cores_per_node
    return cluster_with(profile, *demands, nodes=9, seed=seed, watchCoresPerNode=100 * watching, **settings)


def asking(per_second: float, **more: Any) -> DnsLookups:
    """Look-ups of the article's mixture from the beginning to the end."""
    mixture = {"same_namespace": 40, "other_namespace": 20, "external": 40} if not more.keys() & _KINDS else {}
    return DnsLookups(**{"at_seconds": 0.0, "for_seconds": None, "per_second": per_second, **mixture, **more})


_KINDS = {"same_namespace", "other_namespace", "external", "absolute"}

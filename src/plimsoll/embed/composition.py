"""From the cluster that a scenario describes to the parts that a simulated one is assembled from."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from plimsoll.simcluster import demands, faults
from plimsoll.simcluster.nodes import NodeShape

if TYPE_CHECKING:
    from collections.abc import Callable

    from plimsoll.scenario.cluster import ClusterSpec
    from plimsoll.scenario.model import Load


def node_names(nodes: int) -> list[str]:
    """The names of a simulated cluster's nodes."""
    return [f"worker-{number}" for number in range(nodes)]


def node_shapes(spec: ClusterSpec) -> list[NodeShape]:
    """The machines, which are all alike but for their names, and the labels and taints of pools."""
    node = spec.node
    shared = tuple(taint.model_dump() for taint in node.taints)
    pools = [pool for pool in spec.pools for _ in range(pool.count)]
    shapes = []
    for name, pool in zip_longest(node_names(spec.nodes), pools[: spec.nodes]):
        labels = {**node.labels, **pool.labels} if pool else node.labels
        taints = (*shared, *(taint.model_dump() for taint in pool.taints)) if pool else shared
        shapes.append(NodeShape(name, node.cpu, node.memory, node.network_bits_per_second, labels, taints))
    return shapes


def simulated_faults(spec: ClusterSpec) -> list[faults.Fault]:
    """The faults in the words of the simulation, which does not know scenarios."""
    kinds = {
        "nodeLost": faults.NodeLost,
        "apiErrors": faults.ApiErrors,
        "apiLatency": faults.ApiLatency,
        "componentRestart": faults.ComponentRestart,
        "runtimeHang": faults.RuntimeHang,
    }
    return [kinds[fault.kind](**fault.model_dump(exclude={"kind"})) for fault in spec.faults]


def simulated_demands(load: Load) -> list[demands.Demand]:
    """What applications ask of the cluster's services, in the words of the simulation."""
    kinds: dict[str, Callable[..., demands.Demand]] = {
        "apiRequests": demands.ApiRequests,
        "databaseTransactions": demands.DatabaseTransactions,
        "dnsLookups": demands.DnsLookups,
        "liveMigrations": demands.LiveMigrations,
    }
    return [kinds[demand.kind](**demand.model_dump(exclude={"kind"})) for demand in load.demands]

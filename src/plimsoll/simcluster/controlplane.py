"""Puts the masters, their priority levels and the nodes' connections to them into a simulated cluster, where its profile has them.

The clusters of most profiles have neither: of them it is only known how many cores serve requests.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from plimsoll.simcluster.flowcontrol import PriorityLevels
from plimsoll.simcluster.masters import Masters
from plimsoll.simcluster.proxy import NodeConnections, Storms

if TYPE_CHECKING:
    from plimsoll.kernel import Kernel
    from plimsoll.simcluster.assembly import SimulatedCluster
    from plimsoll.simcluster.profile import Profile
    from plimsoll.simcluster.store import Collection, Store


def make_masters(kernel: Kernel, profile: Profile, changes: Callable[[], int]) -> Masters | None:
    """The machines that serve requests; ``changes`` counts the changes in the store so far."""
    if not (profile.masters.count or profile.proxy.enabled):
        return None
    return Masters(kernel, profile.masters, profile.apiserver.cores, changes)


def make_levels(kernel: Kernel, profile: Profile, store: Callable[[], Store]) -> PriorityLevels | None:
    """The priority levels whose seats requests need, where the profile's API servers have any."""
    settings = profile.apiserver
    limits = settings.max_reads_in_flight, settings.max_mutating_in_flight
    if settings.flow_control != "priorityAndFairness" or not all(limits):
        return None
    found: dict[str, Collection] = {}

    def count(resource: str) -> int:
        collection = found.get(resource)
        if collection is None:
            named = (each for each in store().collections() if each.resource.plural == resource)
            collection = next(named, None)
            if collection is None:
                return 0
            found[resource] = collection
        return len(collection)

    return PriorityLevels(kernel, sum(limits), count)


def connect_nodes(cluster: SimulatedCluster) -> tuple[NodeConnections, Storms] | tuple[None, None]:
    """The connections of all nodes to the API servers, and what happens when many are cut at once."""
    profile, masters, environment = cluster.profile, cluster.server.masters, cluster.environment
    if masters is None or not profile.proxy.enabled:
        return None, None
    connections = NodeConnections(environment, profile, masters, cluster.kubelets.values)
    return connections, Storms(environment, profile, connections, cluster.streams.stream("storms"))


def begin(cluster: SimulatedCluster, connections: NodeConnections | None) -> None:
    """Have the masters carry their steady load from the first second on, and show what can be seen of it."""
    masters, gauge = cluster.server.masters, cluster.sampler.gauge
    if masters is None:
        return
    if cluster.profile.masters.count:
        neighbour = masters.scheduler(cluster.profile.scheduler.parallelism)
        cluster.scheduler.compute = neighbour.compute
        for process in masters.cpu_cores:
            gauge("masters.cpuCores", process, partial(masters.cpus_of, process))
        for machine in masters.utilization:
            gauge("masters.utilization", machine, partial(masters.utilization_of, machine))
    if connections is not None:
        gauge("apiserver.watches", "", lambda: connections.watches)
        gauge("apiserver.watchStartsPerSecond", "", lambda: round(connections.watch_starts_per_second, 3))
        gauge("apiserver.connectionsPerSecond", "", lambda: round(connections.connections_per_second, 3))
        gauge("apiserver.watchEventsPerSecond", "", lambda: round(connections.watch_events_per_second, 3))
    _show_configuration(cluster)
    cluster.background.begin()


def _show_configuration(cluster: SimulatedCluster) -> None:
    """What a look at the proxies' configuration and at the masters themselves shows."""
    proxy, masters, constant = cluster.profile.proxy, cluster.profile.masters, cluster.sampler.constant
    if proxy.enabled:
        constant("config.proxy.idleTimeoutSeconds", "", proxy.idle_timeout_seconds)
    if masters.count:
        constant("config.masters.count", "", masters.count)
        constant("config.masters.coresPerMaster", "", masters.cores_per_master)
        constant("config.masters.virtualMachines", "", float(masters.virtual_machines))
        constant("config.masters.schedulerPlacement", "", float(masters.scheduler_placement == "own"))

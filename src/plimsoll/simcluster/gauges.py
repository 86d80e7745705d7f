"""What the sampler reads of a simulated cluster: the series of :mod:`plimsoll.telemetry.series` that its version shows.

A component that has more to tell adds its own gauges where it is made; see :meth:`Sampler.gauge`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from plimsoll.simcluster.configuration import shown_configuration
from plimsoll.simcluster.counters import Mean, Rate
from plimsoll.simcluster.storagesize import StorageSize

if TYPE_CHECKING:
    from plimsoll.simcluster.assembly import SimulatedCluster
    from plimsoll.simcluster.client import Client
    from plimsoll.simcluster.flowcontrol import PriorityLevel
    from plimsoll.simcluster.kubelet.kubelet import Kubelet
    from plimsoll.simcluster.nodes import NodeShape
    from plimsoll.simcluster.store import Collection
    from plimsoll.simcluster.workqueue import WorkQueue

IPV4_BITS = 32


def add_gauges(cluster: SimulatedCluster, shapes: Sequence[NodeShape]) -> None:
    """Have everything sampled that there is from the beginning; ``shapes`` are the nodes' machines."""
    for kubelet in cluster.kubelets.values():
        _add_kubelet(cluster, kubelet)
    _add_scheduler(cluster)
    _add_controllers(cluster)
    _add_apiserver(cluster)
    gauge, network = cluster.sampler.gauge, cluster.network
    for name in cluster.kubelets:
        gauge("network.sendBitsPerSecond", name, partial(network.send_bits_per_second, name))
        gauge("network.receiveBitsPerSecond", name, partial(network.receive_bits_per_second, name))
    gauge("exchange.activeFlows", "", lambda: cluster.traffic.active)
    _add_constants(cluster)
    _add_interfaces(cluster, shapes)


def add_hang_gauges(cluster: SimulatedCluster, nodes: Sequence[str]) -> None:
    """The ages of the last relists, on the nodes whose runtimes are going to hang: elsewhere they are a second at most."""
    if cluster.profile.kubelet.pleg_last_seen_metric:
        for node in nodes:
            cluster.sampler.gauge("kubelet.plegLastSeenSeconds", node, partial(cluster.faults.last_seen_seconds, node))


def _add_kubelet(cluster: SimulatedCluster, kubelet: Kubelet) -> None:
    gauge, name, shown = cluster.sampler.gauge, kubelet.name, cluster.profile.logging
    gauge("kubelet.throttleSeconds", name, kubelet.take_worst_wait)
    gauge("kubelet.statusQueue", name, kubelet.unsent_statuses)
    control_pods = cluster.profile.kubelet.control_pods
    gauge("kubelet.pods", name, lambda: kubelet.count_pods() + control_pods)
    made = Rate(cluster.kernel, kubelet.count_requests)
    base = cluster.profile.kubelet.base_requests_per_second
    gauge("kubelet.requestsPerSecond", name, (lambda: made() + base) if base else made)
    if kubelet.images is not None:
        gauge("kubelet.imagePullSeconds", name, Mean(kubelet.images.totals))
    if shown.throttle_metric:
        gauge("kubelet.limiterWaitSeconds", name, Mean(kubelet.limiter_waits))
    if shown.status_sync_metric:
        gauge("kubelet.statusSyncSeconds", name, Mean(kubelet.status_syncs))


def _add_scheduler(cluster: SimulatedCluster) -> None:
    gauge, scheduler = cluster.sampler.gauge, cluster.scheduler
    gauge("scheduler.queue", "", lambda: scheduler.waiting)
    gauge("scheduler.unschedulable", "", lambda: scheduler.unschedulable)
    gauge("scheduler.algorithmSeconds", "", Mean(scheduler.cycle_times))
    gauge("scheduler.cyclesPerSecond", "", Rate(cluster.kernel, lambda: scheduler.attempts))
    if cluster.profile.logging.throttle_metric:
        gauge("scheduler.limiterWaitSeconds", "", Mean(partial(_limiter_waits, scheduler.clients)))


def _add_controllers(cluster: SimulatedCluster) -> None:
    gauge, controllers = cluster.sampler.gauge, cluster.controllers
    for name, queue in controllers.queues.items():
        _add_queue(cluster, name, queue)
    controllers.when_added(partial(_add_queue, cluster))
    if cluster.profile.logging.throttle_metric:
        gauge("controllers.limiterWaitSeconds", "", Mean(partial(_limiter_waits, controllers.clients)))


def _add_queue(cluster: SimulatedCluster, name: str, queue: WorkQueue) -> None:
    cluster.sampler.gauge("controller.queue", name, queue.__len__)
    cluster.sampler.gauge("controller.queueSeconds", name, Mean(queue.waits))


def _limiter_waits(clients: Sequence[Client]) -> tuple[int, float]:
    waits = [client.limiter_waits() for client in clients]
    return sum(count for count, _ in waits), sum(seconds for _, seconds in waits)


def _add_apiserver(cluster: SimulatedCluster) -> None:
    gauge, server, kernel = cluster.sampler.gauge, cluster.server, cluster.kernel
    if not cluster.profile.apiserver.shared_in_flight_limit:  # the metric came with the two limits
        gauge("apiserver.inflight", "readonly", lambda: server.in_flight(kernel.now)[0])
        gauge("apiserver.inflight", "mutating", lambda: server.in_flight(kernel.now)[1])
    for level in server.levels.by_name.values() if server.levels is not None else ():
        _add_level(cluster, level)
    gauge("apiserver.refusedPerSecond", "", Rate(kernel, lambda: server.refused))
    gauge("apiserver.utilization", "", lambda: server.take_utilization(kernel.now))
    gauge("apiserver.requestsPerSecond", "", Rate(kernel, lambda: cluster.metering.answered))
    if not cluster.profile.proxy.enabled:  # else whoever simulates the connections knows better
        gauge("apiserver.watches", "", partial(_watches, cluster))
    cluster.store.observe_collections(partial(_add_collection, cluster))
    gauge("apiserver.storageBytes", "", StorageSize(cluster.store))


def _add_level(cluster: SimulatedCluster, level: PriorityLevel) -> None:
    gauge, kernel, name = cluster.sampler.gauge, cluster.kernel, level.name
    gauge("apiserver.seats", name, lambda: level.in_use(kernel.now))
    gauge("apiserver.seatLimit", name, lambda: level.limit)
    gauge("apiserver.seatQueue", name, lambda: level.waiting)
    gauge("apiserver.rejectedPerSecond", name, Rate(kernel, lambda: level.rejected))


def _watches(cluster: SimulatedCluster) -> int:
    each = cluster.profile.proxy.kubelet_watches + cluster.profile.proxy.kube_proxy_watches
    return sum(each + kubelet.objects.watches for kubelet in cluster.kubelets.values() if kubelet.up)


def _add_collection(cluster: SimulatedCluster, collection: Collection) -> None:
    resource = collection.resource
    name = f"{resource.plural}.{resource.group}" if resource.group else resource.plural
    cluster.sampler.gauge("apiserver.storageObjects", name, collection.__len__)


def _add_constants(cluster: SimulatedCluster) -> None:
    constant, profile = cluster.sampler.constant, cluster.profile
    for series, value in shown_configuration(profile):
        constant(series, "", value)
    constant("node.maxPods", "", profile.kubelet.max_pods)
    network = profile.network
    constant("node.podAddresses", "", 2 ** (IPV4_BITS - network.host_prefix) - network.reserved_addresses)


def _add_interfaces(cluster: SimulatedCluster, shapes: Sequence[NodeShape]) -> None:
    speeds = {shape.name: float(shape.network_bits_per_second) for shape in shapes}
    if len(set(speeds.values())) == 1:
        speeds = {"": next(iter(speeds.values()))}
    for name, bits_per_second in speeds.items():
        cluster.sampler.constant("node.networkBitsPerSecond", name, bits_per_second)

"""Puts a simulated cluster together from a profile, its machines and a seed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from plimsoll.kernel import Kernel, Streams
from plimsoll.kube.resources import NODES, PODS
from plimsoll.simcluster import controlplane
from plimsoll.simcluster.addressing import AddressError, NodeAddresses, PodNetwork
from plimsoll.simcluster.admission import PodAdmission
from plimsoll.simcluster.api import EPOCH_SECONDS, Api
from plimsoll.simcluster.apiserver import ApiServer
from plimsoll.simcluster.background import Background
from plimsoll.simcluster.client import ClientEnvironment
from plimsoll.simcluster.controllers.manager import ControllerManager
from plimsoll.simcluster.demands import ApiRequests, DatabaseTransactions, DnsLookups, LiveMigrations
from plimsoll.simcluster.faults import Fault, FaultInjector, RuntimeHang
from plimsoll.simcluster.gauges import add_gauges, add_hang_gauges
from plimsoll.simcluster.kubelet.caching import object_ttl_seconds
from plimsoll.simcluster.kubelet.documents import StatusDocuments
from plimsoll.simcluster.kubelet.kubelet import Kubelet, Shared
from plimsoll.simcluster.kubelet.needs import NeedsReader
from plimsoll.simcluster.metering import Metering
from plimsoll.simcluster.network import Network
from plimsoll.simcluster.nodes import NodeShape, detailed, node_object
from plimsoll.simcluster.sampling import Sampler
from plimsoll.simcluster.scheduler import Scheduler
from plimsoll.simcluster.store import Store
from plimsoll.simcluster.traffic import Traffic

if TYPE_CHECKING:
    from plimsoll.simcluster.database import DatabaseClients
    from plimsoll.simcluster.demands import Demand
    from plimsoll.simcluster.dns.service import ClusterDns
    from plimsoll.simcluster.kubelet.events import EventRecorder
    from plimsoll.simcluster.migration import Migrations
    from plimsoll.simcluster.profile import Profile
    from plimsoll.simcluster.stages.stages import Stages
    from plimsoll.simcluster.store import StoredChange
    from plimsoll.telemetry import Telemetry


ADOPTED_BITS_PER_SECOND = 10e9
"""The network of a node that a client has created: it does not say."""


class SimulatedCluster:
    """Every component, wired. Made by :func:`assemble`; load reaches it through ``environment`` and ``api``."""

    def __init__(
        self,
        profile: Profile,
        shapes: Sequence[NodeShape],
        seed: int,
        telemetry: Telemetry,
        interval_seconds: float,
        epoch_seconds: float,
        make_api: type[Api],
        *,
        inspectable: bool,
    ) -> None:
        self.profile = profile
        self.epoch_seconds = epoch_seconds
        self.kernel = Kernel()
        self.telemetry = telemetry
        self.streams = Streams(seed)
        masters = controlplane.make_masters(self.kernel, profile, lambda: self.store.revision)
        levels = controlplane.make_levels(self.kernel, profile, lambda: self.store)
        self.server = ApiServer(profile.apiserver, self.streams.stream("apiserver").random, masters, levels)
        self.metering = Metering(telemetry)
        self.environment = ClientEnvironment(self.kernel, self.server, self.metering, profile.logging, telemetry)
        self.store = Store(self.kernel, profile.apiserver.watch_delivery_seconds)
        admission = PodAdmission(profile.namespace, token_requests=profile.kubelet.token_requests)
        names = self.streams.stream("names")
        self.api = make_api(self.kernel, self.store, admission, names, telemetry, epoch_seconds=epoch_seconds)
        if inspectable:
            self.environment.event_store = self.api
        self.scheduler = Scheduler(self.environment, profile.scheduler, self.api, self.streams.stream("scheduler"))
        self.controllers = ControllerManager(self.environment, profile, self.api, self.streams, inspectable=inspectable)
        self.network = Network(
            self.kernel,
            {shape.name: shape.network_bits_per_second for shape in shapes},
            settling_seconds=profile.network.settling_seconds,
        )
        self.traffic = Traffic(self.kernel, self.api, self.network)
        self.kubelets = self._add_nodes(shapes, inspectable=inspectable)
        self.store.collection(PODS).watchers.append(self._route_by_stage if inspectable else self._route_to_kubelet)
        connections, storms = controlplane.connect_nodes(self)
        self.faults = FaultInjector(self.kernel, self.server, self.scheduler, self.kubelets, self.controllers, storms)
        self.background = Background(self.environment, profile.kubelet, tuple(self.kubelets.values()), connections)
        self.sampler = Sampler(self.kernel, telemetry, self.metering, self.background, interval_seconds)
        add_gauges(self, shapes)
        controlplane.begin(self, connections)
        self.stages: Stages | None = None
        """What people have written for KWOK; only where they may look."""
        if inspectable:
            from plimsoll.simcluster.inspection import attend_nodes  # noqa: PLC0415 - load runs start sooner without

            random = self.streams.stream("stages")
            self.stages = attend_nodes(self.environment, self.api, random, self.kubelets, self._employ, self._dismiss)
        if profile.monitoring.enabled:
            from plimsoll.simcluster.monitoring import Prometheus  # noqa: PLC0415 - load runs start sooner without

            random = self.streams.stream("monitoring")
            Prometheus(self.kernel, profile.monitoring, self.store, random, telemetry, self.sampler)

    @cached_property
    def dns(self) -> ClusterDns:
        """The servers of the cluster's DNS; there from the first demand on."""
        from plimsoll.simcluster.dns.service import ClusterDns  # noqa: PLC0415 - load runs start sooner without

        return ClusterDns(self)

    @cached_property
    def database(self) -> DatabaseClients:
        """A database cluster and its clients; there from the first demand on."""
        from plimsoll.simcluster.database import DatabaseClients  # noqa: PLC0415 - load runs start sooner without

        random = self.streams.stream("database")
        return DatabaseClients(self.kernel, self.profile.database, random, self.telemetry, self.sampler)

    @cached_property
    def migrations(self) -> Migrations:
        """Live migrations between the nodes; there from the first demand on."""
        from plimsoll.simcluster.migration import Migrations  # noqa: PLC0415 - load runs start sooner without

        random, nodes = self.streams.stream("migration"), tuple(self.kubelets)
        return Migrations(self.kernel, self.profile.migration, nodes, random, self.telemetry, self.sampler)

    def meet(self, demand: Demand) -> None:
        """Set the component at work that meets a demand, from now on."""
        match demand:
            case ApiRequests():
                self._ask(demand)
            case DatabaseTransactions():
                self.database.begin(demand)
            case DnsLookups():
                self.dns.begin(demand)
            case LiveMigrations():
                self.migrations.begin(demand)

    def _ask(self, demand: ApiRequests) -> None:
        from plimsoll.simcluster.otherclients import OtherClients  # noqa: PLC0415 - load runs start sooner without

        random = self.streams.stream(f"{demand.client}/{demand.verb}/{demand.resource}")
        others = OtherClients(self.environment, demand.client, demand.verb, demand.resource, demand.per_second, random)
        self.background.add(others)
        if demand.for_seconds is not None:
            self.kernel.after(demand.for_seconds, others.stop)

    def _add_nodes(self, shapes: Sequence[NodeShape], *, inspectable: bool) -> dict[str, Kubelet]:
        profile = self.profile
        ttl_seconds = profile.kubelet.secret_ttl_seconds
        if profile.kubelet.ttl_controller:
            ttl_seconds = object_ttl_seconds(len(shapes))
        documents = StatusDocuments(self.api.timestamp)
        shared = self.node_shared = Shared(
            self.environment, profile, self.api, NeedsReader(), documents, self.traffic, ttl_seconds
        )
        if inspectable:
            from plimsoll.simcluster import inspection  # noqa: PLC0415 - load runs start sooner without

            shared.documents = inspection.full_documents(self.api)
            shared.containers = inspection.simulated_containers(self.kernel, self.api, self._events_of)
        self._pod_network = PodNetwork(profile.network.cluster_network, profile.network.host_prefix)
        self._machines = 0
        kubelets: dict[str, Kubelet] = {}
        for shape in shapes:
            kubelet, subnet = self._kubelet(shape.name)
            created = self.api.timestamp()
            pods = max(profile.kubelet.max_pods - profile.kubelet.control_pods, 0)
            node = node_object(shape, pods=pods, address=kubelet.address, pod_cidr=subnet, created=created)
            if inspectable:
                node = detailed(node, inspection.KUBELET_VERSION, created)
            self.store.collection(NODES).add("", shape.name, node)
            kubelets[shape.name] = kubelet
        return kubelets

    def _kubelet(self, name: str) -> tuple[Kubelet, str]:
        """A kubelet for a node, and the subnet of its pods; ``AddressError`` where there is none left."""
        network = self.profile.network
        subnet = self._pod_network.allocate()
        addresses = NodeAddresses(subnet, network.reserved_addresses + self.profile.kubelet.control_pods)
        index, self._machines = self._machines, self._machines + 1
        address = f"10.{index >> 16 & 255}.{index >> 8 & 255}.{index & 255}"
        random = self.streams.stream(f"kubelet/{name}")
        return Kubelet(self.node_shared, name, address, addresses, random), str(subnet)

    def _employ(self, name: str) -> tuple[Kubelet, str] | None:
        """A kubelet for a node that a client has created; None where it has one, or can have none."""
        if name in self.kubelets:
            return None
        try:
            employed = self._kubelet(name)
        except AddressError:
            return None
        self.network.add_node(name, ADOPTED_BITS_PER_SECOND)
        self.kubelets[name] = employed[0]
        return employed

    def _dismiss(self, name: str) -> None:
        """A node is gone, and its containers with it."""
        kubelet = self.kubelets.pop(name, None)
        if kubelet is not None:
            kubelet.go_down(lose_containers=True)

    def _events_of(self, node: str) -> EventRecorder:
        return self.kubelets[node].events

    def _route_to_kubelet(self, change: StoredChange) -> None:
        kubelet = self.kubelets.get(change.object["spec"].get("nodeName", ""))
        if kubelet is not None:
            kubelet.observe(change)

    def _route_by_stage(self, change: StoredChange) -> None:
        if self.stages is None or not self.stages.has_pod_on_its_way(change.object):
            self._route_to_kubelet(change)


def assemble(
    profile: Profile,
    nodes: Sequence[NodeShape],
    seed: int,
    telemetry: Telemetry,
    faults: Sequence[Fault] = (),
    demands: Sequence[Demand] = (),
    *,
    interval_seconds: float = 10.0,
    epoch_seconds: float = EPOCH_SECONDS,
    make_api: type[Api] = Api,
    inspectable: bool = False,
) -> SimulatedCluster:
    """A running cluster at second zero, which is ``epoch_seconds`` in Unix time. All chance derives from ``seed``.

    ``make_api`` is what the components write through; a served cluster gives them the way of its clients.
    An ``inspectable`` one has what there is only for people to look at, too: events, leases, endpoints, conditions with
    their texts. A load run is not looked into, and does without; it costs most of the speed.

    Raises ``AddressError`` of ``addressing`` where the cluster network has no subnet for some node.
    """
    cluster = SimulatedCluster(
        profile, nodes, seed, telemetry, interval_seconds, epoch_seconds, make_api, inspectable=inspectable
    )
    cluster.faults.schedule(faults)
    for fault in faults:
        if isinstance(fault, RuntimeHang):
            add_hang_gauges(cluster, fault.nodes(list(cluster.kubelets)))
    for demand in demands:
        cluster.kernel.at(demand.at_seconds, cluster.meet, demand)
    cluster.sampler.start()
    return cluster

"""How large the control plane should be, and how many requests at once its API servers should accept."""

from __future__ import annotations

from dataclasses import dataclass

from plimsoll.planning.flavors import InFlight
from plimsoll.planning.kubelet import KubeletPlan
from plimsoll.planning.wish import Wish

CORES_BY_NODES = ((5, 1), (10, 2), (100, 4), (250, 8), (500, 16))
"""Control-plane cores up to so many nodes (Kubernetes' page on large clusters, its GCE masters); beyond, 32."""

LARGEST_CORES = 32

PODS_OF_A_SIZING_NODE = 110
"""That table knows nodes of at most 110 pods. Denser nodes count as several: the article's 50,000 pods as 455 nodes,
so 16 cores, which is what its masters had."""

IN_FLIGHT_BY_NODES = ((500, InFlight(400, 200)), (3000, InFlight(1500, 500)))
"""Settings of the Kubernetes project's own GCE clusters up to so many nodes; beyond, 3000/1000."""

LARGEST_IN_FLIGHT = InFlight(3000, 1000)

LATENCY_UNDER_LOAD_SECONDS = 0.3
"""Mean response under deployment load (200-400 ms at 900 nodes), for Little's law."""


@dataclass(frozen=True, slots=True)
class ControlPlanePlan:
    """Sizing of one control-plane machine and its API server.

    ``kubelet_requests_per_second`` is what all kubelets together ask for at rest; by Little's law
    ``requests_in_flight`` of these are being answered at any time under load.
    """

    sizing_nodes: int
    cores: int
    in_flight: InFlight
    default_in_flight: InFlight
    kubelet_requests_per_second: float

    @property
    def requests_in_flight(self) -> float:
        """Rate times latency, if one API server had to answer them all."""
        return self.kubelet_requests_per_second * LATENCY_UNDER_LOAD_SECONDS

    @property
    def overloaded(self) -> bool:
        """Whether the kubelets at rest would fill even the largest published setting."""
        return self.requests_in_flight > self.in_flight.read_only


def plan_control_plane(wish: Wish, kubelet: KubeletPlan) -> ControlPlanePlan:
    """Size the control plane for the wish and for the polling that its kubelets will do."""
    sizing_nodes = max(wish.nodes, -(-wish.pods // PODS_OF_A_SIZING_NODE))
    rate = wish.nodes * kubelet.steady_requests_per_second
    default = wish.flavor.in_flight.at(wish.version)
    return ControlPlanePlan(
        sizing_nodes=sizing_nodes,
        cores=next((cores for nodes, cores in CORES_BY_NODES if sizing_nodes <= nodes), LARGEST_CORES),
        in_flight=_in_flight(wish.nodes, rate, default),
        default_in_flight=default,
        kubelet_requests_per_second=rate,
    )


def _in_flight(nodes: int, rate: float, default: InFlight) -> InFlight:
    """The smallest published setting for so many nodes that also holds the kubelets' requests; not below the default."""
    published = (
        setting
        for limit, setting in IN_FLIGHT_BY_NODES
        if nodes <= limit
        and setting.read_only >= default.read_only
        and setting.read_only >= rate * LATENCY_UNDER_LOAD_SECONDS
    )
    return next(published, LARGEST_IN_FLIGHT)

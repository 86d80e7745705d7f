"""What a plan's reader should know besides the settings: tested maximums exceeded, and consequences of applying it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from plimsoll.planning.controlplane import LARGEST_IN_FLIGHT, ControlPlanePlan
from plimsoll.planning.flavors import KUBESPRAY, OPENSHIFT, Strategy
from plimsoll.planning.kubelet import KubeletPlan
from plimsoll.planning.network import Network, overlaps_avoided
from plimsoll.planning.versions import NEWEST_MINOR
from plimsoll.planning.wish import Wish

BRIDGE_PORTS = 1023
"""A Linux bridge has so many ports (``BR_MAX_PORTS`` 1024, less one), so bridge-based CNIs hold no more pods."""

MONITORED_PODS = 50_000
MONITORING_GIGABYTES = 130
MONITORING_PEAK_GIGABYTES = 300
"""Memory of one Prometheus replica in the article, in general and in its spikes, at so many pods."""

MONITORING_WORTH_A_NOTE_PODS = 10_000


class Level(StrEnum):
    """How much a piece of advice matters: a warning may keep the plan from working, a note will not."""

    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Advice:
    """One sentence or two for the reader, and where they come from."""

    level: Level
    text: str
    source: str


def advise(wish: Wish, network: Network, kubelet: KubeletPlan, control_plane: ControlPlanePlan) -> tuple[Advice, ...]:
    """Everything worth saying about a plan, warnings first."""
    found = [
        *_tested_maximums(wish),
        *_network_advice(wish, network),
        *_kubelet_advice(wish, kubelet, control_plane),
        *_consequences(wish, network, control_plane),
    ]
    return tuple(sorted(found, key=lambda advice: advice.level is not Level.WARNING))


def _tested_maximums(wish: Wish) -> Iterator[Advice]:
    tested = wish.flavor.maximums.at(wish.version)
    compared = [
        ("nodes", wish.nodes, tested.nodes),
        ("pods in the cluster", wish.pods, tested.pods),
        ("pods per node", wish.pods_per_node, tested.pods_per_node),
        ("namespaces", wish.namespaces, tested.namespaces),
        (
            "pods per namespace",
            -(-wish.pods // wish.namespaces) if wish.namespaces else None,
            tested.pods_per_namespace,
        ),
    ]
    for what, wanted, maximum in compared:
        if wanted is not None and maximum is not None and wanted > maximum:
            text = f"{wanted:,} {what}: the tested maximum is {maximum:,}"
            yield Advice(Level.WARNING, text, f"{tested.publisher}, published for Kubernetes {wish.version}")


def _network_advice(wish: Wish, network: Network) -> Iterator[Advice]:
    for avoided in overlaps_avoided(wish, network):
        text = f"{network.cluster_network} covers {avoided}, the installer's default machine network: set another one"
        yield Advice(Level.WARNING, text, "install-config defaults")
    if wish.namespaces and wish.namespaces > network.service_addresses:
        text = (
            f"{network.service_network} has {network.service_addresses:,} addresses:"
            f" not one service for each of {wish.namespaces:,} namespaces"
        )
        yield Advice(Level.WARNING, text, "arithmetic")
    if wish.flavor is not OPENSHIFT and network.max_pods > BRIDGE_PORTS:
        text = f"a Linux bridge has {BRIDGE_PORTS:,} ports: use a network plugin that needs no bridge (not Flannel)"
        yield Advice(Level.WARNING, text, "Linux, net/bridge")


def _kubelet_advice(wish: Wish, kubelet: KubeletPlan, control_plane: ControlPlanePlan) -> Iterator[Advice]:
    if control_plane.overloaded:
        text = (
            f"the kubelets alone ask for {control_plane.kubelet_requests_per_second:,.0f} requests/s at rest,"
            f" {control_plane.requests_in_flight:,.0f} in flight at 0.3 s each: expect 429 answers; watch instead"
        )
        yield Advice(Level.WARNING, text, "Little's law")
    default = wish.flavor.strategy.at(wish.version)
    if kubelet.strategy is not Strategy.WATCH and default is Strategy.WATCH:
        text = f"{kubelet.strategy} polls; the default, Watch, needs no requests at rest"
        yield Advice(Level.NOTE, text, "kubelet source")
    elif default is not Strategy.WATCH and kubelet.strategy is Strategy.WATCH:
        text = f"Watch is not safe in {wish.version}: watches of finished pods leak and connections run out of streams"
        yield Advice(Level.WARNING, text, "kubernetes#74412")
    elif kubelet.strategy is not Strategy.WATCH:
        later = "OpenShift 4.3" if wish.flavor is OPENSHIFT else "Kubernetes 1.14"
        yield Advice(Level.NOTE, f"from {later} on, kubelets watch and need no requests at rest", "kubelet source")


def _consequences(wish: Wish, network: Network, control_plane: ControlPlanePlan) -> Iterator[Advice]:
    if wish.flavor is OPENSHIFT:
        text = "hostPrefix and the service network can only be chosen when the cluster is installed"
        yield Advice(Level.NOTE, text, "OpenShift documentation")
    if wish.flavor is OPENSHIFT and network.max_pods != OPENSHIFT.max_pods:
        text = "applying a KubeletConfig drains and reboots the pool's nodes, one at a time unless maxUnavailable says more"
        yield Advice(Level.NOTE, text, "OpenShift documentation")
    if wish.flavor is OPENSHIFT and control_plane.in_flight != control_plane.default_in_flight:
        text = f"OpenShift's operator sets the requests in flight; {LARGEST_IN_FLIGHT} come with OpenShift 4.3"
        yield Advice(Level.NOTE, text, "kube-apiserver-operator#599")
    if wish.flavor is KUBESPRAY:
        text = (
            "with Calico, Kubespray's default, kube_network_node_prefix does not bind: Calico hands out blocks of"
            " addresses as they are needed, and the plan is on the safe side"
        )
        yield Advice(Level.NOTE, text, "Kubespray docs/ansible/vars.md")
    if wish.pods >= MONITORING_WORTH_A_NOTE_PODS:
        usual, peak = (wish.pods * size / MONITORED_PODS for size in (MONITORING_GIGABYTES, MONITORING_PEAK_GIGABYTES))
        text = f"a Prometheus that scrapes all pods will want about {usual:,.0f} GB of memory, {peak:,.0f} GB at times"
        yield Advice(Level.NOTE, text, "scaled from the OpenShift article's 130 and 300 GB at 50,000 pods")
    if wish.version.minor > NEWEST_MINOR:
        text = f"the defaults of {wish.version} are not known here; those of 1.{NEWEST_MINOR} are assumed"
        yield Advice(Level.NOTE, text, "plimsoll")

"""What each way of installing Kubernetes brings along: networks, defaults and tested maximums, by version.

Sources: ``reading of source`` means Kubernetes, OVN-Kubernetes, Kubespray or OpenShift's operators at the version named;
``documentation`` means the installer's own pages (Kubespray ``docs/ansible/vars.md``, OpenShift "Planning your environment
according to object maximums", Kubernetes "Considerations for large clusters").
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network

from plimsoll.planning.versions import History


class Strategy(StrEnum):
    """How a kubelet learns that a secret or config map changed (``configMapAndSecretChangeDetectionStrategy``)."""

    WATCH = "Watch"
    CACHE = "Cache"
    GET = "Get"


@dataclass(frozen=True, slots=True)
class Limiter:
    """A kubelet's client limiter: requests per second, and how many may go at once (``kubeAPIQPS``/``kubeAPIBurst``)."""

    qps: int
    burst: int

    def __str__(self) -> str:
        return f"{self.qps}/{self.burst}"


@dataclass(frozen=True, slots=True)
class InFlight:
    """How many requests an API server works on at once (``max-requests-inflight`` and its mutating counterpart)."""

    read_only: int
    mutating: int

    def __str__(self) -> str:
        return f"{self.read_only}/{self.mutating}"


@dataclass(frozen=True, slots=True)
class NodeIpam:
    """Who hands out a node's pod addresses, and how many of a subnet's host addresses it keeps for itself."""

    name: str
    kept_addresses: int


@dataclass(frozen=True, slots=True)
class Maximums:
    """The largest numbers that the publisher has tested; beyond them nothing is promised, nothing need fail."""

    publisher: str
    nodes: int
    pods: int
    pods_per_node: int
    namespaces: int | None = None
    pods_per_namespace: int | None = None


@dataclass(frozen=True, slots=True)
class Flavor:
    """One way of installing Kubernetes, with its defaults.

    ``longest_division`` is the greatest difference between the cluster network's prefix and a node subnet's that the
    installer accepts (kubeadm's validation: 16), or None. ``streams_per_connection`` is how many watches (HTTP/2 streams) an API
    server carries over one connection. ``namespace_objects`` counts the secrets and config maps of its
    own namespace that a pod uses although nobody asked for them: service account token, pull secret, CA bundles.
    """

    name: str
    title: str
    host_prefix_name: str
    cluster_network: IPv4Network
    host_prefix: int
    service_network: IPv4Network
    avoided_networks: tuple[IPv4Network, ...]
    longest_division: int | None
    max_pods: int
    ipam: History[NodeIpam]
    limiter: History[Limiter]
    streams_per_connection: History[int]
    strategy: History[Strategy]
    namespace_objects: History[int]
    in_flight: History[InFlight]
    runs_ttl_controller: bool
    maximums: History[Maximums]


UPSTREAM_IN_FLIGHT = InFlight(400, 200)
"""kube-apiserver's defaults since 2017 (reading of source, ``apiserver/pkg/server/config.go``)."""

_HOST_LOCAL = NodeIpam("the bridge's gateway", 1)
_OVN = NodeIpam("OVN-Kubernetes (gateway .1, management port .2)", 2)

_UPSTREAM_LIMITER = History((13, Limiter(5, 10)), (27, Limiter(50, 100)))  # kubernetes#116121
_UPSTREAM_STREAMS = History((13, 250), (29, 100))  # lowered with the HTTP/2 rapid-reset fixes of October 2023
_UPSTREAM_STRATEGY = History((13, Strategy.CACHE), (14, Strategy.WATCH))  # watch leaks, kubernetes#74412 and #74809
_UPSTREAM_OBJECTS = History((13, 1))  # the token's secret; from 1.21 its projection's kube-root-ca.crt
_UPSTREAM_MAXIMUMS = History(
    (13, Maximums("Kubernetes", nodes=5000, pods=150_000, pods_per_node=100)),
    (22, Maximums("Kubernetes", nodes=5000, pods=150_000, pods_per_node=110)),
)


def _openshift_maximums(pods_per_node: int) -> Maximums:
    return Maximums(
        "OpenShift", nodes=2000, pods=150_000, pods_per_node=pods_per_node, namespaces=10_000, pods_per_namespace=25_000
    )


OPENSHIFT = Flavor(
    name="openshift",
    title="OpenShift",
    host_prefix_name="hostPrefix",
    cluster_network=IPv4Network("10.128.0.0/14"),
    host_prefix=23,
    service_network=IPv4Network("172.30.0.0/16"),
    avoided_networks=(IPv4Network("10.0.0.0/16"),),  # install-config's default machine network
    longest_division=None,
    max_pods=250,  # machine-config-operator#212
    ipam=History((13, _HOST_LOCAL), (25, _OVN)),  # OVN-Kubernetes is the default network from 4.12
    limiter=History((13, Limiter(5, 10)), (16, Limiter(50, 100))),  # machine-config-operator#1173
    streams_per_connection=History((13, 2000)),
    strategy=History((13, Strategy.CACHE), (16, Strategy.WATCH)),  # origin#22236 until 4.3
    namespace_objects=History((13, 2), (21, 3)),  # token and pull secret; then two CA bundles and the pull secret
    in_flight=History((13, UPSTREAM_IN_FLIGHT), (16, InFlight(3000, 1000))),  # kube-apiserver-operator#599
    runs_ttl_controller=False,  # the controller manager runs with -ttl
    maximums=History((13, _openshift_maximums(250)), (16, _openshift_maximums(500)), (26, _openshift_maximums(2500))),
)

KUBEADM = Flavor(
    name="kubeadm",
    title="kubeadm",
    host_prefix_name="node-cidr-mask-size",
    cluster_network=IPv4Network("10.244.0.0/16"),  # kubeadm has no default; this is the one that Flannel expects
    host_prefix=24,
    service_network=IPv4Network("10.96.0.0/12"),
    avoided_networks=(),
    longest_division=16,
    max_pods=110,
    ipam=History((13, _HOST_LOCAL)),
    limiter=_UPSTREAM_LIMITER,
    streams_per_connection=_UPSTREAM_STREAMS,
    strategy=_UPSTREAM_STRATEGY,
    namespace_objects=_UPSTREAM_OBJECTS,
    in_flight=History((13, UPSTREAM_IN_FLIGHT)),
    runs_ttl_controller=True,
    maximums=_UPSTREAM_MAXIMUMS,
)

KUBESPRAY = Flavor(
    name="kubespray",
    title="Kubespray",
    host_prefix_name="kube_network_node_prefix",
    cluster_network=IPv4Network("10.233.64.0/18"),
    host_prefix=24,
    service_network=IPv4Network("10.233.0.0/18"),
    avoided_networks=(),
    longest_division=16,  # it installs with kubeadm
    max_pods=110,
    ipam=History((13, _HOST_LOCAL)),
    limiter=_UPSTREAM_LIMITER,
    streams_per_connection=_UPSTREAM_STREAMS,
    strategy=_UPSTREAM_STRATEGY,
    namespace_objects=_UPSTREAM_OBJECTS,
    in_flight=History((13, UPSTREAM_IN_FLIGHT)),
    runs_ttl_controller=True,
    maximums=_UPSTREAM_MAXIMUMS,
)

FLAVORS = {flavor.name: flavor for flavor in (OPENSHIFT, KUBEADM, KUBESPRAY)}

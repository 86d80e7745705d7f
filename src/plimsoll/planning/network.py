"""Which networks a wish needs: node subnets large enough, enough of them, and nothing overlapping."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network

from plimsoll.planning.addressing import (
    bits_for,
    host_addresses,
    longest_prefix_for,
    overlaps,
    propose_network,
    subnets,
)
from plimsoll.planning.flavors import NodeIpam
from plimsoll.planning.wish import Shortfall, Wish


@dataclass(frozen=True, slots=True)
class Network:
    """A cluster's addresses, and the ``maxPods`` they were chosen for."""

    max_pods: int
    cluster_network: IPv4Network
    host_prefix: int
    service_network: IPv4Network
    ipam: NodeIpam

    @property
    def host_addresses(self) -> int:
        """Addresses of a node's subnet but network and broadcast; the published figure (a /23: 510)."""
        return host_addresses(self.host_prefix)

    @property
    def pod_addresses(self) -> int:
        """Addresses that a node can really give to pods: the IPAM keeps some. This is the figure the plan obeys."""
        return pod_addresses(self.host_prefix, self.ipam)

    @property
    def node_subnets(self) -> int:
        """How many nodes the cluster network has a subnet for."""
        return subnets(self.cluster_network.prefixlen, self.host_prefix)

    @property
    def service_addresses(self) -> int:
        """Cluster IPs that services can have."""
        return host_addresses(self.service_network.prefixlen)


def pod_addresses(prefix: int, ipam: NodeIpam) -> int:
    """Addresses for pods in a node's subnet."""
    return max(0, host_addresses(prefix) - ipam.kept_addresses)


def choose_network(wish: Wish) -> Network | Shortfall:
    """The networks for a wish: the installer's defaults as far as they suffice, the smallest change where they do not.

    ``maxPods`` is the comfortable value, or exactly the need where only that fits.
    """
    comfortable = _network_for(wish, wish.comfortable_max_pods)
    if isinstance(comfortable, Network) or wish.comfortable_max_pods == wish.needed_max_pods:
        return comfortable
    return _network_for(wish, wish.needed_max_pods)


def _network_for(wish: Wish, max_pods: int) -> Network | Shortfall:
    ipam = wish.flavor.ipam.at(wish.version)
    longest = longest_prefix_for(max_pods + ipam.kept_addresses)
    if wish.host_prefix is not None:
        if wish.host_prefix > longest:
            return _too_few_addresses(wish, wish.host_prefix, ipam)
        return _with_prefix(wish, max_pods, wish.host_prefix, ipam)
    return _with_any_prefix(wish, max_pods, longest, ipam)


def _with_any_prefix(wish: Wish, max_pods: int, longest: int, ipam: NodeIpam) -> Network | Shortfall:
    """The default subnet or the next smaller one with which there are enough; none is smaller than ``longest`` allows."""
    for prefix in range(min(wish.flavor.host_prefix, longest), longest):
        candidate = _with_prefix(wish, max_pods, prefix, ipam)
        if isinstance(candidate, Network):
            return candidate
    return _with_prefix(wish, max_pods, longest, ipam)


def _with_prefix(wish: Wish, max_pods: int, prefix: int, ipam: NodeIpam) -> Network | Shortfall:
    cluster = _cluster_network(wish, prefix)
    if isinstance(cluster, Shortfall):
        return cluster
    service = _service_network(wish, cluster)
    if isinstance(service, Shortfall):
        return service
    return Network(max_pods, cluster, prefix, service, ipam)


def _cluster_network(wish: Wish, prefix: int) -> IPv4Network | Shortfall:
    limit = wish.flavor.longest_division
    if limit is not None and bits_for(wish.nodes) > limit:
        return _divided_too_often(wish, bits_for(wish.nodes), limit)
    if wish.cluster_network is None:
        return _proposed_cluster_network(wish, prefix)
    network = wish.cluster_network
    if subnets(network.prefixlen, prefix) < wish.nodes:
        return _too_few_subnets(wish, network, prefix)
    if limit is not None and prefix - network.prefixlen > limit:
        return _divided_too_often(wish, prefix - network.prefixlen, limit)
    return network


def _proposed_cluster_network(wish: Wish, prefix: int) -> IPv4Network | Shortfall:
    default = wish.flavor.cluster_network
    needed = min(default.prefixlen, prefix - bits_for(wish.nodes))
    taken = (wish.service_network or wish.flavor.service_network, *wish.flavor.avoided_networks)
    return propose_network(needed, default, taken) or _no_private_space(wish, prefix, needed)


def _service_network(wish: Wish, cluster: IPv4Network) -> IPv4Network | Shortfall:
    if wish.service_network is not None:
        return _overlap(wish, cluster) if wish.service_network.overlaps(cluster) else wish.service_network
    default = wish.flavor.service_network
    if not default.overlaps(cluster):
        return default
    taken = (cluster, *wish.flavor.avoided_networks)
    return propose_network(default.prefixlen, default, taken) or _overlap(wish, cluster)


def overlaps_avoided(wish: Wish, network: Network) -> tuple[IPv4Network, ...]:
    """Networks that the installer uses by default elsewhere and that the chosen cluster network covers."""
    return tuple(avoided for avoided in wish.flavor.avoided_networks if overlaps(avoided, (network.cluster_network,)))


def _too_few_addresses(wish: Wish, prefix: int, ipam: NodeIpam) -> Shortfall:
    return Shortfall(
        "addresses-per-node",
        "--host-prefix",
        f"a /{prefix} has 2^(32-{prefix}) - 2 = {host_addresses(prefix):,} addresses, of which {ipam.name} leaves"
        f" {pod_addresses(prefix, ipam):,} to pods; {wish.pods_per_node:,} pods + {wish.control_pods} control pods"
        f" need {wish.needed_max_pods:,}",
    )


def _too_few_subnets(wish: Wish, network: IPv4Network, prefix: int) -> Shortfall:
    size = "the prefix asked for" if wish.host_prefix is not None else f"the smallest for {wish.needed_max_pods:,} pods"
    count = subnets(network.prefixlen, prefix)
    power = f"2^({prefix}-{network.prefixlen}) = {count:,}" if count else "no"
    return Shortfall(
        "nodes-per-cluster-network",
        "--cluster-network",
        f"{network} holds {power} node subnets of /{prefix} ({size}); {wish.nodes:,} nodes need one each",
    )


def _divided_too_often(wish: Wish, bits: int, limit: int) -> Shortfall:
    return Shortfall(
        "mask-difference",
        "--host-prefix" if wish.host_prefix is not None else "--nodes",
        f"kubeadm lets the node subnets' prefix be at most {limit} longer than the cluster network's, so"
        f" {1 << limit:,} nodes; here it would be {bits} longer",
    )


def _no_private_space(wish: Wish, prefix: int, needed: int) -> Shortfall:
    if prefix < 1:
        problem = f"{wish.needed_max_pods:,} pods on one node need more addresses than IPv4 has"
    else:
        size = f"a cluster network of /{needed}" if needed > 0 else "more addresses than IPv4 has"
        problem = (
            f"{wish.nodes:,} node subnets of /{prefix}, for {wish.needed_max_pods:,} pods each, need {size};"
            " the private ranges of RFC 1918 have no such block beside the service network"
        )
    return Shortfall("private-address-space", "--nodes", problem)


def _overlap(wish: Wish, cluster: IPv4Network) -> Shortfall:
    service = wish.service_network or wish.flavor.service_network
    return Shortfall("network-overlap", "--service-network", f"{service} overlaps the cluster network {cluster}")

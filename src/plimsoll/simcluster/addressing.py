"""Pod addresses: a subnet for each node, and an address out of it for each pod."""

from __future__ import annotations

from collections import deque
from ipaddress import IPv4Address, IPv4Network

from plimsoll.errors import RunError


class AddressError(RunError):
    """A cluster network has no subnet left, or cannot be divided as wished."""


class PodNetwork:
    """The cluster network, cut into one subnet of ``2^(32 - host_prefix)`` addresses per node, in order."""

    def __init__(self, cluster_network: str, host_prefix: int) -> None:
        self._network = IPv4Network(cluster_network)
        self._host_prefix = host_prefix
        if host_prefix < self._network.prefixlen:
            raise AddressError(f"network.hostPrefix {host_prefix} is wider than the cluster network {self._network}")
        self._subnets = self._network.subnets(new_prefix=host_prefix)
        self._released: deque[IPv4Network] = deque()

    @property
    def nodes(self) -> int:
        """How many nodes there are subnets for: 512 for a /14 cut into /23."""
        return 1 << (self._host_prefix - self._network.prefixlen)

    def allocate(self) -> IPv4Network:
        """The subnet of one more node; ``AddressError`` where none is left."""
        subnet = next(self._subnets, None)
        if subnet is None and self._released:
            subnet = self._released.popleft()
        if subnet is None:
            raise AddressError(
                f"the cluster network {self._network} has /{self._host_prefix} subnets for {self.nodes} nodes only:"
                " widen network.clusterNetwork or raise network.hostPrefix"
            )
        return subnet

    def release(self, subnet: IPv4Network) -> None:
        """Take back the subnet of a node that is gone."""
        self._released.append(subnet)


class NodeAddresses:
    """The addresses that pods of one node can have.

    ``reserved`` of the subnet's addresses are out of reach: its first (the network's name) and last (broadcast), and
    what follows the first: the gateway, the plugin's own, pods that are there before any other. Like the host-local
    plugin, it goes round: an address that was given back is given out last.
    """

    def __init__(self, subnet: IPv4Network, reserved: int) -> None:
        self.capacity = max(0, subnet.num_addresses - reserved)
        self._next = int(subnet.network_address) + max(0, reserved - 1)
        self._end = self._next + self.capacity
        self._released: deque[str] = deque()
        self._taken: set[str] = set()

    @property
    def taken(self) -> int:
        """How many addresses pods have now."""
        return len(self._taken)

    def allocate(self) -> str | None:
        """An address nobody has; None where there is none left, as when a CNI ADD fails."""
        if self._next < self._end:
            address = str(IPv4Address(self._next))
            self._next += 1
        elif self._released:
            address = self._released.popleft()
        else:
            return None
        self._taken.add(address)
        return address

    def release(self, address: str) -> None:
        """Take an address back; ``ValueError`` where it was not given out."""
        if address not in self._taken:
            raise ValueError(f"{address} was not given out")
        self._taken.remove(address)
        self._released.append(address)

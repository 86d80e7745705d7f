"""IPv4 arithmetic of pod networks: how many addresses, how many subnets, and where a larger network still fits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network

ADDRESS_BITS = 32
NETWORK_AND_BROADCAST = 2

PRIVATE_NETWORKS = (IPv4Network("10.0.0.0/8"), IPv4Network("172.16.0.0/12"), IPv4Network("192.168.0.0/16"))
"""Where a network may be proposed: RFC 1918."""


def host_addresses(prefix: int) -> int:
    """Addresses of a subnet other than network and broadcast: 2^(32-prefix) - 2, the figure that is usually published."""
    return max(0, (1 << (ADDRESS_BITS - prefix)) - NETWORK_AND_BROADCAST)


def longest_prefix_for(addresses: int) -> int:
    """The prefix of the smallest subnet with at least so many host addresses; negative if none is large enough."""
    return ADDRESS_BITS - (addresses + NETWORK_AND_BROADCAST - 1).bit_length()


def bits_for(count: int) -> int:
    """How many bits number so many things: the smallest b with 2^b >= count."""
    return (count - 1).bit_length()


def subnets(network_prefix: int, subnet_prefix: int) -> int:
    """How many subnets a network divides into: 2^(subnet_prefix - network_prefix), or 0."""
    return 1 << (subnet_prefix - network_prefix) if subnet_prefix >= network_prefix else 0


def propose_network(prefix: int, near: IPv4Network, taken: Iterable[IPv4Network]) -> IPv4Network | None:
    """A private network with this prefix that overlaps none of ``taken``, or None.

    The one around ``near`` if possible, else the next above it in its private range, then the next below, then the
    other private ranges: close to what the reader knows, and the same every time.
    """
    occupied = tuple(taken)
    return next((network for network in _candidates(prefix, near) if not overlaps(network, occupied)), None)


def overlaps(network: IPv4Network, others: Iterable[IPv4Network]) -> bool:
    """Whether ``network`` shares an address with any of ``others``."""
    return any(network.overlaps(other) for other in others)


def _candidates(prefix: int, near: IPv4Network) -> Iterator[IPv4Network]:
    if 0 <= prefix <= near.prefixlen:
        around = near.supernet(new_prefix=prefix)
        if any(around.subnet_of(private) for private in PRIVATE_NETWORKS):
            yield around
    for private in sorted(PRIVATE_NETWORKS, key=lambda private: not near.subnet_of(private)):
        if prefix < private.prefixlen:
            continue
        blocks = list(private.subnets(new_prefix=prefix))
        yield from (block for block in blocks if block > near)
        yield from (block for block in reversed(blocks) if block <= near)

"""The address range of services (pkg/registry/core/service/ipallocator)."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv4Address, IPv4Network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.kernel import Random

SERVICE_RANGE = "10.96.0.0/12"
"""kube-apiserver's ``--service-cluster-ip-range`` as kubeadm sets it."""

KUBERNETES_ADDRESS = "10.96.0.1"
"""The first address of the range, which the API server's own service has."""

_LARGEST_BAND = 256
_LEAST_BAND = 16


class AddressRange:
    """Which addresses are free. New ones come from the upper part, so that the lower is left to those who choose."""

    def __init__(self, random: Random, network: str = SERVICE_RANGE) -> None:
        self._random = random
        self._network = IPv4Network(network)
        self._first = int(self._network.network_address) + 1
        self._size = self._network.num_addresses - 2
        self._band = min(max(_LEAST_BAND, self._network.num_addresses // 16), _LARGEST_BAND)
        self._taken: set[int] = set()

    def problem(self, address: str) -> str:
        """Why an address cannot be given out; empty where it can."""
        number = self._number(address)
        if number is None or not 0 <= number - self._first < self._size:
            return "the provided network does not match the current range"
        return "provided IP is already allocated" if number in self._taken else ""

    def free(self) -> str | None:
        """An address that nobody has; None where all are taken. It stays free until it is taken."""
        upper = self._size - self._band
        offset = self._random.randrange(upper)
        for step in range(upper):
            number = self._first + self._band + (offset + step) % upper
            if number not in self._taken:
                return str(IPv4Address(number))
        return next(
            (str(IPv4Address(n)) for n in range(self._first, self._first + self._band) if n not in self._taken), None
        )

    def take(self, address: str) -> None:
        """Take an address; what is none, like ``None``, counts for nothing."""
        number = self._number(address)
        if number is not None:
            self._taken.add(number)

    def release(self, address: str) -> None:
        """Let others have an address."""
        number = self._number(address)
        if number is not None:
            self._taken.discard(number)

    @staticmethod
    def _number(address: str) -> int | None:
        try:
            return int(IPv4Address(address))
        except AddressValueError:
            return None

"""What is counted of the network: interfaces, and bundles of connections that are alike."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import TYPE_CHECKING, TypeAlias

from plimsoll.kernel import Kernel, Timer

if TYPE_CHECKING:
    from plimsoll.simcluster.network.connections import Connection

ROUNDING = 1e-9
"""Relative error of sums of rates: what an interface may seem to be asked for beyond its capacity."""

BundleKey: TypeAlias = tuple[str, str, float]
"""Client's node, server's node, demand of each connection in bytes per second."""


class Interface:
    """One direction of a node's interface; rates in bytes per second."""

    __slots__ = ("_carried_bytes", "_since_seconds", "_usable", "bundles", "capacity", "demand", "is_short", "rate")

    def __init__(self, capacity: float) -> None:
        self.capacity = capacity
        self.demand = 0.0
        self.rate = 0.0
        self.is_short = False
        """Whether its connections ask for more than it has."""
        self.bundles: dict[Bundle, None] = {}
        self._usable = capacity * (1 + ROUNDING)
        self._carried_bytes = 0.0
        self._since_seconds = 0.0

    def would_be_short(self, demand: float) -> bool:
        """Whether it would be, if that were asked for too."""
        return self.demand + demand > self._usable

    def change(self, now_seconds: float, demand: float, rate: float) -> None:
        """Add to demand and rate, or, negative, take away."""
        self._carried_bytes += self.rate * (now_seconds - self._since_seconds)
        self._since_seconds = now_seconds
        self.demand += demand
        self.rate += rate
        self.is_short = self.demand > self._usable

    def carried_bytes(self, now_seconds: float) -> float:
        """What went through it so far."""
        return self._carried_bytes + self.rate * (now_seconds - self._since_seconds)

    def remove(self, bundle: Bundle) -> None:
        """A bundle has closed."""
        del self.bundles[bundle]
        if not self.bundles:
            self.demand = self.rate = 0.0  # lose the rounding errors of a busy time


class Node:
    """Both directions of a node's interface, and the bundles from, to and inside the node."""

    __slots__ = ("bundles", "receive", "send")

    def __init__(self, capacity: float) -> None:
        self.send, self.receive = Interface(capacity), Interface(capacity)
        self.bundles: dict[Bundle, None] = {}


class Bundle:
    """Connections between the same two nodes with the same demand, thus with the same rate at any time.

    A connection that is to carry so many bytes ends when the bundle has served each of its connections that much
    since it joined. Those ends are kept in order, and only the nearest has a timer, which moves with the rate.
    """

    __slots__ = (
        "_end",
        "_ends",
        "_kernel",
        "_nodes",
        "_sequence",
        "_served_bytes",
        "_since_seconds",
        "_timer",
        "connections",
        "demand",
        "interfaces",
        "key",
        "rate",
    )

    def __init__(
        self, kernel: Kernel, key: BundleKey, client: Node, server: Node, end: Callable[[Connection], None]
    ) -> None:
        self._kernel = kernel
        self._end = end
        self._nodes = (client, server)
        self._ends: list[tuple[float, int, Connection]] = []
        self._sequence = 0
        self._served_bytes = 0.0
        self._since_seconds = kernel.now
        self._timer: Timer | None = None
        self.key = key
        self.demand = key[2]
        self.rate = 0.0
        self.connections: dict[Connection, None] = {}
        self.interfaces: tuple[Interface, ...] = ()
        if client is not server:
            self.interfaces = (client.send, server.receive, server.send, client.receive)
        for holder in (client, server, *self.interfaces):
            holder.bundles[self] = None

    def served_bytes(self) -> float:
        """What a connection that was there from the beginning has been served, in each direction."""
        return self._served_bytes + self.rate * (self._kernel.now - self._since_seconds)

    def change_rate(self, rate: float) -> None:
        """Give each connection another rate."""
        if rate == self.rate:
            return
        self._served_bytes, self._since_seconds = self.served_bytes(), self._kernel.now
        for interface in self.interfaces:
            interface.change(self._kernel.now, 0.0, len(self.connections) * (rate - self.rate))
        self.rate = rate
        self._schedule_end()

    def end_after(self, connection: Connection, total_bytes: float) -> None:
        """End a new connection once it has carried so much."""
        self._sequence += 1
        end = (self.served_bytes() + total_bytes, self._sequence, connection)
        heappush(self._ends, end)
        if self._ends[0] is end:
            self._schedule_end()

    def close(self) -> None:
        """The last connection has ended."""
        if self._timer is not None:
            self._timer.cancel()
        for interface in self.interfaces:
            interface.remove(self)
        for node in self._nodes:
            node.bundles.pop(self, None)

    def _schedule_end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._ends and not self._ends[0][2].active:
            heappop(self._ends)
        if self._ends and self.rate:
            seconds = (self._ends[0][0] - self.served_bytes()) / self.rate
            self._timer = self._kernel.timer(max(0.0, seconds), self._end_nearest)

    def _end_nearest(self) -> None:
        self._timer = None
        # The clock's resolution decides, not the bytes: what was due is due, whatever rounding made of the sum.
        due_bytes, _, connection = heappop(self._ends)
        self._served_bytes, self._since_seconds = due_bytes, self._kernel.now
        self._schedule_end()
        if connection.active:
            self._end(connection)

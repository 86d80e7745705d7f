"""Connections, and the network that gives each its rate."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from plimsoll.kernel import Kernel, Timer
from plimsoll.simcluster.network.bundles import Bundle, BundleKey, Interface, Node
from plimsoll.simcluster.network.sharing import Demand, max_min_rates

BITS_PER_BYTE = 8


class Network:
    """All interfaces and connections of a cluster.

    ``nodes`` gives each node's bandwidth in bits per second, for each direction. Shares follow at once when
    connections come and go on a saturated interface; with ``settling_seconds`` they follow that much later and all
    together, which costs less and is how senders that must find their share behave. Until then a newcomer takes what
    connections like it get, so an interface may exceed its capacity for that long.
    """

    def __init__(self, kernel: Kernel, nodes: Mapping[str, float], *, settling_seconds: float = 0.0) -> None:
        self._kernel = kernel
        self._settling_seconds = settling_seconds
        self._nodes: dict[str, Node] = {}
        self._bundles: dict[BundleKey, Bundle] = {}
        self._unsettled: dict[Interface, None] = {}
        for name, bits_per_second in nodes.items():
            self.add_node(name, bits_per_second)

    def add_node(self, name: str, bits_per_second: float) -> None:
        """Attach a node."""
        if not bits_per_second > 0:
            raise ValueError(f"node {name} needs a bandwidth above zero, not {bits_per_second}")
        self._nodes[name] = Node(bits_per_second / BITS_PER_BYTE)

    def connect(
        self,
        client_node: str,
        server_node: str,
        *,
        bytes_per_second: float,
        total_bytes: float | None = None,
        seconds: float | None = None,
        on_done: Callable[[], object] | None = None,
    ) -> Connection:
        """Exchange data until the bytes are through or the time is over, whichever is first; then call ``on_done``.

        The client sends blocks and the server returns each. Neither can run ahead of the other, so both directions
        run at one rate: at most ``bytes_per_second``, at most the share of the tightest of the four interfaces. All
        numbers count one direction. Inside one node data does not pass its interface.
        """
        if not bytes_per_second > 0:
            raise ValueError(f"a connection needs a rate above zero, not {bytes_per_second} bytes per second")
        key = (client_node, server_node, bytes_per_second)
        bundle = self._bundles.get(key)
        if bundle is None:
            bundle = self._bundles[key] = self._open_bundle(key)
        connection = Connection(bundle, on_done)
        self._ask(bundle, connection)
        if total_bytes is not None:
            bundle.end_after(connection, total_bytes)
        if seconds is not None:
            connection.timer = self._kernel.timer(seconds, self._end, connection)
        return connection

    def disconnect(self, connection: Connection) -> None:
        """Break a connection off: a pod or a node is gone. ``on_done`` is not called; nothing happens to an ended one."""
        if not connection.active:
            return
        bundle = connection.bundle
        connection.end(bundle.served_bytes())
        self._ask_no_more(bundle, connection)
        if not bundle.connections:
            bundle.close()
            del self._bundles[bundle.key]

    def disconnect_node(self, name: str) -> None:
        """Break off every connection from, to and inside a node."""
        for bundle in list(self._nodes[name].bundles):
            for connection in list(bundle.connections):
                self.disconnect(connection)

    @property
    def connections(self) -> int:
        """How many connections are active."""
        return sum(len(bundle.connections) for bundle in self._bundles.values())

    def send_bits_per_second(self, node: str) -> float:
        """What leaves the node now."""
        return self._nodes[node].send.rate * BITS_PER_BYTE

    def receive_bits_per_second(self, node: str) -> float:
        """What arrives at the node now."""
        return self._nodes[node].receive.rate * BITS_PER_BYTE

    def sent_bytes(self, node: str) -> float:
        """What has left the node so far."""
        return self._nodes[node].send.carried_bytes(self._kernel.now)

    def received_bytes(self, node: str) -> float:
        """What has arrived at the node so far."""
        return self._nodes[node].receive.carried_bytes(self._kernel.now)

    def _open_bundle(self, key: BundleKey) -> Bundle:
        client, server = self._nodes[key[0]], self._nodes[key[1]]
        bundle = Bundle(self._kernel, key, client, server, self._end)
        if not any(interface.would_be_short(key[2]) for interface in bundle.interfaces):
            bundle.rate = key[2]
        return bundle

    def _ask(self, bundle: Bundle, connection: Connection) -> None:
        bundle.connections[connection] = None
        for interface in bundle.interfaces:
            interface.change(self._kernel.now, bundle.demand, bundle.rate)
            if interface.is_short:
                self._unsettle(interface)

    def _ask_no_more(self, bundle: Bundle, connection: Connection) -> None:
        del bundle.connections[connection]
        for interface in bundle.interfaces:
            if interface.is_short:
                self._unsettle(interface)
            interface.change(self._kernel.now, -bundle.demand, -bundle.rate)

    def _end(self, connection: Connection) -> None:
        """A connection has run its time, or carried its bytes."""
        self.disconnect(connection)
        if connection.on_done is not None:
            connection.on_done()

    def _unsettle(self, interface: Interface) -> None:
        if not self._unsettled:
            self._kernel.after(self._settling_seconds, self._settle)
        self._unsettled[interface] = None

    def _settle(self) -> None:
        """Share anew wherever demand changed on an interface that is, or was, asked for too much."""
        bundles, scarce = self._affected()
        demands = [Demand(bundle.interfaces, len(bundle.connections), bundle.demand) for bundle in bundles]
        rates = max_min_rates(demands, {interface: interface.capacity for interface in scarce})
        for bundle, rate in zip(bundles, rates, strict=True):
            bundle.change_rate(rate)

    def _affected(self) -> tuple[list[Bundle], list[Interface]]:
        """Bundles whose rates may change, and the interfaces that limit them.

        An interface that can give all that is asked of it passes no influence on, so the search ends there.
        """
        bundles: dict[Bundle, None] = {}
        reached, self._unsettled = self._unsettled, {}
        waiting = list(reached)
        while waiting:
            for bundle in waiting.pop().bundles:
                if bundle in bundles:
                    continue
                bundles[bundle] = None
                new = [other for other in bundle.interfaces if other.is_short and other not in reached]
                reached.update(dict.fromkeys(new))
                waiting.extend(new)
        return list(bundles), [interface for interface in reached if interface.is_short]


class Connection:
    """A client and a server that exchange data; made by :meth:`Network.connect`."""

    __slots__ = ("_served_before", "_total_bytes", "bundle", "on_done", "timer")

    def __init__(self, bundle: Bundle, on_done: Callable[[], object] | None) -> None:
        self.bundle = bundle
        self.on_done = on_done
        self.timer: Timer | None = None
        self._served_before = bundle.served_bytes()
        self._total_bytes: float | None = None

    @property
    def active(self) -> bool:
        """Whether it has not ended yet."""
        return self._total_bytes is None

    @property
    def carried_bytes(self) -> float:
        """Bytes that it has carried so far, in each direction."""
        if self._total_bytes is None:
            return self.bundle.served_bytes() - self._served_before
        return self._total_bytes

    @property
    def bytes_per_second(self) -> float:
        """The rate it has now, in each direction."""
        return self.bundle.rate if self.active else 0.0

    def end(self, served_bytes: float) -> None:
        """Stand still at what its bundle has served until now."""
        self._total_bytes = served_bytes - self._served_before
        if self.timer is not None:
            self.timer.cancel()

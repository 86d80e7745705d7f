"""The exchange of data as ``clusterbuster-connstat`` summed it up: in all, and on each node while the load was steady."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from plimsoll.report.columns import Floats, Samples, Series
    from plimsoll.report.expectation import Expectation

BITS_PER_BYTE = 8
MEGABIT = 1e6

_NOTHING = (np.zeros(0), np.zeros(0))


@dataclass(frozen=True, slots=True)
class NodeTransfer:
    """One node's rate of sending and receiving in megabits per second, while steady, and what it sent in all."""

    node: str
    send_mean: float
    send_min: float
    send_max: float
    receive_mean: float
    sent_bytes: float


@dataclass(frozen=True, slots=True)
class Transfer:
    """Data exchanged between nodes. What clients and servers on one node tell each other never reaches a wire."""

    nodes: tuple[NodeTransfer, ...]
    """In the order of their names' numbers."""
    sent_bytes: float
    expected_bytes_per_second: float
    """``2 · Nclients · rate``, both directions; 0 where the scenario exchanges nothing at a fixed rate."""
    is_steady: bool
    """Whether the rates are those of a time in which every client was exchanging data."""

    @property
    def expected_megabits_per_node(self) -> float | None:
        """What each node would send on average if no client shared its server's node."""
        if not self.nodes or not self.expected_bytes_per_second:
            return None
        return self.expected_bytes_per_second * BITS_PER_BYTE / MEGABIT / len(self.nodes)

    @property
    def receive_mean(self) -> float:
        """The mean of the nodes' steady rates of receiving, Mb/s."""
        return float(np.mean([node.receive_mean for node in self.nodes]))

    @property
    def mean(self) -> float:
        """The mean of the nodes' steady rates of sending, Mb/s."""
        return float(np.mean([node.send_mean for node in self.nodes]))

    @property
    def min(self) -> float:
        """The steady rate of sending of the quietest node, Mb/s."""
        return min(node.send_mean for node in self.nodes)

    @property
    def max(self) -> float:
        """The steady rate of sending of the busiest node, Mb/s."""
        return max(node.send_mean for node in self.nodes)


def transfer(samples: Samples, expected: Expectation, steady: tuple[float, float] | None) -> Transfer | None:
    """Sum up the nodes' network samples; None where there are none, or nothing was ever sent.

    Without a steady stretch of time the rates are those between the first and the last data sent.
    """
    sending = samples.series("network.sendBitsPerSecond")
    receiving = samples.series("network.receiveBitsPerSecond")
    if not sending.values.any():
        return None
    sent_bytes = {
        node: _integral(seconds, bits) / BITS_PER_BYTE for node, (seconds, bits) in sending.per_instance().items()
    }
    start, end = steady or _busy(sending)
    sending, receiving = sending.within(start, end), receiving.within(start, end)
    received = receiving.per_instance()
    nodes = [
        _node(node, values, received.get(node, _NOTHING)[1], sent_bytes[node])
        for node, (_, values) in sending.per_instance().items()
    ]
    ordered = tuple(sorted(nodes, key=lambda node: natural(node.node)))
    if not ordered:
        return None
    return Transfer(ordered, sum(sent_bytes.values()), expected.exchange_bytes_per_second, steady is not None)


def _node(name: str, sent: Floats, received: Floats, sent_bytes: float) -> NodeTransfer:
    return NodeTransfer(
        node=name,
        send_mean=_mean(sent) / MEGABIT,
        send_min=float(sent.min()) / MEGABIT,
        send_max=float(sent.max()) / MEGABIT,
        receive_mean=_mean(received) / MEGABIT,
        sent_bytes=sent_bytes,
    )


def _busy(sending: Series) -> tuple[float, float]:
    moments = sending.seconds[sending.values > 0]
    return float(moments.min()), float(moments.max())


def _mean(values: Floats) -> float:
    return float(values.mean()) if values.size else 0.0


def _integral(seconds: Floats, bits_per_second: Floats) -> float:
    """Bits sent: each sample holds until the next."""
    return float(np.dot(np.diff(seconds), bits_per_second[:-1]))


def natural(name: str) -> tuple[str, int, str]:
    """A key to sort names by: ``worker-10`` after ``worker-9``."""
    stem = name.rstrip("0123456789")
    digits = name[len(stem) :]
    return stem, int(digits or 0), name

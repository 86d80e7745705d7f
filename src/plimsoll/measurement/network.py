"""The exchange of data as ``clusterbuster-connstat`` summed it up: in all, and on each node while the load was steady."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from plimsoll.measurement.columns import Steps

if TYPE_CHECKING:
    from plimsoll.measurement.columns import Samples, Series
    from plimsoll.measurement.expectation import Expectation

BITS_PER_BYTE = 8
MEGABIT = 1e6

_NOTHING = Steps(np.zeros(0), np.zeros(0))


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


def transfer(
    samples: Samples, expected: Expectation, steady: tuple[float, float] | None, run_seconds: float
) -> Transfer | None:
    """Sum up the nodes' network samples; None where there are none, or nothing was ever sent.

    Without a steady stretch of time the rates are those between the first and the last data sent.
    """
    sending = samples.series("network.sendBitsPerSecond")
    if not sending.values.any():
        return None
    start, end = steady or _busy(sending, run_seconds)
    received = samples.series("network.receiveBitsPerSecond").per_instance()
    nodes = [
        NodeTransfer(
            node=node,
            send_mean=sent.within(start, end).mean(end) / MEGABIT,
            send_min=float(sent.within(start, end).values.min(initial=sent.values.max())) / MEGABIT,
            send_max=float(sent.within(start, end).values.max(initial=0.0)) / MEGABIT,
            receive_mean=received.get(node, _NOTHING).within(start, end).mean(end) / MEGABIT,
            sent_bytes=sent.integral(run_seconds) / BITS_PER_BYTE,
        )
        for node, sent in sending.per_instance().items()
    ]
    ordered = tuple(sorted(nodes, key=lambda node: natural(node.node)))
    sent_bytes = sum(node.sent_bytes for node in ordered)
    return Transfer(ordered, sent_bytes, expected.exchange_bytes_per_second, steady is not None)


def _busy(sending: Series, run_seconds: float) -> tuple[float, float]:
    """From the first data sent until the last."""
    moments = sending.seconds[sending.values > 0]
    later = sending.seconds[sending.seconds > moments.max()]
    return float(moments.min()), float(later.min()) if later.size else run_seconds


def natural(name: str) -> tuple[str, int, str]:
    """A key to sort names by: ``worker-10`` after ``worker-9``."""
    stem = name.rstrip("0123456789")
    digits = name[len(stem) :]
    return stem, int(digits or 0), name

"""Plots of the network: what nodes sent over time, and each of them while the exchange was steady."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from plimsoll.measurement import wording
from plimsoll.measurement.network import MEGABIT, natural
from plimsoll.report.html import series
from plimsoll.report.html.markup import Markup, tag
from plimsoll.report.html.material import TIME_TITLE, Material, middles, upwards
from plimsoll.report.html.plot import LEFT, RIGHT, Curve, Figure, Frame, Hover, band, level, line, number
from plimsoll.report.html.scale import NoTicks

if TYPE_CHECKING:
    from plimsoll.measurement.columns import Floats
    from plimsoll.measurement.network import NodeTransfer, Transfer


def network_over_time(material: Material, width: float) -> Figure | None:
    """What nodes sent: the mean of all, between the quietest and the busiest."""
    transfer = material.measured.transfer
    if transfer is None:
        return None
    axis = material.time(width)
    sending = material.samples.series("network.sendBitsPerSecond")
    edges = axis.bins(series.interval_of(sending.seconds))
    xs = middles(edges)
    mean, lowest, highest = (values / MEGABIT for values in series.binned(sending, edges))
    top = 1.05 * max(float(np.nanmax(highest)), transfer.expected_megabits_per_node or 0.0)
    frame = Frame(width, axis, upwards(top), TIME_TITLE, "Mb/s per node")
    area = band(frame, xs, lowest, highest, "c0 faded")
    hovered = (
        Curve("busiest", "c0", "Mb/s", highest),
        Curve("mean", "c0", "Mb/s", mean),
        Curve("quietest", "c0", "Mb/s", lowest),
    )
    return Figure(
        id="network-over-time",
        title="Network over time",
        subtitle="What a node sends: the mean of all nodes, and from the quietest to the busiest.",
        frame=frame,
        marks=[*([area] if area else []), line(frame, xs, mean, "c0"), *_expected(frame, transfer)],
        hover=Hover(axis.place(xs), xs, "clock", hovered),
        description=f"Nodes send {transfer.mean:.0f} Mb/s on average while the exchange is steady.",
    )


def network_per_node(material: Material, width: float) -> Figure | None:
    """Each node's steady rate of sending, with its range."""
    transfer = material.measured.transfer
    if transfer is None:
        return None
    nodes = _representatives(transfer.nodes)
    means, lowest, highest = (
        np.array([getattr(node, name) for node in nodes]) for name in ("send_mean", "send_min", "send_max")
    )
    places = LEFT + (width - RIGHT - LEFT) * (np.arange(len(nodes)) + 0.5) / len(nodes)
    top = 1.1 * max(float(highest.max()), transfer.expected_megabits_per_node or 0.0)
    frame = Frame(width, NoTicks(), upwards(top), f"{len(transfer.nodes):,} nodes", "Mb/s sent")
    hovered = (
        Curve("mean", "c0", "Mb/s", means),
        Curve("lowest", "", "Mb/s", lowest),
        Curve("highest", "", "Mb/s", highest),
    )
    when = "while the exchange was steady" if transfer.is_steady else "while data were sent"
    return Figure(
        id="network-per-node",
        title="Network per node",
        subtitle=f"{wording.rate(transfer.min)} to {wording.rate(transfer.max)} Mb/s {when}.",
        frame=frame,
        marks=[*_bars(frame, places, means), *_expected(frame, transfer)],
        hover=Hover(places, places, "", hovered, names=tuple(node.node for node in nodes)),
        description=f"A bar for each node, {transfer.mean:.0f} Mb/s on average.",
    )


def _representatives(nodes: Sequence[NodeTransfer]) -> Sequence[NodeTransfer]:
    """All nodes; of more than there is room for, some evenly spread from the quietest to the busiest."""
    if len(nodes) <= series.MOST_NODES:
        return nodes
    ordered = sorted(nodes, key=lambda node: (node.send_mean, natural(node.node)))
    return [ordered[rank] for rank in np.linspace(0, len(nodes) - 1, series.MOST_NODES).astype(int).tolist()]


def _expected(frame: Frame, transfer: Transfer) -> list[Markup]:
    expected = transfer.expected_megabits_per_node
    return [level(frame, expected, f"expected {wording.rate(expected)}")] if expected else []


def _bars(frame: Frame, places: Floats, values: Floats) -> Iterator[Markup]:
    pitch = float(places[1] - places[0]) if places.size > 1 else 80.0
    thickness = max(1.0, 0.72 * pitch)
    for place, top in zip(places.tolist(), frame.y.place(values).tolist(), strict=True):
        yield tag(
            "rect",
            x=number(place - thickness / 2),
            y=number(top),
            width=number(thickness),
            height=number(frame.bottom - top),
            class_="bar c0",
        )

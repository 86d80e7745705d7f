"""How far a scheduler looks: it stops once it has found enough feasible nodes, and goes on there next time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from plimsoll.simcluster.scheduling.arrays import BoolArray, IntArray
from plimsoll.simcluster.scheduling.nodes import NodeState
from plimsoll.simcluster.scheduling.topology import REGIONS, ZONES

FEWEST_NODES = 100
LOWEST_PERCENTAGE = 5
ADAPTIVE_PERCENTAGE = 50
NODES_PER_PERCENT = 125


def feasible_nodes_wanted(nodes: int, percentage: int = 0) -> int:
    """``numFeasibleNodesToFind``: all below 100 nodes, then max(100, max(5, 50 - nodes/125) %)."""
    if nodes < FEWEST_NODES or percentage >= 100:  # noqa: PLR2004 - all of them
        return nodes
    share = percentage or max(LOWEST_PERCENTAGE, ADAPTIVE_PERCENTAGE - nodes // NODES_PER_PERCENT)
    return max(FEWEST_NODES, nodes * share // 100)


@dataclass(frozen=True, slots=True)
class Sample:
    """Slots of the feasible nodes that were found, and how many nodes were looked at for that."""

    slots: IntArray
    evaluated: int


@dataclass(frozen=True, slots=True)
class NodeOrder:
    """The slots of all nodes in the order in which a scheduler goes through them."""

    slots: IntArray
    by_slot: bool
    """Whether that is simply slot after slot, without a gap: then a position in the order is a slot."""

    @classmethod
    def of(cls, nodes: Iterable[NodeState]) -> NodeOrder:
        """One node of each zone in turn (``nodeTree``)."""
        slots = interleaved_by_zone(nodes)
        return cls(slots, bool((slots == np.arange(slots.size)).all()))


def sample(feasible: BoolArray, order: NodeOrder, start: int, wanted: int) -> Sample:
    """Look at nodes in order, from a position on and round, until enough are feasible."""
    nodes = order.slots.size
    positions = (feasible if order.by_slot else feasible[order.slots]).nonzero()[0]
    if positions.size < wanted or wanted == nodes:
        return Sample(positions if order.by_slot else order.slots[positions], nodes)
    first = int(positions.searchsorted(start))
    found = positions[first : first + wanted]
    if found.size < wanted:
        found = np.concatenate((found, positions[: wanted - found.size]))
    evaluated = (int(found[-1]) - start) % nodes + 1
    return Sample(found if order.by_slot else order.slots[found], evaluated)


def interleaved_by_zone(nodes: Iterable[NodeState]) -> IntArray:
    """Slots of nodes, one of each zone in turn."""
    zones: dict[tuple[str, str], list[int]] = {}
    for node in nodes:
        zones.setdefault((_first(node, REGIONS), _first(node, ZONES)), []).append(node.slot)
    longest = max((len(slots) for slots in zones.values()), default=0)
    turns = (slots[turn] for turn in range(longest) for slots in zones.values() if turn < len(slots))
    return np.fromiter(turns, np.int64)


def _first(node: NodeState, keys: tuple[str, ...]) -> str:
    return next((node.labels[key] for key in keys if key in node.labels), "")

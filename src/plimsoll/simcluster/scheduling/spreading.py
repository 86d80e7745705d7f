"""``PodTopologySpread``, and ``SelectorSpread`` which it replaced."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from plimsoll.simcluster.scheduling.arrays import BoolArray, FloatArray, IntArray
from plimsoll.simcluster.scheduling.feasibility import FeasibilityIndex
from plimsoll.simcluster.scheduling.nodes import NodeTable
from plimsoll.simcluster.scheduling.podsets import PodClass, PodSet
from plimsoll.simcluster.scheduling.requirements import SpreadConstraint
from plimsoll.simcluster.scheduling.resources import MAX_NODE_SCORE
from plimsoll.simcluster.scheduling.topology import HOSTNAME, ZONES

DEFAULT_CONSTRAINTS = ((HOSTNAME, 3), (ZONES[0], 5))
"""Topology keys with ``maxSkew``, all ``ScheduleAnyway`` (``podtopologyspread/plugin.go``)."""
ZONE_SHARE = 2 / 3
"""What zones count for in ``SelectorSpread``; host names have the rest."""


@dataclass(frozen=True, slots=True)
class Spread:
    """One constraint at work: the placed pods it counts, and the nodes on which it counts them."""

    topology_key: str
    max_skew: int
    pods: PodSet
    counted_on: BoolArray


@dataclass(frozen=True, slots=True)
class Violations:
    """Nodes that one hard constraint rules out."""

    missing_label: BoolArray
    too_skewed: BoolArray


def violations(pod_class: PodClass, index: FeasibilityIndex, table: NodeTable) -> list[Violations]:
    """What each ``DoNotSchedule`` constraint rules out, in the order of the pod's spec."""
    pairs = zip(pod_class.terms.spread, pod_class.spread, strict=True)
    hard = [(constraint, pods) for constraint, pods in pairs if constraint.hard]
    if not hard:
        return []
    labelled = _labelled([constraint.topology_key for constraint, _ in hard], table)
    itself = [any(pods is found for found in pod_class.member_of) for _, pods in hard]
    return [
        _violations(
            constraint, pods.column(table.capacity), labelled & _counted_on(constraint, index, table), table, own
        )
        for (constraint, pods), own in zip(hard, itself, strict=True)
    ]


def _violations(
    constraint: SpreadConstraint, pods: IntArray, eligible: BoolArray, table: NodeTable, own: int
) -> Violations:
    topology = table.topology(constraint.topology_key)
    present = topology.by_domain(eligible) > 0
    counts = topology.by_domain(pods * eligible)
    domains = int(present.sum())
    fewest = counts[present].min() if domains >= constraint.min_domains else 0
    return Violations(~topology.labelled, counts[topology.domain] + own - fewest > constraint.max_skew)


def score(pod_class: PodClass, index: FeasibilityIndex, table: NodeTable, slots: IntArray) -> IntArray | None:
    """Scores 0 to 100 by the pod's own ``ScheduleAnyway`` constraints; nodes without all their labels get none."""
    spreads = [
        Spread(constraint.topology_key, constraint.max_skew, pods, _counted_on(constraint, index, table))
        for constraint, pods in zip(pod_class.terms.spread, pod_class.spread, strict=True)
        if not constraint.hard
    ]
    if not spreads:
        return None
    needed = _labelled([spread.topology_key for spread in spreads], table)
    kept = needed[slots]
    scores = np.zeros(slots.size, np.int64)
    scores[kept] = _scores(spreads, table, slots[kept], needed)
    return scores


def default_score(
    pod_class: PodClass, index: FeasibilityIndex, table: NodeTable, slots: IntArray
) -> IntArray | int | None:
    """Scores 0 to 100 by the cluster's constraints, which keep pods of one controller apart.

    A number instead of an array is the score of all nodes.
    """
    siblings = pod_class.siblings
    if siblings is None:
        return None
    if table.topology(ZONES[0]).empty and table.topology(HOSTNAME).complete(table.existing):
        return _score_by_node(siblings.column(table.capacity)[slots], DEFAULT_CONSTRAINTS[0][1])
    spreads = [
        Spread(key, max_skew, siblings, index.selected)
        for key, max_skew in DEFAULT_CONSTRAINTS
        if not table.topology(key).empty
    ]
    return _scores(spreads, table, slots, index.selected)


def _score_by_node(counts: IntArray, max_skew: int) -> IntArray | int:
    """The same for the usual case that every node is a domain of its own and nothing else counts.

    Nodes with as many pods have the same score, so there is one to work out per count, not per node.
    """
    lowest, highest = int(np.minimum.reduce(counts)), int(np.maximum.reduce(counts))
    weight = math.log(counts.size + 2)
    raw = [math.floor(count * weight + (max_skew - 1) + 0.5) for count in range(lowest, highest + 1)]
    by_count = [MAX_NODE_SCORE * (raw[-1] + raw[0] - value) // raw[-1] for value in raw]
    return np.array(by_count)[counts - lowest] if highest > lowest else by_count[0]


def _scores(spreads: list[Spread], table: NodeTable, slots: IntArray, counted_on: BoolArray) -> IntArray:
    raw: FloatArray = np.zeros(slots.size)
    for spread in spreads:
        raw += _raw_score(spread, table, slots, counted_on)
    return _normalized(np.floor(raw + 0.5).astype(np.int64))


def _raw_score(spread: Spread, table: NodeTable, slots: IntArray, counted_on: BoolArray) -> FloatArray:
    """``count · ln(domains + 2) + maxSkew - 1``: the weight keeps few large domains from being watered down by many."""
    topology = table.topology(spread.topology_key)
    domains, matching = _matching(spread, table, slots, counted_on)
    raw: FloatArray = (matching * math.log(domains + 2) + (spread.max_skew - 1)) * topology.labelled[slots]
    return raw


def _matching(spread: Spread, table: NodeTable, slots: IntArray, counted_on: BoolArray) -> tuple[int, FloatArray]:
    """How many domains the nodes in these slots are in, and for each node how many pods its domain has."""
    topology = table.topology(spread.topology_key)
    counts = spread.pods.column(table.capacity)
    if spread.topology_key == HOSTNAME:
        return slots.size, counts[slots].astype(np.float64)
    domain = topology.domain[slots]
    return np.unique(domain).size, topology.by_domain(counts * (spread.counted_on & counted_on))[domain]


def _normalized(raw: IntArray) -> IntArray:
    if not raw.size:
        return raw
    lowest, highest = int(raw.min()), int(raw.max())
    if not highest:
        return np.full(raw.size, MAX_NODE_SCORE, np.int64)
    return MAX_NODE_SCORE * (highest + lowest - raw) // highest


def selector_spread_score(pod_class: PodClass, table: NodeTable, slots: IntArray) -> IntArray | int | None:
    """Scores 0 to 100: the fewer siblings on the node and in its zone, the better.

    A number instead of an array is the score of all nodes.
    """
    if pod_class.siblings is None:
        return None
    counts = pod_class.siblings.column(table.capacity)
    zones = table.topology(ZONES[0])
    if zones.empty and not np.maximum.reduce(counts):
        return MAX_NODE_SCORE
    by_node = _fewest_first(counts[slots])
    if zones.empty:
        return by_node.astype(np.int64)
    labelled = zones.labelled[slots]
    on_candidates = np.zeros(table.capacity, np.int64)
    on_candidates[slots] = counts[slots]
    by_zone = _fewest_first(zones.totals(on_candidates)[slots])
    by_both: FloatArray = by_node * (1 - ZONE_SHARE) + ZONE_SHARE * by_zone
    return np.where(labelled, by_both, by_node).astype(np.int64)


def _fewest_first(counts: IntArray) -> FloatArray:
    most = int(counts.max())
    if not most:
        return np.full(counts.size, float(MAX_NODE_SCORE))
    return MAX_NODE_SCORE * ((most - counts) / most)


def _counted_on(constraint: SpreadConstraint, index: FeasibilityIndex, table: NodeTable) -> BoolArray:
    counted: BoolArray = index.selected if constraint.honors_node_affinity else table.exists
    return counted & index.tolerated if constraint.honors_taints else counted


def _labelled(topology_keys: list[str], table: NodeTable) -> BoolArray:
    """Nodes that carry all the keys."""
    labelled: BoolArray = np.logical_and.reduce([table.topology(key).labelled for key in topology_keys])
    return labelled

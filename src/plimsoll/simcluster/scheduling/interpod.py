"""``InterPodAffinity``: which nodes the pods that are there allow, and which they make attractive."""

from __future__ import annotations

import numpy as np

from plimsoll.simcluster.scheduling.arrays import BoolArray, IntArray
from plimsoll.simcluster.scheduling.nodes import NodeTable
from plimsoll.simcluster.scheduling.podsets import PodClass, PodSet
from plimsoll.simcluster.scheduling.resources import MAX_NODE_SCORE


def lacks_company(pod_class: PodClass, table: NodeTable) -> BoolArray:
    """Nodes in whose domains the pods that the required affinity asks for are missing.

    The first pod of a group that is bound to itself may go anywhere: nobody is there yet, and it would do.
    """
    lacking = np.zeros(table.capacity, np.bool_)
    if pod_class.affinity is None:
        return lacking
    terms = pod_class.terms.affinity
    topologies = [table.topology(term.topology_key) for term in terms]
    labelled: BoolArray = np.logical_and.reduce([topology.labelled for topology in topologies])
    company = [_in_domain(table, term.topology_key, pod_class.affinity) for term in terms]
    if not any(present.any() for present in company) and _is_own_company(pod_class):
        return ~labelled
    accompanied: BoolArray = np.logical_and.reduce([present > 0 for present in company])
    return ~(labelled & accompanied)


def excluded_by_own_terms(pod_class: PodClass, table: NodeTable) -> BoolArray:
    """Nodes in whose domains are pods that the required anti-affinity shuns."""
    excluded = np.zeros(table.capacity, np.bool_)
    for topology_key, shunned in pod_class.anti_affinity:
        if shunned.total:
            excluded |= _in_domain(table, topology_key, shunned) > 0
    return excluded


def excluded_by_placed_pods(pod_class: PodClass, table: NodeTable) -> BoolArray:
    """Nodes in whose domains are pods whose own required anti-affinity shuns this one."""
    excluded = np.zeros(table.capacity, np.bool_)
    for term, carriers in pod_class.repelled_by:
        if carriers.total:
            excluded |= _in_domain(table, term.topology_key, carriers) > 0
    return excluded


def score(pod_class: PodClass, table: NodeTable, slots: IntArray) -> IntArray | None:
    """Scores 0 to 100 of the nodes in these slots; None where no preference has a say."""
    raw = np.zeros(table.capacity, np.int64)
    for topology_key, weight, pods in pod_class.preferred:
        if pods.total:
            raw += weight * _in_domain(table, topology_key, pods)
    for term, carriers in pod_class.attracted_by:
        if carriers.total:
            raw += term.weight * _in_domain(table, term.topology_key, carriers)
    chosen = raw[slots]
    lowest, highest = int(chosen.min()), int(chosen.max())
    if lowest == highest:
        return None
    return (MAX_NODE_SCORE * ((chosen - lowest) / (highest - lowest))).astype(np.int64)


def _in_domain(table: NodeTable, topology_key: str, pods: PodSet) -> IntArray:
    return table.topology(topology_key).totals(pods.column(table.capacity))


def _is_own_company(pod_class: PodClass) -> bool:
    """Whether the pod meets all its own affinity terms: then its set is among those its pods are counted in."""
    return any(pod_set is pod_class.affinity for pod_set in pod_class.member_of)

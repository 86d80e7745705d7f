"""What a scheduler knows of its cluster, and where that would have a pod go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple, Protocol

import numpy as np

from plimsoll.kube.resources import Object
from plimsoll.simcluster.scheduling import interpod, spreading
from plimsoll.simcluster.scheduling.arrays import BoolArray, IntArray
from plimsoll.simcluster.scheduling.census import Census
from plimsoll.simcluster.scheduling.classification import Classifier
from plimsoll.simcluster.scheduling.feasibility import ABSENT, FITS, FeasibilityIndex
from plimsoll.simcluster.scheduling.nodes import NodeState, NodeTable
from plimsoll.simcluster.scheduling.podsets import PodClass
from plimsoll.simcluster.scheduling.policy import DefaultSpreading, SchedulingPolicy
from plimsoll.simcluster.scheduling.requirements import NodeRequirements
from plimsoll.simcluster.scheduling.resources import MAX_NODE_SCORE
from plimsoll.simcluster.scheduling.sampling import NodeOrder, feasible_nodes_wanted, sample
from plimsoll.simcluster.scheduling.wording import Reasons

DEFAULT_POLICY = SchedulingPolicy()


class RandomSource(Protocol):
    """Breaks ties between equally good nodes; a named stream of the kernel."""

    def random(self) -> float:
        """Return the next number of [0, 1)."""
        ...


class Placement(NamedTuple):
    """The outcome of one decision.

    ``node_name`` is None where no node is feasible; ``reasons`` then says how many nodes failed for which reason.
    ``feasible`` nodes were found among the ``evaluated`` ones: what a cycle costs grows with both.
    """

    node_name: str | None
    feasible: int
    evaluated: int
    reasons: Mapping[str, int] = MappingProxyType({})


class ClusterView:
    """Nodes and the pods on them, kept up to date by events; decides without looking at pods again.

    Node and pod objects are those of the API and must never change in place. Pods are known by UID, so an event that
    comes twice counts once.

    Left out of what real schedulers do: host ports, volumes, ``ImageLocality``; pods that are being
    deleted count for topology spread until they are gone.
    """

    def __init__(
        self, nodes: Iterable[Object], random: RandomSource, policy: SchedulingPolicy = DEFAULT_POLICY
    ) -> None:
        self._random = random
        self._policy = policy
        self._table = NodeTable()
        self._census = Census(policy.hard_pod_affinity_weight)
        self._classifier = Classifier(
            self._census,
            self._new_index,
            tells_controllers_apart=policy.default_spreading is not DefaultSpreading.NONE,
        )
        self._placed: dict[str, tuple[PodClass, NodeState]] = {}
        self.repelling = 0
        """Placed pods with a required anti-affinity of their own."""
        self._start = 0
        self._order = NodeOrder.of(())
        self._order_layout = 0
        for node in nodes:
            self.add_node(node)

    # ------------------------------------------------------------------------------------------------- what happens

    @property
    def nodes(self) -> int:
        """How many nodes there are, feasible or not."""
        return self._table.existing

    def add_node(self, node: Object) -> None:
        """Note a node, new or changed; cheap where nothing changed that matters, as in a heartbeat."""
        self._table.describe(node)

    update_node = add_node

    def remove_node(self, name: str) -> None:
        """Forget a node. Its pods stay counted until each is removed, and count again should the node come back."""
        self._table.remove(name)

    def update_namespace(self, name: str, labels: Mapping[str, str]) -> None:
        """Note a namespace's labels, which ``namespaceSelector`` looks at."""
        self._census.label_namespace(name, labels)

    def add_pod(self, pod: Object, node_name: str) -> None:
        """Count a pod on a node: assumed to be bound there, or seen to be. A pod counted elsewhere moves."""
        uid = pod["metadata"]["uid"]
        placed = self._placed.get(uid)
        if placed is not None:
            if placed[1].name == node_name:
                return
            self.remove_pod(pod)
        pod_class, node = self._classifier.class_of(pod), self._table.obtain(node_name)
        self._placed[uid] = (pod_class, node)
        self._count(pod_class, node, 1)

    def remove_pod(self, pod: Object) -> None:
        """No longer count a pod: deleted, terminated, or assumed in vain. Nothing happens to one that is not counted."""
        placed = self._placed.pop(pod["metadata"]["uid"], None)
        if placed is not None:
            self._count(*placed, -1)

    def _count(self, pod_class: PodClass, node: NodeState, pods: int) -> None:
        self._census.count(pod_class, node.slot, pods)
        if pod_class.terms.anti_affinity:
            self.repelling += pods
        self._table.take(node, pod_class.nodes.requests, pods)

    # -------------------------------------------------------------------------------------------------- what to do

    def place(self, pod: Object) -> Placement:
        """Choose a node for a pod. Does not count it there: that is :meth:`add_pod`."""
        pod_class = self._classifier.class_of(pod)
        index = self._index_for(pod_class, pod)
        nodes = self._table.existing
        wanted = feasible_nodes_wanted(nodes, self._policy.percentage_of_nodes_to_score)
        order = self._listed()
        found = sample(self._feasible(pod_class, index), order, self._start, wanted)
        self._start = (self._start + found.evaluated) % nodes if nodes else 0
        if not found.slots.size:
            return Placement(None, 0, found.evaluated, self._explain(pod_class, index, pod))
        slot = self._best(pod_class, index, found.slots)
        return Placement(self._table.by_slot[slot].name, found.slots.size, found.evaluated)

    def fits(self, pod: Object, node_name: str) -> bool:
        """Whether a node could take a pod as things are."""
        pod_class, node = self._classifier.class_of(pod), self._table.by_name.get(node_name)
        return node is not None and bool(self._feasible(pod_class, self._index_for(pod_class, pod))[node.slot])

    def evaluate(self, pod: Object) -> dict[str, int]:
        """The total score of every feasible node, without sampling: what a decision is made from."""
        pod_class = self._classifier.class_of(pod)
        index = self._index_for(pod_class, pod)
        slots = self._feasible(pod_class, index).nonzero()[0]
        if not slots.size:
            return {}
        scores = self._scores(pod_class, index, slots)
        names = [self._table.by_slot[slot].name for slot in slots.tolist()]
        return dict(zip(names, scores.tolist(), strict=True))

    def _new_index(self, requirements: NodeRequirements) -> FeasibilityIndex:
        return FeasibilityIndex(requirements, self._table, self._policy.weights, self._policy.wording)

    def _index_for(self, pod_class: PodClass, pod: Object) -> FeasibilityIndex:
        node_name, index = pod["spec"].get("nodeName"), pod_class.index
        if node_name is None and index is not None:
            index.refresh()
            return index
        index = self._new_index(pod_class.nodes)
        index.judge_only((node_name,) if node_name is not None else pod_class.nodes.names or ())
        return index

    def _listed(self) -> NodeOrder:
        if self._order_layout != self._table.layout:
            self._order, self._order_layout = NodeOrder.of(self._table), self._table.layout
            self._start %= max(1, self._table.existing)
        return self._order

    def _feasible(self, pod_class: PodClass, index: FeasibilityIndex) -> BoolArray:
        feasible: BoolArray = index.verdict == FITS
        for mask, _ in self._excluded(pod_class, index):
            feasible &= ~mask
        return feasible

    def _excluded(self, pod_class: PodClass, index: FeasibilityIndex) -> Iterable[tuple[BoolArray, Reasons]]:
        """Nodes that other pods rule out, with the reasons, in the order of the scheduler's filters."""
        words = self._policy.wording
        if pod_class.spread:
            for violation in spreading.violations(pod_class, index, self._table):
                yield violation.missing_label, (words.spread_label,)
                yield violation.too_skewed, (words.spread,)
        if pod_class.affinity is not None:
            yield interpod.lacks_company(pod_class, self._table), words.pod_affinity
        if pod_class.anti_affinity:
            yield interpod.excluded_by_own_terms(pod_class, self._table), words.pod_anti_affinity
        if pod_class.repelled_by:
            yield interpod.excluded_by_placed_pods(pod_class, self._table), words.existing_anti_affinity

    def _best(self, pod_class: PodClass, index: FeasibilityIndex, slots: IntArray) -> int:
        if slots.size == 1:
            return int(slots[0])
        scores = self._scores(pod_class, index, slots)
        ties = (scores == np.maximum.reduce(scores)).nonzero()[0]
        return int(slots[ties[int(self._random.random() * ties.size)]])

    def _scores(self, pod_class: PodClass, index: FeasibilityIndex, slots: IntArray) -> IntArray:
        weights = self._policy.weights
        scores: IntArray = index.local_score[slots]
        scores += weights.taint_toleration * (
            _fewest_best(index.unwelcome[slots]) if index.any_unwelcome else MAX_NODE_SCORE
        )
        if pod_class.nodes.preferred_terms:
            scores += weights.node_affinity * _most_best(index.preference[slots])
        spread = self._spread_scores(pod_class, index, slots)
        if spread is not None:
            scores += weights.pod_topology_spread * spread
        if pod_class.preferred or pod_class.attracted_by:
            company = interpod.score(pod_class, self._table, slots)
            if company is not None:
                scores += weights.inter_pod_affinity * company
        return scores

    def _spread_scores(self, pod_class: PodClass, index: FeasibilityIndex, slots: IntArray) -> IntArray | int | None:
        if pod_class.spread:
            return spreading.score(pod_class, index, self._table, slots)
        match self._policy.default_spreading:
            case DefaultSpreading.TOPOLOGY:
                return spreading.default_score(pod_class, index, self._table, slots)
            case DefaultSpreading.SELECTOR:
                return spreading.selector_spread_score(pod_class, self._table, slots)
            case DefaultSpreading.NONE:
                return None

    def _explain(self, pod_class: PodClass, index: FeasibilityIndex, pod: Object) -> dict[str, int]:
        """How many nodes failed for which reason; a node fails at its first filter, but for all reasons of that."""
        reasons: Counter[str] = Counter()
        numbers, counts = np.unique(index.verdict[self._listed().slots], return_counts=True)
        for number, nodes in zip(numbers.tolist(), counts.tolist(), strict=True):
            for reason in self._unnamed(pod) if number == ABSENT else index.reasons[number]:
                reasons[reason] += nodes
        left: BoolArray = index.verdict == FITS
        for mask, texts in self._excluded(pod_class, index):
            failed = left & mask
            reasons.update(dict.fromkeys(texts, int(failed.sum())))
            left &= ~failed
        return {reason: nodes for reason, nodes in reasons.items() if nodes}

    def _unnamed(self, pod: Object) -> Reasons:
        """Why a node was not even judged: the pod names others."""
        words = self._policy.wording
        return (words.node_affinity if pod["spec"].get("nodeName") is None else words.node_name,)


def _most_best(raw: IntArray) -> IntArray:
    """``DefaultNormalizeScore``: the largest value is worth 100, and 0 nothing."""
    most = int(raw.max())
    return MAX_NODE_SCORE * raw // most if most else raw


def _fewest_best(raw: IntArray) -> IntArray:
    """``DefaultNormalizeScore`` in reverse: 0 is worth 100, and the largest value nothing."""
    return MAX_NODE_SCORE - _most_best(raw)

"""For one kind of node requirements: which nodes could take the pod, and how good each is by itself.

One row per node, brought up to date when it is asked for, and only where something changed since. Nothing here
depends on other pods but through the resources they take.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from plimsoll.simcluster.scheduling.arrays import BoolArray, IntArray, grown
from plimsoll.simcluster.scheduling.nodes import NodeState, NodeTable
from plimsoll.simcluster.scheduling.policy import ScoreWeights
from plimsoll.simcluster.scheduling.requirements import NodeRequirements
from plimsoll.simcluster.scheduling.resources import HOST_PORT, balanced_allocation_score, least_allocated_score
from plimsoll.simcluster.scheduling.taints import untolerated, unwelcome
from plimsoll.simcluster.scheduling.wording import Reasons, Wording

FITS = 0
ABSENT = 1


class FeasibilityIndex:
    """Verdicts and node-local scores of all nodes for pods of one kind of requirements.

    ``verdict`` is 0 where the pod fits, else the number of the reasons in ``reasons``. ``local_score`` is the weighted
    sum of the two resource scores; ``unwelcome`` and ``preference`` are raw, because what they are worth depends on
    the nodes that they are compared with.
    """

    def __init__(self, requirements: NodeRequirements, table: NodeTable, weights: ScoreWeights, words: Wording) -> None:
        self.requirements = requirements
        self.verdict: IntArray = np.full(table.capacity, ABSENT, np.int64)
        self.local_score: IntArray = np.zeros(table.capacity, np.int64)
        self.unwelcome: IntArray = np.zeros(table.capacity, np.int64)
        self.preference: IntArray = np.zeros(table.capacity, np.int64)
        self.selected: BoolArray = np.zeros(table.capacity, np.bool_)
        self.tolerated: BoolArray = np.zeros(table.capacity, np.bool_)
        self.any_unwelcome = False
        """Whether any node ever had an unwelcome taint; where none had, they need not be compared."""
        self.reasons: list[Reasons] = [(), ()]
        self._numbers: dict[Reasons, int] = {(): FITS}
        self._offer_verdict = [ABSENT] * table.capacity
        self._offer_seen = [0] * table.capacity
        self._table = table
        self._weights = weights
        self._words = words
        self._seen = 0

    def refresh(self) -> None:
        """Judge again the nodes that changed."""
        self._grow(self._table.capacity)
        for node in self._table.changed_since(self._seen):
            self._judge(node)
        self._seen = self._table.version

    def judge_only(self, names: Iterable[str]) -> None:
        """Judge some nodes, and take the others for absent."""
        for name in names:
            if name in self._table.by_name:
                self._judge(self._table.by_name[name])

    def _grow(self, capacity: int) -> None:
        added = capacity - self.verdict.size
        if not added:
            return
        self.verdict = np.concatenate((self.verdict, np.full(added, ABSENT, np.int64)))
        for name in ("local_score", "unwelcome", "preference", "selected", "tolerated"):
            setattr(self, name, grown(getattr(self, name), capacity))
        self._offer_verdict += [ABSENT] * added
        self._offer_seen += [0] * added

    def _judge(self, node: NodeState) -> None:
        slot = node.slot
        if self._offer_seen[slot] != node.revision:
            self._judge_offer(node)
        verdict = self._offer_verdict[slot]
        if verdict == FITS:
            verdict = self._judge_resources(node)
        self.verdict[slot] = verdict
        if verdict == FITS:
            self.local_score[slot] = self._score(node)

    def _judge_offer(self, node: NodeState) -> None:
        """Everything that does not depend on what other pods took: taints, labels, name."""
        slot, wanted, words = node.slot, self.requirements, self._words
        taint = untolerated(node.taints, wanted.tolerations)
        selected = wanted.selects(node.name, node.labels)
        self._offer_seen[slot] = node.revision
        self.selected[slot], self.tolerated[slot] = selected and node.exists, taint is None
        self.unwelcome[slot] = unwelcome(node.taints, wanted.tolerations)
        self.any_unwelcome |= bool(self.unwelcome[slot])
        self.preference[slot] = wanted.preference(node.name, node.labels)
        if not node.exists:
            self._offer_verdict[slot] = ABSENT
        elif node.unschedulable and not wanted.tolerates_unschedulable:
            self._offer_verdict[slot] = self._number((words.unschedulable,))
        elif taint is not None:
            self._offer_verdict[slot] = self._number((words.untolerated_taint.format(taint=taint),))
        else:
            self._offer_verdict[slot] = FITS if selected else self._number((words.node_affinity,))

    def _judge_resources(self, node: NodeState) -> int:
        requests = self.requirements.requests
        cpu, memory = requests.cpu_millicores, requests.memory_bytes
        if (
            node.pods < node.pod_limit
            and (not cpu or cpu <= node.cpu_millicores - node.used_cpu_millicores)
            and (not memory or memory <= node.memory_bytes - node.used_memory_bytes)
            and not requests.other
        ):
            return FITS
        return self._number(self._shortages(node))

    def _shortages(self, node: NodeState) -> Reasons:
        requests = self.requirements.requests
        short = [self._words.too_many_pods] if node.pods >= node.pod_limit else []
        if requests.cpu_millicores > max(0, node.cpu_millicores - node.used_cpu_millicores):
            short.append("Insufficient cpu")
        if requests.memory_bytes > max(0, node.memory_bytes - node.used_memory_bytes):
            short.append("Insufficient memory")
        for name, amount in requests.other:
            if name.startswith(HOST_PORT):
                if node.used_other.get(name, 0):
                    short.append(self._words.no_free_port)
            elif amount > node.allocatable.get(name, 0) - node.used_other.get(name, 0):
                short.append(f"Insufficient {name}")
        return tuple(dict.fromkeys(short))

    def _number(self, reasons: Reasons) -> int:
        number = self._numbers.get(reasons)
        if number is None:
            number = self._numbers[reasons] = len(self.reasons)
            self.reasons.append(reasons)
        return number

    def _score(self, node: NodeState) -> int:
        requests, weights = self.requirements.requests, self._weights
        allocatable = (node.cpu_millicores, node.memory_bytes)
        assumed = (
            node.scored_used_cpu_millicores + requests.scored_cpu_millicores,
            node.scored_used_memory_bytes + requests.scored_memory_bytes,
        )
        score = weights.least_allocated * least_allocated_score(assumed, allocatable)
        if requests.best_effort:
            # Since 1.33: balance says nothing about a pod that asks for nothing (kubernetes issue 129138).
            return score
        stated = (
            node.used_cpu_millicores + requests.cpu_millicores,
            node.used_memory_bytes + requests.memory_bytes,
        )
        return score + weights.balanced_allocation * balanced_allocation_score(stated, allocatable)

"""The nodes that a scheduler knows: what each offers, what is taken of it, and which changed since one looked."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

import numpy as np

from plimsoll.kube.resources import Object
from plimsoll.simcluster.scheduling.arrays import BoolArray, grown
from plimsoll.simcluster.scheduling.resources import ResourceRequests, parse_amounts
from plimsoll.simcluster.scheduling.taints import Taint, parse_taints
from plimsoll.simcluster.scheduling.topology import Topology

FIRST_CAPACITY = 16


class NodeState:
    """One node and the sum of what its pods request. ``slot`` is its row in every column."""

    __slots__ = (
        "allocatable",
        "cpu_millicores",
        "described",
        "exists",
        "labels",
        "memory_bytes",
        "name",
        "pod_limit",
        "pods",
        "revision",
        "scored_used_cpu_millicores",
        "scored_used_memory_bytes",
        "slot",
        "taints",
        "unschedulable",
        "used_cpu_millicores",
        "used_memory_bytes",
        "used_other",
        "version",
    )

    def __init__(self, name: str, slot: int) -> None:
        self.name = name
        self.slot = slot
        self.exists = False
        self.labels: Mapping[str, str] = {}
        self.taints: tuple[Taint, ...] = ()
        self.unschedulable = False
        self.allocatable: dict[str, int] = {}
        self.cpu_millicores = self.memory_bytes = self.pod_limit = 0
        self.pods = 0
        self.used_cpu_millicores = self.used_memory_bytes = 0
        self.scored_used_cpu_millicores = self.scored_used_memory_bytes = 0
        self.used_other: dict[str, int] = {}
        self.described: tuple[Any, ...] = ()
        self.version = 0
        """The table's version at the last change of anything."""
        self.revision = 0
        """Tells apart what the node offers at different times, whatever pods take of it."""

    def describe(self, node: Object) -> bool:
        """Take over what the node object says; False where that is what was known already (a heartbeat)."""
        spec, status = node.get("spec") or {}, node.get("status") or {}
        allocatable = status.get("allocatable") or status.get("capacity") or {}
        labels = node["metadata"].get("labels") or {}
        described = (labels, spec.get("taints"), spec.get("unschedulable", False), allocatable)
        if self.exists and described == self.described:
            return False
        self.exists, self.described = True, described
        self.labels, self.unschedulable = labels, bool(spec.get("unschedulable"))
        self.taints = parse_taints(spec.get("taints"))
        self.allocatable = parse_amounts(allocatable)
        self.cpu_millicores = self.allocatable.get("cpu", 0)
        self.memory_bytes = self.allocatable.get("memory", 0)
        self.pod_limit = self.allocatable.get("pods", 0)
        return True

    def take(self, requests: ResourceRequests, pods: int) -> None:
        """Count ``pods`` more (or, negative, fewer) pods with these requests."""
        self.pods += pods
        self.used_cpu_millicores += pods * requests.cpu_millicores
        self.used_memory_bytes += pods * requests.memory_bytes
        self.scored_used_cpu_millicores += pods * requests.scored_cpu_millicores
        self.scored_used_memory_bytes += pods * requests.scored_memory_bytes
        for name, amount in requests.other:
            self.used_other[name] = self.used_other.get(name, 0) + pods * amount


class NodeTable:
    """Nodes by name and by slot, the topologies over them, and the order in which they changed.

    ``changes`` is the scheduler cache's list of nodes by generation: whoever remembers the version at which it last
    looked walks back from the newest change until it meets what it has seen.
    """

    def __init__(self) -> None:
        self.by_name: dict[str, NodeState] = {}
        self.by_slot: list[NodeState] = []
        self.capacity = FIRST_CAPACITY
        self.existing = 0
        self.exists: BoolArray = np.zeros(FIRST_CAPACITY, np.bool_)
        self.version = 0
        self.layout = 0
        """Counts changes of which nodes exist and where; whoever orders the nodes caches by it."""
        self._changes: OrderedDict[int, NodeState] = OrderedDict()
        self._free: list[int] = []
        self._topologies: dict[str, Topology] = {}
        self._revisions = count(1)

    def __iter__(self) -> Iterator[NodeState]:
        """All nodes that exist, by slot."""
        return (node for node in self.by_slot if node.exists)

    def describe(self, node: Object) -> None:
        """Add a node, or take over its change."""
        state = self.obtain(node["metadata"]["name"])
        existed = state.exists
        if not state.describe(node):
            return
        self.existing += not existed
        self._offer_changed(state)

    def remove(self, name: str) -> None:
        """Forget a node; its slot is free once its last pod is gone."""
        state = self.by_name.get(name)
        if state is None or not state.exists:
            return
        state.exists = False
        self.existing -= 1
        self._offer_changed(state)
        self._release(state)

    def obtain(self, name: str) -> NodeState:
        """The state of a node, made where it is unknown: a pod may be seen before its node."""
        state = self.by_name.get(name)
        if state is None:
            state = self.by_name[name] = NodeState(name, self._free.pop() if self._free else len(self.by_slot))
            self._place(state)
        return state

    def take(self, state: NodeState, requests: ResourceRequests, pods: int) -> None:
        """Count pods that came to a node, or left it."""
        state.take(requests, pods)
        self._changed(state)
        if not state.exists:
            self._release(state)

    def changed_since(self, version: int) -> Iterator[NodeState]:
        """Nodes that changed after the version, newest first."""
        for state in reversed(self._changes.values()):
            if state.version <= version:
                return
            yield state

    def topology(self, key: str) -> Topology:
        """The domains of one topology key."""
        topology = self._topologies.get(key)
        if topology is None:
            topology = self._topologies[key] = Topology(self.capacity)
            for state in self:
                topology.assign(state.slot, state.labels.get(key))
        return topology

    def _place(self, state: NodeState) -> None:
        if state.slot < len(self.by_slot):
            self.by_slot[state.slot] = state
        else:
            self.by_slot.append(state)
        while self.capacity < len(self.by_slot):
            self.capacity *= 2
        self.exists = grown(self.exists, self.capacity)
        for topology in self._topologies.values():
            topology.grow(self.capacity)

    def _offer_changed(self, state: NodeState) -> None:
        # Unique over all nodes, so that one which moves into a freed slot is not taken for its predecessor.
        state.revision = next(self._revisions)
        self.layout += 1
        self.exists[state.slot] = state.exists
        for key, topology in self._topologies.items():
            topology.assign(state.slot, state.labels.get(key) if state.exists else None)
        self._changed(state)

    def _changed(self, state: NodeState) -> None:
        self.version += 1
        state.version = self.version
        self._changes[state.slot] = state
        self._changes.move_to_end(state.slot)

    def _release(self, state: NodeState) -> None:
        if state.pods == 0:
            del self.by_name[state.name]
            self._free.append(state.slot)

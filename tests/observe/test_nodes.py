"""The census of nodes."""

from __future__ import annotations

from plimsoll.cluster.port import Change
from plimsoll.kube.resources import Object
from plimsoll.observe.nodes import NodeCensus


def node(name: str, ready: str) -> Object:
    conditions = [{"type": "MemoryPressure", "status": "False"}, {"type": "Ready", "status": ready}]
    return {"metadata": {"name": name}, "status": {"conditions": conditions}}


def test_a_node_that_nobody_hears_of_is_not_ready() -> None:
    census = NodeCensus()
    census.relist([node("a", "True"), node("b", "Unknown"), {"metadata": {"name": "c"}}], 0)
    assert dict(census.samples()) == {"nodes.ready": 1, "nodes.notReady": 2}


def test_nodes_come_change_and_go() -> None:
    census = NodeCensus()
    census.update([Change("ADDED", node("a", "True"), 0), Change("MODIFIED", node("a", "False"), 1)])
    assert (census.ready, census.not_ready) == (0, 1)
    census.update([Change("DELETED", node("a", "False"), 2)])
    assert (census.ready, census.not_ready) == (0, 0)

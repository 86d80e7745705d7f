"""How many nodes a scheduler looks at, and which."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.simcluster.scheduling.nodes import NodeState
from plimsoll.simcluster.scheduling.sampling import NodeOrder, feasible_nodes_wanted, interleaved_by_zone, sample
from tests.simcluster.scheduling.oracle import ZONE


@pytest.mark.parametrize(
    ("nodes", "wanted"), [(1, 1), (99, 99), (100, 100), (250, 120), (900, 387), (1000, 420), (5000, 500), (15_000, 750)]
)
def test_the_share_of_nodes_looked_for_falls_with_the_size_of_the_cluster(nodes: int, wanted: int) -> None:
    assert feasible_nodes_wanted(nodes) == wanted


@pytest.mark.parametrize(("percentage", "wanted"), [(100, 1000), (30, 300), (1, 100)])
def test_a_percentage_that_is_set_takes_the_place_of_the_adaptive_one(percentage: int, wanted: int) -> None:
    assert feasible_nodes_wanted(1000, percentage) == wanted


@given(
    feasible=st.lists(st.booleans(), min_size=1, max_size=40),
    start=st.integers(0, 39),
    wanted=st.integers(1, 40),
    ascending=st.booleans(),
)
def test_nodes_are_looked_at_in_turn_until_enough_are_feasible(
    *, feasible: list[bool], start: int, wanted: int, ascending: bool
) -> None:
    nodes = len(feasible)
    start %= nodes
    order = list(range(nodes)) if ascending else list(range(nodes))[::-1]
    wanted = min(wanted, nodes)
    found: list[int] = []
    evaluated = 0
    while evaluated < nodes and len(found) < wanted:
        slot = order[(start + evaluated) % nodes]
        evaluated += 1
        if feasible[slot]:
            found.append(slot)
    result = sample(np.array(feasible), NodeOrder(np.array(order), ascending), start, wanted)
    assert (sorted(result.slots.tolist()), result.evaluated) == (sorted(found), evaluated)


def test_zones_take_turns() -> None:
    nodes = []
    for slot, zone in enumerate("aaabbc"):
        state = NodeState(f"node-{slot}", slot)
        state.labels = {ZONE: zone}
        nodes.append(state)
    assert interleaved_by_zone(nodes).tolist() == [0, 3, 5, 1, 4, 2]


def test_slot_after_slot_is_recognised_as_such() -> None:
    nodes = [NodeState(f"node-{slot}", slot) for slot in range(4)]
    assert NodeOrder.of(nodes).by_slot
    assert not NodeOrder.of(nodes[1:]).by_slot
    assert NodeOrder.of(()).by_slot

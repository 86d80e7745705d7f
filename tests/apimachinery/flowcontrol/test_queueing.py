from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.apimachinery.flowcontrol.queueing import QueueSet, deal, nominal_seats
from plimsoll.apimachinery.flowcontrol.seats import estimated_seats


@given(st.text(max_size=8), st.integers(1, 128), st.data())
def test_a_hand_is_of_different_queues_and_always_the_same(flow: str, queues: int, data: st.DataObject) -> None:
    hand = data.draw(st.integers(1, min(queues, 8)))
    cards = deal(flow, queues, hand)
    assert len(set(cards)) == hand
    assert all(0 <= card < queues for card in cards)
    assert cards == deal(flow, queues, hand)


def test_hands_are_spread_over_all_queues() -> None:
    counted = Counter(card for flow in range(2000) for card in deal(str(flow), 64, 6))
    expected = 2000 * 6 / 64
    assert len(counted) == 64
    assert max(counted.values()) < 1.4 * expected


def test_who_finds_a_seat_runs_at_once_and_the_others_in_turn() -> None:
    levels = QueueSet(1, queues=1, hand=1, length=2)
    ran: list[str] = []
    taken = [levels.arrive("flow", 1, lambda name=name: ran.append(name)) for name in "abcd"]  # type: ignore[misc]
    assert (taken, ran) == ([True, True, True, False], ["a"])
    for _ in "abc":
        levels.leave(1)
    assert ran == ["a", "b", "c"]
    assert (levels.occupied, levels.waiting, levels.rejected, levels.dispatched) == (0, 0, 1, 3)


def test_a_level_without_queues_refuses() -> None:
    level = QueueSet(1)
    assert level.arrive("flow", 1, lambda: None)
    assert not level.arrive("flow", 1, lambda: None)


def test_a_flood_of_one_flow_does_not_hold_up_another() -> None:
    level = QueueSet(1, queues=64, hand=6, length=50)
    ran: list[str] = []
    for _ in range(100):
        level.arrive("flood", 1, lambda: ran.append("flood"))
    level.arrive("quiet", 1, lambda: ran.append("quiet"))
    for _ in range(10):
        level.leave(1)
    assert "quiet" in ran


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 4)), max_size=30))
def test_no_more_seats_are_taken_than_there_are_and_nobody_is_forgotten(requests: list[tuple[str, int]]) -> None:
    level = QueueSet(3, queues=4, hand=2, length=50)
    running: list[int] = []
    for flow, seats in requests:
        assert level.arrive(flow, seats, lambda seats=seats: running.append(seats))  # type: ignore[misc]
        assert level.occupied <= 3
    served = 0
    while running:
        level.leave(running.pop(0))
        served += 1
        assert level.occupied <= 3
    assert (served, level.waiting, level.occupied) == (len(requests), 0, 0)


def test_a_level_has_its_share_of_all_seats() -> None:
    assert nominal_seats(40, 245, 600) == 98
    assert nominal_seats(0, 245, 600) == 0


def test_a_list_takes_a_seat_for_each_hundred_objects() -> None:
    found = [
        estimated_seats("list", objects, limit)
        for objects, limit in ((0, 0), (100, 0), (250, 0), (9999, 0), (9999, 250))
    ]
    assert found == [1, 1, 3, 10, 3]
    assert estimated_seats("get", 9999) == 1


def test_who_waits_gets_seats_that_somebody_else_counts() -> None:
    level = QueueSet(2, queues=1, hand=1, length=3)
    ran: list[str] = []
    for name in "abc":
        level.wait("flow", 2, lambda name=name: ran.append(name))  # type: ignore[misc]
    level.resume(occupied=1, seats=2)
    assert ran == []
    level.resume(occupied=0, seats=1)  # fewer than were asked for: then one has to do
    assert ran == ["a"]


def test_only_who_still_waits_can_be_withdrawn() -> None:
    level = QueueSet(1, queues=1, hand=1, length=3)

    def run() -> None:
        raise AssertionError

    level.wait("flow", 1, run)
    assert [level.withdraw(run), level.withdraw(run)] == [True, False]
    assert level.waiting == 0

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.workloads.programs.barrier import Barrier

PATIENCE, TIMEOUT = 10.0, 100.0


def barrier(expected: int = 3, quorum: float = 0.5) -> Barrier:
    return Barrier(expected, quorum, PATIENCE, TIMEOUT, now_seconds=0.0)


def test_it_opens_as_soon_as_all_are_there() -> None:
    waiting = barrier(2)
    waiting.join("a", 1.0)
    assert not waiting.decide(1.0)

    waiting.join("b", 2.0)

    assert waiting.decide(2.0)
    assert waiting.reason == "all"


def test_a_quorum_is_enough_once_nobody_has_come_for_a_while() -> None:
    waiting = barrier(4)
    waiting.join("a", 1.0)
    waiting.join("b", 5.0)

    assert waiting.due_seconds() == 15.0
    assert not waiting.decide(14.9)
    assert waiting.decide(15.0)
    assert waiting.reason == "quorum"


def test_who_comes_again_is_nobody_new() -> None:
    waiting = barrier(4)
    waiting.join("a", 1.0)
    waiting.join("b", 2.0)
    waiting.join("b", 11.0)

    assert waiting.decide(12.0)


def test_it_opens_in_the_end_however_few_there_are() -> None:
    waiting = barrier()

    assert waiting.due_seconds() == TIMEOUT
    assert not waiting.decide(TIMEOUT - 0.1)
    assert waiting.decide(TIMEOUT)
    assert waiting.reason == "deadline"


def test_who_waited_at_an_earlier_coordinator_has_waited_already() -> None:
    waiting = barrier()
    waiting.join("a", 1.0, waited_seconds=TIMEOUT)

    assert waiting.decide(1.0)


def test_who_goes_before_it_opens_is_lost_until_coming_back() -> None:
    waiting = barrier(2)
    waiting.join("a", 1.0)
    waiting.leave("a")
    assert waiting.lost == {"a"}

    waiting.join("a", 2.0)

    assert (waiting.lost, waiting.present) == (set(), {"a"})


def test_who_has_finished_is_not_lost() -> None:
    waiting = barrier(1)
    waiting.join("a", 1.0)
    waiting.finish("a")
    waiting.leave("a")

    assert waiting.lost == set()


HISTORIES = st.lists(
    st.tuples(st.sampled_from(["join", "leave", "finish"]), st.sampled_from("abcd"), st.floats(0, 30)), max_size=40
)


@given(HISTORIES, st.integers(1, 6), st.floats(0.1, 1.0))
def test_whatever_becomes_of_the_workers_it_opens_by_its_deadline(
    history: list[tuple[str, str, float]], expected: int, quorum: float
) -> None:
    waiting = Barrier(expected, quorum, PATIENCE, TIMEOUT, 0.0)
    now = 0.0
    for action, worker, pause in history:
        now += pause
        match action:
            case "join":
                waiting.join(worker, now)
            case "leave":
                waiting.leave(worker)
            case _ if worker in waiting.present:
                waiting.finish(worker)
        was_open = waiting.open
        assert waiting.decide(now) or now < TIMEOUT
        assert waiting.open or not was_open
        assert waiting.lost.isdisjoint(waiting.present | waiting.finished)
        assert waiting.open or waiting.due_seconds() <= TIMEOUT

    assert waiting.decide(max(now, TIMEOUT))

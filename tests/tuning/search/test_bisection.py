from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.tuning.search.bisection import cuts, lowest, near
from plimsoll.tuning.search.questions import Probe, Verdict, drive

SIZES = st.integers(1, 60)


class Knees:
    """Holds from an index on, which may differ between seeds; remembers what it was asked."""

    def __init__(self, *knees: int) -> None:
        self.knees = knees
        self.rounds: list[list[Probe]] = []

    def __call__(self, probes: Sequence[Probe]) -> dict[Probe, Verdict]:
        self.rounds.append(list(probes))
        return {probe: Verdict(probe.point[0] >= self.knees[probe.seed]) for probe in probes}

    @property
    def asked(self) -> set[Probe]:
        return {probe for probes in self.rounds for probe in probes}


def at(index: int, seed: int) -> Probe:
    return Probe((index,), seed)


@given(size=SIZES, knees=st.lists(st.integers(0, 60), min_size=1, max_size=3), width=st.integers(1, 4))
def test_the_lowest_index_is_that_of_trying_them_all(size: int, knees: list[int], width: int) -> None:
    found = drive(lowest(at, size, seeds=len(knees), width=width), Knees(*knees))
    assert found == next((index for index in range(size) if index >= max(knees)), None)


@given(
    size=SIZES,
    knees=st.lists(st.integers(0, 60), min_size=1, max_size=3),
    guess=st.integers(0, 59),
    width=st.integers(1, 4),
)
def test_a_guess_changes_the_way_and_not_the_answer(size: int, knees: list[int], guess: int, width: int) -> None:
    found = drive(near(at, size, min(guess, size - 1), seeds=len(knees), width=width), Knees(*knees))
    assert found == next((index for index in range(size) if index >= max(knees)), None)


@given(size=SIZES, knee=st.integers(0, 60), holding=st.sets(st.integers(0, 59)))
def test_whatever_the_verdicts_an_answer_was_tried_and_held(size: int, knee: int, holding: set[int]) -> None:
    verdicts = {index: index in holding or index >= knee for index in range(size)}
    asked: set[int] = set()

    def answer(probes: Sequence[Probe]) -> dict[Probe, Verdict]:
        asked.update(probe.point[0] for probe in probes)
        return {probe: Verdict(verdicts[probe.point[0]]) for probe in probes}

    found = drive(lowest(at, size, seeds=1, width=2), answer)
    assert found is None or (verdicts[found] and found in asked)


def test_twenty_values_take_at_most_five_rounds_with_one_trial_at_a_time() -> None:
    assert max(_rounds(20, knee, width=1) for knee in range(20)) <= 6


def test_two_trials_at_a_time_save_rounds() -> None:
    one, two = (sum(_rounds(64, knee, width=width) for knee in range(64)) for width in (1, 2))
    assert two < 0.75 * one


def _rounds(size: int, knee: int, *, width: int) -> int:
    """Rounds of one seed; the last round asks whether the answer holds with every seed."""
    knees = Knees(knee)
    drive(lowest(at, size, seeds=1, width=width), knees)
    return len(knees.rounds) - 1


def test_a_right_guess_takes_one_round_and_the_confirmation() -> None:
    knees = Knees(17, 17, 17)
    assert drive(near(at, 40, 17, seeds=3, width=2), knees) == 17
    assert knees.rounds == [[at(16, 0), at(17, 0)], [at(17, 0), at(17, 1), at(17, 2)]]


def test_other_seeds_are_tried_only_where_the_first_one_holds() -> None:
    knees = Knees(12, 12, 12)
    drive(lowest(at, 20, seeds=3, width=2), knees)
    assert {probe.point[0] for probe in knees.asked if probe.seed > 0} == {12}


def test_nothing_else_is_tried_where_the_safest_value_fails_alone() -> None:
    knees = Knees(99)
    assert drive(lowest(at, 20, seeds=3, width=1), knees) is None
    assert knees.asked == {at(19, 0)}


@pytest.mark.parametrize(
    ("low", "high", "parts", "expected"),
    [(-1, 20, 1, [9]), (-1, 20, 2, [6, 13]), (3, 5, 4, [4]), (3, 4, 4, []), (0, 4, 9, [1, 2, 3])],
)
def test_a_bracket_is_cut_evenly(low: int, high: int, parts: int, expected: list[int]) -> None:
    assert cuts(low, high, parts) == expected


@given(low=st.integers(-1, 50), span=st.integers(0, 50), parts=st.integers(0, 9))
def test_cuts_are_different_and_inside(low: int, span: int, parts: int) -> None:
    found = cuts(low, low + span, parts)
    assert len(set(found)) == len(found) == min(parts, max(0, span - 1))
    assert all(low < index < low + span for index in found)

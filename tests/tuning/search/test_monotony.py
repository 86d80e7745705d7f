from __future__ import annotations

from plimsoll.tuning.search.monotony import Violation, checked, spot_checks, violations
from plimsoll.tuning.search.questions import Probe, Verdict, drive


def test_a_safer_point_that_fails_contradicts_monotony() -> None:
    verdicts = {Probe((2,), 0): Verdict(True), Probe((5,), 0): Verdict(False), Probe((1,), 0): Verdict(False)}
    assert violations(verdicts) == (Violation((2,), (5,), 0),)


def test_different_seeds_contradict_nothing() -> None:
    assert violations({Probe((2,), 0): Verdict(True), Probe((5,), 1): Verdict(False)}) == ()


def test_points_of_which_neither_is_safer_contradict_nothing() -> None:
    assert violations({Probe((0, 4), 0): Verdict(True), Probe((4, 0), 0): Verdict(False)}) == ()


def test_points_half_way_up_and_down_are_spot_checked() -> None:
    assert spot_checks((4,), [11], []) == [Probe((7,), 0), Probe((2,), 0)]


def test_what_was_tried_is_not_spot_checked_again() -> None:
    assert spot_checks((4,), [11], [Probe((7,), 0)]) == [Probe((2,), 0)]
    assert spot_checks((0,), [1], []) == []


def test_an_answer_below_a_point_that_fails_is_not_trusted() -> None:
    safe = drive(checked((4,), [11], []), lambda probes: {probe: Verdict(probe.point[0] <= 4) for probe in probes})
    assert not safe


def test_an_answer_above_a_point_that_holds_is_still_safe() -> None:
    assert drive(checked((4,), [11], []), lambda probes: {probe: Verdict(True) for probe in probes})

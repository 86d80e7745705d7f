from __future__ import annotations

from bench.figures import Figure, missed


def test_a_limit_is_kept_up_to_and_including_its_value() -> None:
    assert Figure("wall time", 45.0, "s", limit=45).met is True
    assert Figure("wall time", 45.1, "s", limit=45).met is False


def test_a_lower_bound_is_kept_from_its_value_upwards() -> None:
    assert Figure("speed", 3.0, "x", limit=3, direction="at least").met is True
    assert Figure("speed", 2.9, "x", limit=3, direction="at least").met is False


def test_a_figure_without_a_limit_is_neither_kept_nor_missed() -> None:
    assert Figure("virtual time", 10.0, "h").met is None
    assert missed([Figure("virtual time", 10.0, "h")]) == []


def test_missing_an_aim_breaks_nothing() -> None:
    figure = Figure("wall time", 20.0, "s", limit=45, aim=15)
    assert figure.aimed is False
    assert missed([figure]) == []


def test_a_broken_limit_is_reported() -> None:
    slow, quick = Figure("a", 50.0, "s", limit=45), Figure("b", 1.0, "s", limit=45)
    assert missed([slow, quick]) == [slow]

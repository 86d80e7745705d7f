from __future__ import annotations

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.scenario.objectives import METRICS, Objective, parse_objective, phase_metric


@pytest.mark.parametrize(
    ("text", "metric", "comparison", "limit", "unit"),
    [
        ("podReady.p99 <= 5s", "podReady.p99", "<=", 5, "s"),
        ("pods.running == 100%", "pods.running", "==", 1, "%"),
        ("throttle.kubelet.max<30s", "throttle.kubelet.max", "<", 30, "s"),
        ("podsPerMinute >= 1000", "podsPerMinute", ">=", 1000, ""),
        ("podsPerMinute >= 1k", "podsPerMinute", ">=", 1000, ""),
        ('phase["Create secrets"] <= 45m', 'phase["Create secrets"]', "<=", 2700, "s"),
        ("phase['Create secrets'] <= 45m", 'phase["Create secrets"]', "<=", 2700, "s"),
        ("run.seconds < 1h30m", "run.seconds", "<", 5400, "s"),
        ("requests.kubelet-events.count != 0", "requests.kubelet-events.count", "!=", 0, ""),
    ],
)
def test_an_objective_is_a_metric_a_comparison_and_a_value(
    text: str, metric: str, comparison: str, limit: float, unit: str
) -> None:
    assert parse_objective(text) == Objective(metric, comparison, limit, unit)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "no objective"),
        ("podReady.p99", "no objective"),
        ("podReady.p99 = 5s", "no objective"),
        ("podReady.p99 <= ", "no objective"),
        ("podReady.p99 <= fast", "no value"),
        ("podReady.p99 <= -5s", "no value"),
        ("podRedy.p99 <= 5s", "Did you mean podReady"),
        ('phase["x] <= 5s', "no objective"),
        ("5s >= podReady.p99", "no objective"),
    ],
)
def test_what_is_no_objective_is_explained(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        parse_objective(text)


def test_an_objective_is_met_by_a_number_on_its_side() -> None:
    outcome = parse_objective("podReady.p99 <= 5s").judge({"podReady.p99": 5.0})

    assert outcome.met
    assert outcome.value == 5.0


def test_an_objective_is_missed_by_a_number_on_the_other_side() -> None:
    assert not parse_objective("podReady.p99 < 5s").judge({"podReady.p99": 5.0}).met


def test_a_percentage_is_compared_with_the_ratio() -> None:
    metrics = {"pods.running": 99.0, "pods.running.ratio": 0.99}

    assert parse_objective("pods.running >= 99%").judge(metrics).met
    assert not parse_objective("pods.running == 100%").judge(metrics).met


def test_a_metric_that_was_not_measured_is_named_with_its_neighbours() -> None:
    outcome = parse_objective("podReady.p98 < 5s").judge({"podReady.p99": 5.0})

    assert not outcome.met
    assert outcome.value is None
    assert "podReady.p98" in outcome.problem
    assert "podReady.p99" in outcome.problem


def test_what_is_not_a_number_is_not_measured() -> None:
    assert parse_objective("podReady.p99 != 5s").judge({"podReady.p99": math.nan}).met is False


def test_a_phase_is_looked_up_by_its_name_whatever_it_holds() -> None:
    name = 'job: "odd" [name]'

    assert parse_objective(f"{phase_metric(name)} <= 1m").judge({phase_metric(name): 3.0}).met


_metrics = st.builds(
    lambda family, names: ".".join([family, *names]),
    st.sampled_from(sorted(METRICS)),
    st.lists(st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,8}", fullmatch=True), max_size=3),
)
_objectives = st.one_of(
    st.builds(Objective, _metrics, st.sampled_from(["<=", "<", ">=", ">", "==", "!="]), st.floats(0, 1e6), st.just("")),
    st.builds(Objective, st.text(max_size=20).map(phase_metric), st.just("<="), st.floats(0.001, 1e6), st.just("s")),
)


@given(_objectives)
def test_an_objective_comes_back_from_its_text(objective: Objective) -> None:
    again = parse_objective(str(objective))

    assert again.metric == objective.metric
    assert again.comparison == objective.comparison
    assert again.limit == pytest.approx(objective.limit, rel=1e-9, abs=1e-3)


@given(st.text(max_size=60))
def test_any_text_is_either_an_objective_or_refused(text: str) -> None:
    with contextlib.suppress(ValueError):
        parse_objective(text)

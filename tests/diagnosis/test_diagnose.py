from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from plimsoll.diagnosis.diagnose import diagnose, ranked
from plimsoll.diagnosis.finding import Effect, Found, Severity
from tests.diagnosis.casefile import archive_of_case, read_case

CASES = Path(__file__).parent / "cases"


def found(code: str, severity: Severity = "error", *, pods: int = 1, symptom_of: tuple[str, ...] = ()) -> Found:
    return Found(
        code=code,
        name=code.lower(),
        severity=severity,
        confidence=1.0,
        cause="Something is the matter.",
        evidence=(),
        plot=None,
        remedy={},
        affects=Effect(pods, 1.0),
        limits_next="",
        symptom_of=symptom_of,
    )


def codes(*findings: Found) -> list[str]:
    return [one.code for one in ranked(findings)]


def test_a_cause_comes_before_its_symptoms_whatever_they_cost() -> None:
    assert codes(found("B", pods=900, symptom_of=("A",)), found("A", "warning")) == ["A", "B"]


def test_a_symptom_whose_cause_was_not_found_names_none() -> None:
    (only,) = ranked([found("B", symptom_of=("A",))])

    assert only.symptom_of == ()


def test_errors_come_before_warnings_and_what_costs_most_comes_first() -> None:
    assert codes(found("A", "warning", pods=9), found("B", pods=1), found("C", pods=5)) == ["C", "B", "A"]


def test_a_cause_is_as_urgent_as_the_most_urgent_of_what_it_explains() -> None:
    cause, symptom = found("A", "warning"), found("C", pods=5, symptom_of=("A",))

    assert codes(found("B", "warning", pods=9), cause, symptom) == ["A", "C", "B"]


def test_findings_that_explain_each_other_still_come_to_an_end() -> None:
    assert codes(found("A", symptom_of=("B",)), found("B", symptom_of=("A",))) == ["A", "B"]


def test_a_run_without_anything_has_nothing_the_matter() -> None:
    diagnosis = diagnose(archive_of_case({"seconds": 0}))

    assert diagnosis.findings == ()
    assert diagnosis.bottleneck is None


def test_a_healthy_run_says_what_its_tightest_station_is() -> None:
    case = {
        "seconds": 100,
        "settings": {"kubelet.kubeAPIQPS": 50},
        "pods": [{"count": 10, "node": "worker-0", "scheduled": 0.1, "running": 3, "ready": 3}],
        "samples": [{"series": "kubelet.requestsPerSecond", "instance": "worker-0", "value": 10}],
    }

    diagnosis = diagnose(archive_of_case(case))

    assert diagnosis.findings == ()
    assert diagnosis.bottleneck is not None
    assert diagnosis.bottleneck.headroom == pytest.approx(5.0)
    assert not diagnosis.bottleneck.limits


def test_two_matters_at_once_are_both_named() -> None:
    stall, full = (read_case(CASES / name) for name in ("plm101/plateau.yaml", "plm202/too-many.yaml"))
    # the full cluster's pods first: its events name them by their numbers
    both = {**stall, "pods": [*full["pods"], *stall["pods"]], "events": full["events"]}

    assert {"PLM101", "PLM202"} <= {one.code for one in diagnose(archive_of_case(both)).findings}


def test_what_is_found_can_be_compared_and_changed_like_any_data() -> None:
    assert replace(found("A"), confidence=0.5) != found("A")

"""``plimsoll tune``, ``limits`` and ``sensitivity`` as a user types them, with runs of a second."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from plimsoll.campaign import performing
from plimsoll.campaign.notebook import Notebook
from plimsoll.cli import main

Captured = pytest.CaptureFixture[str]

ROOT = Path(__file__).parents[2]
SCENARIO = """
name: polled
cluster:
  profile: openshift-4.2
  nodes: 1
  settings: {kubelet.kubeAPIQPS: 2, kubelet.kubeAPIBurst: 4}
load:
  pace: {ratePerSecond: 4, burst: 1}
  jobs:
  - name: many
    namespaces: 100
    objects: [{kind: Pod, name: pause}]
    wait: {for: running, timeout: 20m}
  delete: false
expect: ["pods.running == 100%", "podRunning.p99 <= 30s"]
"""


@pytest.fixture
def scenario(tmp_path: Path) -> str:
    path = tmp_path / "polled.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    return str(path)


@pytest.fixture
def alone(tmp_path: Path) -> list[str]:
    """Results in a directory of the test's own, and runs in its own process."""
    return ["--runs-directory", str(tmp_path / "runs"), "--processes", "1"]


def document(captured: Captured, schema: str) -> dict[str, Any]:
    printed: dict[str, Any] = json.loads(captured.readouterr().out)
    jsonschema.validate(printed, json.loads((ROOT / "docs/schemas" / f"{schema}.schema.json").read_text()))
    return printed


def test_the_lowest_safe_value_is_found_and_its_files_are_printed(
    scenario: str, alone: list[str], capsys: Captured
) -> None:
    flags = ["--knob", "kubelet.kubeAPIQPS=2:16:2", "--seeds", "1", "--no-sensitivity", "--output", "json", *alone]
    assert main(["tune", scenario, *flags]) == 0
    answer = document(capsys, "tune")
    (knob,) = answer["knobs"]
    assert 2 < knob["lowest"] < knob["chosen"] <= 16
    assert answer["chosen"]["kubelet.kubeAPIBurst"] == 2 * answer["chosen"]["kubelet.kubeAPIQPS"]
    assert "kubeAPIQPS" in answer["manifests"][0]["text"]
    assert any(not trial["holds"] and trial["set"]["kubelet.kubeAPIQPS"] < knob["lowest"] for trial in answer["trials"])


def test_a_search_that_was_stopped_says_how_it_goes_on_and_makes_no_run_twice(
    scenario: str, alone: list[str], capsys: Captured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made: list[str] = []
    genuine = performing.perform

    def perform(trial: Any, *rest: Any) -> Any:
        if len(made) == 2:
            made.append("stopped")
            raise KeyboardInterrupt
        made.append(trial.key)
        return genuine(trial, *rest)

    monkeypatch.setattr("plimsoll.campaign.crew.perform", perform)
    command = ["tune", scenario, "--knob", "kubelet.kubeAPIQPS=2:16:2", "--seeds", "1", "--no-sensitivity", *alone]
    assert main(command) == 130
    assert "the same command goes on" in capsys.readouterr().err
    assert len(Notebook(tmp_path / "runs")) == 2
    assert main(command) == 0
    assert len(made) == len(set(made))


def test_what_helps_is_found_by_diagnosis_shown_to_be_needed_and_confirmed(
    scenario: str, alone: list[str], capsys: Captured
) -> None:
    assert main(["tune", scenario, "--seeds", "1", "--no-sensitivity", "--output", "json", *alone]) == 0
    answer = document(capsys, "tune")
    first, *_, last = answer["steps"]
    assert first["limits"]["code"].startswith("PLM1")
    assert last["holds"]
    assert answer["smallest"]["confirmed"]
    assert answer["smallest"]["changes"]
    assert not any(change["without"]["holds"] for change in answer["smallest"]["changes"])
    assert answer["manifests"]


def test_a_run_can_be_begun_with(scenario: str, alone: list[str], capsys: Captured, tmp_path: Path) -> None:
    main(["run", scenario, "--seed", "5", "--quiet", "--no-report", "--runs-directory", str(tmp_path / "runs")])
    capsys.readouterr()
    assert main(["tune", "--from", "latest", "--seeds", "1", "--no-sensitivity", "--output", "json", *alone]) == 0
    assert document(capsys, "tune")["steps"][0]["seed"] == 5


def test_a_scenario_that_passes_needs_nothing(scenario: str, alone: list[str], capsys: Captured) -> None:
    fast = ["--set", "kubelet.kubeAPIQPS=50", "--set", "kubelet.kubeAPIBurst=100"]
    assert main(["tune", scenario, *fast, "--no-sensitivity", *alone]) == 0
    assert "It passes as it is." in capsys.readouterr().out


def test_a_range_that_holds_nowhere_ends_with_1(scenario: str, alone: list[str], capsys: Captured) -> None:
    assert main(["tune", scenario, "--knob", "kubelet.kubeAPIQPS=1,2", *alone]) == 1
    assert "No value holds" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("flags", "problem"),
    [
        (["--knob", "kubelet.kubeAPIQPS=five"], "is no range: 'five' is no number"),
        (["--knob", "kubelet.kubeApiQps=1:5"], "no such setting"),
        (["--margin", "0.5", "--knob", "kubelet.kubeAPIQPS"], "--margin: 0.5 is less than 1"),
        (["--margin", "inf", "--knob", "kubelet.kubeAPIQPS"], "--margin: inf is not finite"),
        (["--keep", "kubelet.qps"], "--keep kubelet.qps: there is no such setting"),
        (["--from", "latest"], "name either a scenario or --from a run"),
    ],
)
def test_wrong_input_ends_with_2_before_any_run(
    scenario: str, flags: list[str], problem: str, capsys: Captured
) -> None:
    assert main(["tune", scenario, *flags]) == 2
    assert problem in capsys.readouterr().err


def test_the_largest_load_is_found_drawn_and_explained(
    scenario: str, alone: list[str], capsys: Captured, tmp_path: Path
) -> None:
    page = tmp_path / "frontier.html"
    flags = ["--find", "podsPerNode=10:100:10", "--vary", "kubelet.kubeAPIQPS=2,4", "--html", str(page), *alone]
    assert main(["limits", scenario, *flags, "--output", "json", "--no-sensitivity"]) == 0
    first, second = document(capsys, "limits")["limits"]
    assert first["largest"] <= second["largest"]
    assert first["next"]["value"] == first["largest"] + 10
    assert "<svg" in page.read_text()


def test_what_an_answer_rests_on_is_a_document_too(scenario: str, alone: list[str], capsys: Captured) -> None:
    fast = ["--set", "kubelet.kubeAPIQPS=50", "--set", "kubelet.kubeAPIBurst=100"]
    assert main(["sensitivity", scenario, *fast, "--output", "json", *alone]) == 0
    answer = document(capsys, "sensitivity")
    assert answer["watched"] == "podRunning.p99 <= 30s"
    assert {group["name"] for group in answer["groups"]} >= {"apiserver", "runtime"}


def test_what_is_to_find_cannot_be_varied_as_well(scenario: str, capsys: Captured) -> None:
    assert main(["limits", scenario, "--find", "podsPerNode=5:10", "--vary", "podsPerNode=5,6"]) == 2
    assert "--vary podsPerNode: it is what to find" in capsys.readouterr().err


def test_a_page_that_cannot_be_written_is_said_so(scenario: str, alone: list[str], capsys: Captured) -> None:
    flags = ["--find", "podsPerNode=5,6", "--no-sensitivity", "--html", "/nowhere/page.html"]
    assert main(["limits", scenario, *flags, *alone]) == 2
    assert "/nowhere/page.html: cannot be written" in capsys.readouterr().err


def test_limits_need_something_to_find(scenario: str, capsys: Captured) -> None:
    assert main(["limits", scenario]) == 2
    assert "--find: what to find is missing" in capsys.readouterr().err

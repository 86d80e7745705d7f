"""``plimsoll run`` as a user types it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from plimsoll.archive.reader import RunArchive
from plimsoll.cli import main
from tests.experiment.endless import ENDLESS, wait_until_exchanging
from tests.experiment.small_scenarios import SMALL, STUCK


@pytest.fixture
def scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PLIMSOLL_RUNS", str(tmp_path / "runs"))
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


Captured = pytest.CaptureFixture[str]


def test_a_run_prints_its_summary_and_keeps_summary_and_report(scenario: Path, capsys: Captured) -> None:
    assert main(["run", str(scenario)]) == 0
    captured = capsys.readouterr()
    assert "pods.running == 100%" in captured.out
    archive = RunArchive.open("latest")
    assert archive.summary is not None
    assert archive.summary["verdict"] == "pass"
    assert (archive.directory / "report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert f"plimsoll: archive in {archive.directory}" in captured.err
    assert "Pods:" in captured.err  # progress, as lines, for this is no terminal


def test_json_is_one_document_on_standard_output(scenario: Path, capsys: Captured) -> None:
    assert main(["run", str(scenario), "--output", "json", "--no-report", "--seed", "7"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document == RunArchive.open("latest").summary
    assert document["seed"] == 7
    assert document["pods"]["running"] == document["pods"]["wanted"] == 6
    assert not (RunArchive.open("latest").directory / "report.html").exists()


def test_quiet_shows_no_progress(scenario: Path, capsys: Captured) -> None:
    main(["run", str(scenario), "--quiet", "--no-report"])
    assert "Pods:" not in capsys.readouterr().err


def test_a_missed_objective_ends_with_1(scenario: Path) -> None:
    scenario.write_text(SMALL + "expect: [podReady.p99 <= 1ms]\n", encoding="utf-8")
    assert main(["run", str(scenario), "--quiet", "--no-report"]) == 1


def test_a_load_that_never_comes_up_ends_with_3_and_says_why(scenario: Path, capsys: Captured) -> None:
    scenario.write_text(STUCK, encoding="utf-8")
    assert main(["run", str(scenario), "--output", "json", "--no-report"]) == 3
    captured = capsys.readouterr()
    assert json.loads(captured.out)["verdict"] == "incomplete"
    assert "plimsoll: Wait for pods: 3 of 5 pods are running\n" in captured.err


def test_flags_change_the_scenario_that_is_archived(scenario: Path) -> None:
    flags = ["--nodes", "3", "--profile", "ideal", "--set", "kubelet.maxPods=200", "--keep", "--quiet", "--no-report"]
    assert main(["run", str(scenario), *flags]) == 0
    archived = RunArchive.open("latest").scenario
    assert archived["cluster"]["nodes"] == 3
    assert archived["cluster"]["profile"] == "ideal"
    assert archived["cluster"]["settings"] == {"kubelet.maxPods": 200}
    assert archived["load"]["delete"] is False


def test_the_report_goes_where_it_is_asked_to(scenario: Path, tmp_path: Path) -> None:
    assert main(["run", str(scenario), "--quiet", "--report", str(tmp_path / "mine.html")]) == 0
    assert (tmp_path / "mine.html").is_file()


def test_a_report_without_a_place_is_found_out_before_the_run(scenario: Path, tmp_path: Path, capsys: Captured) -> None:
    for path in (tmp_path / "no" / "such" / "report.html", tmp_path):
        assert main(["run", str(scenario), "--report", str(path)]) == 2
        assert str(path) in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("flags", [["--nodes", "0"], ["--set", "kubelet"], ["--set", "a.b=1"], ["--profile", "x"]])
def test_a_wrong_change_ends_with_2_and_nothing_done(flags: list[str], scenario: Path, capsys: Captured) -> None:
    assert main(["run", str(scenario), *flags]) == 2
    assert capsys.readouterr().err.startswith(f"plimsoll: {flags[0]}")
    assert not (scenario.parent / "runs").exists()


def test_a_scenario_that_does_not_exist_ends_with_2(tmp_path: Path, capsys: Captured) -> None:
    assert main(["run", str(tmp_path / "none.yaml")]) == 2
    assert "none.yaml" in capsys.readouterr().err


def test_ctrl_c_ends_with_130_and_a_summary_of_what_was_measured(scenario: Path, tmp_path: Path) -> None:
    scenario.write_text(ENDLESS, encoding="utf-8")
    command = [sys.executable, "-m", "plimsoll", "run", str(scenario), "--output", "json", "--no-report"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        wait_until_exchanging(process, tmp_path / "runs")
        process.send_signal(signal.SIGINT)
        printed, complained = process.communicate()
    assert process.returncode == 130
    document = json.loads(printed)
    assert (document["verdict"], document["status"], document["pods"]["running"]) == ("incomplete", "interrupted", 6)
    assert "plimsoll: interrupted; the archive is complete up to there" in complained
    assert "Traceback" not in complained


def test_a_dry_run_prints_the_phases_and_runs_nothing(scenario: Path, capsys: Captured) -> None:
    assert main(["run", str(scenario), "--dry-run"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "small: 2 nodes, profile openshift-4.3"
    assert lines[1] == "Creates 2 Namespace, 4 Secret, 2 Deployment; 6 pods"
    assert [line.strip().split("  ")[0] for line in lines[3:]] == [
        "1. Create namespaces",
        "2. Create secrets",
        "3. Create deployments",
        "4. Wait for pods",
        "5. Delete pods and namespaces",
    ]
    assert not (scenario.parent / "runs").exists()


def test_a_dry_run_in_json_is_the_plan(scenario: Path, capsys: Captured) -> None:
    assert main(["run", str(scenario), "--dry-run", "--output", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["objects"] == {"Namespace": 2, "Secret": 4, "Deployment": 2}
    assert document["pods"] == 6
    assert [phase["kind"] for phase in document["phases"]] == ["create", "create", "create", "wait", "delete"]


def test_a_dry_run_checks_what_a_run_would(scenario: Path, capsys: Captured) -> None:
    assert main(["run", str(scenario), "--dry-run", "--set", "kubelet.maxPods=11"]) == 2
    assert "kubelet.maxPods" in capsys.readouterr().err


def test_manifests_are_yaml_documents_without_anchors(scenario: Path, capsys: Captured) -> None:
    assert main(["run", str(scenario), "--dry-run", "--manifests"]) == 0
    text = capsys.readouterr().out
    kinds = [manifest["kind"] for manifest in yaml.safe_load_all(text)]
    assert kinds == ["Namespace"] * 2 + ["Secret"] * 4 + ["Deployment"] * 2
    assert "&id" not in text


def test_manifests_in_json_are_one_list(scenario: Path, capsys: Captured) -> None:
    assert main(["run", str(scenario), "--dry-run", "--manifests", "--output", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["kind"], len(document["items"])) == ("List", 8)


def test_a_dry_run_says_what_is_done_to_objects_that_are_there(tmp_path: Path, capsys: Captured) -> None:
    actions = "[{name: old, verb: delete, kind: Secret, labels: {tier: front}, pace: {ratePerSecond: 2}}]"
    jobs = f"[{{name: a, objects: [{{kind: Secret}}], actions: {actions}}}]"
    scenario = tmp_path / "acting.yaml"
    scenario.write_text(f"cluster: {{nodes: 1}}\nload: {{jobs: {jobs}}}\n")
    assert main(["run", str(scenario), "--dry-run"]) == 0
    assert "every Secret with tier=front, 1 per call, 1 in parallel, 2 per second" in capsys.readouterr().out

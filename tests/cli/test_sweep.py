"""``plimsoll sweep`` as a user types it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from plimsoll.campaign.notebook import Notebook
from plimsoll.cli import main
from tests.campaign.test_sweeping import TEXT

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    path = tmp_path / "mine.yaml"
    path.write_text(TEXT)
    return ["sweep", str(path), "--runs-directory", str(tmp_path / "runs"), "--processes", "1"]


def test_the_table_has_a_row_for_each_point_and_says_what_was_missed(words: list[str], capsys: Captured) -> None:
    assert main(words) == 0

    shown = capsys.readouterr()
    rows = [line.split() for line in shown.out.splitlines()]
    assert [row[:2] for row in rows] == [
        ["kubelet.kubeAPIQPS", "podsPerNode"],
        ["5", "5"],
        ["5", "100"],
        ["50", "5"],
        ["50", "100"],
    ]
    assert "fail" in rows[2]
    assert "[4/4] kubelet.kubeAPIQPS=50 podsPerNode=100: pass" in shown.err


def test_other_values_take_the_place_of_the_sweeps(words: list[str], capsys: Captured) -> None:
    assert main([*words, "--vary", "podsPerNode=5", "--vary", "nodes=1,2", "--output", "json"]) == 0

    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "plimsoll.sweep/1"
    assert document["vary"] == {"kubelet.kubeAPIQPS": [5, 50], "podsPerNode": [5], "nodes": [1, 2]}
    assert [point["values"]["nodes"] for point in document["points"]] == [1, 2, 1, 2]
    assert all(point["results"][0]["metrics"]["pods.running.ratio"] == 1 for point in document["points"])


def test_what_was_run_before_is_not_run_again(words: list[str], tmp_path: Path, capsys: Captured) -> None:
    main([*words, "--vary", "podsPerNode=5", "--output", "json"])
    first = json.loads(capsys.readouterr().out)
    main([*words, "--vary", "podsPerNode=5", "--output", "json"])

    assert json.loads(capsys.readouterr().out) == first  # wall-clock times included
    assert (tmp_path / "runs" / "trials.sqlite").is_file()


def test_ctrl_c_ends_it_at_once_and_keeps_what_was_there(words: list[str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "plimsoll", *words[:-1], "2", "--seeds", "900"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("[1/3600]")
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()

    assert process.returncode == 130
    assert "the same command goes on where it was" in said
    assert len(Notebook(tmp_path / "runs")) >= 1


def test_the_parameters_of_a_scenario_are_listed(capsys: Captured) -> None:
    assert main(["sweep", "quickstart", "--parameters"]) == 0

    assert "nodes = " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        (["--vary", "podsPerNode"], "gives no values"),
        (["--vary", "podsPerNode=[1"], "are not values in YAML"),
        (["--vary", "podsPerNod=1"], "Did you mean podsPerNode"),
        (["--vary", "kubelet.kubeApiQps=1"], "there is no such setting"),
    ],
)
def test_bad_values_end_with_2(words: list[str], more: list[str], problem: str, capsys: Captured) -> None:
    assert main([*words, *more]) == 2
    assert problem in capsys.readouterr().err


def test_a_sweep_that_looks_for_a_limit_names_the_command_that_does(capsys: Captured) -> None:
    assert main(["sweep", "future/f8-pods-per-node-by-nodes"]) == 2
    assert "plimsoll limits" in capsys.readouterr().err

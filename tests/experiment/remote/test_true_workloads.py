"""Whole runs with pods that really do something: a served cluster whose containers are processes of this machine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from plimsoll.archive.reader import RunArchive

PLIMSOLL = (sys.executable, "-m", "plimsoll")
CONTEXT = "true-workloads"

LOSING = """
name: losing
cluster: {nodes: 1}
load:
  jobs:
  - name: losing
    objects:
    - {kind: Service, name: server}
    - {kind: Pod, name: server, pod: {role: server, terminationGracePeriodSeconds: 1}}
    - {kind: Pod, name: client, pod: {role: client, server: server, terminationGracePeriodSeconds: 1}}
    - kind: Pod
      name: never
      pod:
        workload: {kind: sleep, seconds: 1s}
        nodeSelector: {nowhere: "true"}
        terminationGracePeriodSeconds: 1
    exchange: {bytesPerSecond: 100kB, seconds: 1s}
    barrier: {quorum: 0.5, patience: 1s, timeout: 1m}
    wait: {for: none}
    hold: 6s
"""


@contextmanager
def serving(folder: Path) -> Iterator[list[str]]:
    """A served cluster; the flags that name it."""
    kubeconfig = folder / "kubeconfig"
    command = [*PLIMSOLL, "serve", "--runtime", "process", "--kubeconfig", str(kubeconfig), "--name", CONTEXT]
    environment = {**os.environ, "TMPDIR": str(folder)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        try:
            assert server.stdout is not None
            assert "until Ctrl-C" in server.stdout.readline()
            yield ["--kubeconfig", str(kubeconfig), "--context", CONTEXT]
        finally:
            server.send_signal(signal.SIGTERM)
            assert server.wait(30) == 0
    assert list(folder.glob("plimsoll-pods-*")) == []


def run(scenario: str, flags: list[str], runs: Path) -> tuple[int, dict[str, Any], RunArchive]:
    """Run a scenario; its exit code, its summary, and its archive."""
    options = ["--output", "json", "--quiet", "--yes", "--no-report", "--runs-directory", str(runs)]
    done = subprocess.run(
        [*PLIMSOLL, "run", scenario, *flags, *options], capture_output=True, text=True, check=False, timeout=110
    )
    assert done.stdout, done.stderr
    summary = json.loads(done.stdout)
    return done.returncode, summary, RunArchive.open(summary["run"], runs)


@pytest.mark.slow
def test_data_is_really_exchanged_and_what_it_took_is_in_the_archive(tmp_path: Path) -> None:
    with serving(tmp_path) as flags:
        code, summary, archive = run("workloads/exchange", flags, tmp_path / "runs")

    assert (code, summary["verdict"]) == (0, "pass")
    assert summary["pods"]["wanted"] == summary["pods"]["created"] == 9
    (work,) = summary["work"]
    assert (work["job"], work["kind"], work["clients"], work["complete"]) == ("exchange", "exchange", 12, 12)
    assert work["totals"]["connections"] == 12
    assert work["totals"]["bytesSent"] == work["totals"]["bytesReceived"] > 0
    assert work["durations"]["roundTrip"]["count"] == work["totals"]["messages"]
    assert work["perClient"]["firstConnectionSeconds"]["max"] > 0
    events = {(event["reason"], event["message"]) for event in archive.table("events").to_pylist()}
    assert ("WorkersStarted", "12 of 12 workers begin together (all)") in events


@pytest.mark.slow
def test_every_kind_of_work_is_done_and_reported(tmp_path: Path) -> None:
    with serving(tmp_path) as flags:
        code, summary, _ = run("workloads/soaks", flags, tmp_path / "runs")

    assert code == 0
    kinds = {work["kind"]: work["complete"] for work in summary["work"]}
    assert kinds == dict.fromkeys(("cpuSoak", "memorySoak", "files", "logger", "dns", "reader", "sleep"), 1)


@pytest.mark.slow
def test_a_pod_that_never_runs_keeps_nobody_waiting_and_is_named(tmp_path: Path) -> None:
    scenario = tmp_path / "losing.yaml"
    scenario.write_text(LOSING, encoding="utf-8")
    with serving(tmp_path) as flags:
        _, summary, archive = run(str(scenario), flags, tmp_path / "runs")

    assert {work["kind"]: work["complete"] for work in summary["work"]} == {"exchange": 1}
    events = [(event["reason"], event["name"], event["message"]) for event in archive.table("events").to_pylist()]
    assert ("WorkersStarted", "losing", "1 of 2 workers begin together (quorum)") in events
    assert "never" in {name for reason, name, _ in events if reason == "NoResult"}

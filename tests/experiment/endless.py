"""A run that goes on until somebody ends it."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pyarrow.compute as pc

from plimsoll.archive.reader import RunArchive
from plimsoll.errors import ArchiveError
from plimsoll.telemetry import Milestone
from tests.experiment.small_scenarios import TALK

ENDLESS = TALK.replace("seconds: 600", "seconds: 100000000").replace("load:", "measure: {interval: 1s}\nload:")
PODS = 6


def wait_until_exchanging(process: subprocess.Popen[str], runs: Path) -> None:
    """Return when the run's archive shows all of its pods running, or when its process has ended."""
    while process.poll() is None and not _shows_all_pods(runs):
        time.sleep(0.05)  # the wall clock of another process: nothing in here depends on how long it takes


def _shows_all_pods(runs: Path) -> bool:
    try:
        milestones = RunArchive.open("latest", runs).table("milestones")["milestone"]
    except ArchiveError:  # not begun yet
        return False
    running = pc.equal(pc.cast(milestones, "string"), str(Milestone.API_RUNNING))
    return (pc.sum(running).as_py() or 0) >= PODS

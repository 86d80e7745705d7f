"""What a notebook knows is not done again, also after the process that noted it was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from plimsoll.campaign.crew import Results, SerialCrew, lost
from plimsoll.campaign.notebook import FILE, Notebook, remembered
from plimsoll.campaign.trial import Trial
from plimsoll.errors import ArchiveError
from tests.campaign.trials import small_trial, small_trials


class Counting(SerialCrew):
    """Counts what it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[str] = []

    def results(self, trials: Iterable[Trial]) -> Results:
        for trial, result in super().results(trials):
            self.done.append(trial.label)
            yield trial, result


def test_what_is_known_is_not_done_again(tmp_path: Path) -> None:
    trials = small_trials()
    crew = Counting()
    with remembered(Notebook(tmp_path), crew) as first:
        noted = dict(first.results(trials[:2]))
    with remembered(Notebook(tmp_path), crew) as second:
        found = dict(second.results(trials))

    assert set(found) == set(trials)
    assert noted.items() <= found.items()
    assert crew.done == [trial.label for trial in trials]


def test_results_noted_before_a_stop_stay(tmp_path: Path) -> None:
    trials = small_trials()
    with remembered(Notebook(tmp_path), SerialCrew()) as crew:
        results = crew.results(trials)
        next(results)
        results.close()

    assert len(Notebook(tmp_path)) == 1


def test_a_result_survives_the_death_of_its_process(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from plimsoll.campaign.notebook import Notebook\n"
        "from plimsoll.campaign.performing import perform\n"
        "from tests.campaign.trials import small_trial\n"
        "Notebook(Path(sys.argv[1])).note(perform(small_trial()))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    root = Path(__file__).parents[2]
    ended = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False, cwd=root, env={**os.environ})

    assert ended.returncode == -signal.SIGKILL
    assert Notebook(tmp_path).find(small_trial().key) is not None


def test_a_lost_trial_is_tried_again_next_time(tmp_path: Path) -> None:
    notebook = Notebook(tmp_path)
    notebook.note(lost(small_trial()))

    assert notebook.find(small_trial().key) is None


def test_a_notebook_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("this is no database, and it is long enough to be looked at as one")

    with pytest.raises(ArchiveError, match="cannot keep results in"):
        Notebook(tmp_path).find("key")

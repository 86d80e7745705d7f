"""What progress reads from a run that goes on."""

from __future__ import annotations

import io
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from plimsoll.cli.progress import Reading, shown
from plimsoll.experiment.running import Experiment
from tests.experiment.small_scenarios import STUCK, TALK, loaded
from tests.experiment.whole_path import Captured, run


class Looking(Captured):
    """Reads the state at given moments of the run's clock."""

    def __init__(self, *moments: float) -> None:
        super().__init__()
        self.moments = moments

    def __call__(self, experiment: Experiment) -> Captured:
        self.reading = Reading(experiment)
        self.states = [self.reading.state()]
        for moment in self.moments:
            experiment.cluster.kernel.at(moment, lambda: self.states.append(self.reading.state()))
        return super().__call__(experiment)

    def __exit__(self, *_: object) -> None:
        self.states.append(self.reading.state())


def test_a_run_is_read_from_its_first_moment_to_its_last(tmp_path: Path) -> None:
    looking = Looking(300.0)
    run(loaded(TALK), tmp_path, onlooker=looking)
    first, middle, last = looking.states

    assert (first.scenario, first.pods_wanted, first.namespaces_wanted) == ("talk", 6, 2)
    assert [phase.started_seconds for phase in first.phases] == [None] * len(first.phases)
    assert first.wall_seconds_left is None  # nobody could know

    assert (middle.cluster_seconds, middle.pods["running"], middle.nodes_ready) == (300, 6, 2)
    assert middle.namespaces_active == 2
    assert middle.requests_per_second > 0
    (exchange,) = (phase for phase in middle.phases if phase.is_running)
    assert (exchange.name, exchange.total) == ("Exchange data", 600)
    assert 200 < exchange.done < 300
    assert middle.wall_seconds_left is not None

    assert sum(last.pods.values()) == 0
    assert all(phase.ended_seconds is not None for phase in last.phases)
    assert sum(phase.done for phase in last.phases if phase.name.startswith("Create")) == 8
    assert last.wall_seconds_left is None  # nothing is left


def test_pods_per_minute_are_those_of_the_last_minute(tmp_path: Path) -> None:
    looking = Looking(10.0, 40.0, 70.0, 200.0, 300.0)
    run(loaded(TALK), tmp_path, onlooker=looking)
    rates = [state.pods_per_minute for state in looking.states]
    assert max(rates) > 0
    assert rates[5] == 0  # for minutes nothing has begun to run


def test_a_wait_shows_how_many_pods_are_there(tmp_path: Path) -> None:
    looking = Looking(60.0)
    run(loaded(STUCK), tmp_path, onlooker=looking)
    (wait,) = (phase for phase in looking.states[1].phases if phase.is_running)
    assert (wait.done, wait.total) == (3, 5)


@pytest.mark.parametrize("fail", [False, True])
def test_showing_ends_with_the_run_and_leaves_no_thread(fail: bool, tmp_path: Path) -> None:  # noqa: FBT001
    captured = Captured()
    run(loaded(), tmp_path, onlooker=captured)
    stream = io.StringIO()
    with suppress(ZeroDivisionError), shown(captured.experiments[0], stream):
        1 / (0 if fail else 1)
    assert [thread.name for thread in threading.enumerate() if thread.name == "progress"] == []
    assert "/ 6" in stream.getvalue()

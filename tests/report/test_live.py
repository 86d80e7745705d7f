from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from plimsoll.measurement.states import POD_STATES
from plimsoll.observe.timelines import STATES
from plimsoll.report.live import LiveDisplay, LiveState, PhaseProgress, line, render

STATE = LiveState(
    run="run-1",
    scenario="openshift/500-pods-per-node",
    cluster_seconds=4210.0,
    wall_seconds=7.3,
    phases=(
        PhaseProgress("Create namespaces", 5000, 5000, 0.0, 240.0),
        PhaseProgress("Create deployments", 3100, 10_000, 2900.0),
        PhaseProgress("Wait for pods", started_seconds=2900.0),
        PhaseProgress("Exchange data"),
    ),
    pods={"running": 21_000, "containerCreating": 270, "pending": 30, "error": 2},
    pods_wanted=50_000,
    namespaces_active=5000,
    namespaces_wanted=5000,
    nodes_ready=99,
    nodes_not_ready=1,
    pods_per_minute=1603.0,
    requests_per_second=4210.0,
    throttle_seconds=31.0,
    failures=3,
    wall_seconds_left=22.0,
)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _rendered(state: LiveState) -> str:
    console = Console(width=100, file=io.StringIO())
    console.print(render(state))
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


def test_every_state_that_observers_count_is_shown() -> None:
    assert {state.key for state in POD_STATES} == set(STATES)


def test_a_line_is_that_of_monitor_pod_status_and_what_came_since() -> None:
    assert line(STATE) == (
        "01:10:10  Pods: 30P 21000R 0C 270O 0T 2E 0F / 50000   NS: 5000A 0T / 5000   Node: 99R 1N / 100   "
        "Create deployments 31%   Wait for pods   1,603 pods/min   4,210 req/s   throttled 31.0 s   "
        "3 calls failed   22.0 s left"
    )


def test_a_terminal_shows_phases_with_their_progress() -> None:
    text = _rendered(STATE)

    for words in (
        "✓ Create namespaces",
        "▸ Create deployments",
        "3,100 / 10,000   22 min",
        "  Exchange data",
        "■ 21,000 Running",
        "01:10:10 of the run's clock in 7.30 s",
        "1 not ready",
        "throttled 31.0 s",
        "22.0 s left",
    ):
        assert words in text


def test_the_bar_of_pods_is_shared_out_among_their_states() -> None:
    bar = next(row for row in _rendered(STATE).splitlines() if row.startswith("█"))

    assert bar.count("█") == round(80 * 21_302 / 50_000)
    assert len(bar.rstrip()) == 80


@given(st.dictionaries(st.sampled_from(STATES), st.integers(0, 10**6)), st.integers(0, 10**6))
def test_any_state_can_be_shown(pods: dict[str, int], wanted: int) -> None:
    state = LiveState(pods=pods, pods_wanted=wanted)

    assert max(map(len, _rendered(state).splitlines())) <= 100
    assert line(state)


def test_progress_is_never_more_than_all() -> None:
    assert PhaseProgress("x", 12, 10, 0.0).fraction == 1.0
    assert PhaseProgress("x", 0, 0, 0.0).fraction is None
    assert PhaseProgress("x", 3, None, 0.0, 9.0).fraction == 1.0


def test_a_pipe_gets_a_line_every_five_seconds_and_one_at_the_end() -> None:
    clock, stream = Clock(), io.StringIO()

    with LiveDisplay(stream, clock) as display:
        for second in range(13):
            clock.now = float(second)
            display.update(LiveState(cluster_seconds=float(second)))

    assert [row[:8] for row in stream.getvalue().splitlines()] == ["00:00:00", "00:00:05", "00:00:10", "00:00:12"]


def test_a_terminal_is_redrawn_at_most_four_times_a_second_and_left_clean() -> None:
    clock, stream = Clock(), Terminal()

    with LiveDisplay(stream, clock) as display:
        due = []
        for tick in range(20):
            clock.now = tick / 16
            due.append(display.is_due)
            display.update(STATE)

    assert [tick for tick, was_due in enumerate(due) if was_due] == [0, 4, 8, 12, 16]
    assert "Create deployments" in stream.getvalue()


def test_the_stream_gets_no_last_line_where_the_last_state_was_shown() -> None:
    stream = io.StringIO()

    with LiveDisplay(stream, Clock()) as display:
        display.update(LiveState())

    assert len(stream.getvalue().splitlines()) == 1

"""Showing a run while it goes on.

A thread of its own looks at the run a few times a second of wall time. The run cannot do it: it does not know the wall
clock, and any step it took because of it would make the next run differ.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from plimsoll.report.live import TERMINAL_INTERVAL_SECONDS, LiveDisplay, LiveState, PhaseProgress

if TYPE_CHECKING:
    from plimsoll.driver.phases import PhaseRun
    from plimsoll.experiment.liverun import LiveRun

MINUTE_SECONDS = 60.0
ENOUGH_TO_GUESS_FROM = 0.05  # of the work; before that, a guess at the time left would be a joke


@contextmanager
def shown(experiment: LiveRun, stream: TextIO) -> Iterator[None]:
    """Show the run's progress on the stream while the block runs."""
    over = threading.Event()
    reading = Reading(experiment)
    with LiveDisplay(stream, time.monotonic) as display:

        def show() -> None:
            while not over.wait(TERMINAL_INTERVAL_SECONDS):
                display.update(reading.state())

        watcher = threading.Thread(target=show, name="progress", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()
            display.update(reading.state())


class Reading:
    """Reads the state of a run; remembers enough to tell rates."""

    def __init__(self, experiment: LiveRun) -> None:
        self._experiment = experiment
        self._started = time.monotonic()
        self._ran: deque[tuple[float, int]] = deque([(0.0, 0)])

    def state(self) -> LiveState:
        """The state now."""
        experiment = self._experiment
        observer, driver = experiment.observer, experiment.driver
        now_seconds = experiment.now()
        pods = {series.removeprefix("pods."): count for series, count in observer.pods.samples()}
        wall_seconds = time.monotonic() - self._started
        return LiveState(
            run=experiment.run_id,
            scenario=experiment.scenario.name,
            cluster_seconds=now_seconds,
            wall_seconds=wall_seconds,
            phases=tuple(self._phase(run, now_seconds) for run in driver.runs),
            pods=pods,
            pods_wanted=experiment.plan.pods,
            namespaces_active=observer.namespaces.active,
            namespaces_terminating=observer.namespaces.terminating,
            namespaces_wanted=experiment.plan.counts().get("Namespace", 0),
            nodes_ready=observer.nodes.ready,
            nodes_not_ready=observer.nodes.not_ready,
            pods_per_minute=self._pods_per_minute(now_seconds),
            requests_per_second=experiment.pulse.requests_per_second,
            throttle_seconds=experiment.pulse.throttle_seconds,
            failures=driver.tally.failures,
            wall_seconds_left=self._wall_seconds_left(wall_seconds),
        )

    def _phase(self, run: PhaseRun, now_seconds: float) -> PhaseProgress:
        done, total = self._progress(run, now_seconds)
        return PhaseProgress(run.phase.name, done, total, run.started_seconds, run.ended_seconds)

    def _progress(self, run: PhaseRun, now_seconds: float) -> tuple[int, int | None]:
        """How much of a phase is done, in what it is about: objects, pods, or seconds."""
        phase = run.phase
        if phase.kind == "wait":
            pods = self._experiment.observer.job(phase.job)
            return (pods.ready if phase.wait and phase.wait.for_ == "ready" else pods.running), phase.pods
        if phase.kind in {"exchange", "pause"}:
            end_seconds = now_seconds if run.ended_seconds is None else run.ended_seconds
            elapsed_seconds = end_seconds - (run.started_seconds or 0.0)
            return min(int(elapsed_seconds), int(phase.duration_seconds)), int(phase.duration_seconds)
        return run.done, phase.operations

    def _pods_per_minute(self, now_seconds: float) -> float:
        """Pods that began to run in the last minute of the run's clock, or in what there is of it."""
        ran = self._experiment.observer.pods.ran
        self._ran.append((now_seconds, ran))
        while len(self._ran) > 2 and self._ran[1][0] <= now_seconds - MINUTE_SECONDS:  # noqa: PLR2004
            self._ran.popleft()
        then_seconds, ran_then = self._ran[0]
        elapsed_seconds = now_seconds - then_seconds
        return (ran - ran_then) * MINUTE_SECONDS / elapsed_seconds if elapsed_seconds else 0.0

    def _wall_seconds_left(self, wall_seconds: float) -> float | None:
        """Guess from the share of the work: objects to create, pods to come up, pods to go.

        What costs wall time is what happens, not the run's clock: eight quiet hours pass in no time.
        """
        plan, tally = self._experiment.plan, self._experiment.driver.tally
        pods = self._experiment.observer.pods
        torn_down = plan.pods if self._experiment.scenario.load.delete else 0
        work = sum(plan.counts().values()) + plan.pods + torn_down
        done = tally.created.total() + pods.ran + min(pods.created - sum(pods.totals()), torn_down)
        if done >= work or done < ENOUGH_TO_GUESS_FROM * work:
            return None
        return wall_seconds * (work - done) / done

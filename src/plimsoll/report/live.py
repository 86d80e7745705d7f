"""A run while it goes on: from a snapshot of its state to what a terminal or a pipe shows.

Whoever runs the load fills a :class:`LiveState` as often as it likes and hands it to :meth:`LiveDisplay.update`, which
decides when it is worth showing: at most four times a second on a terminal, every five seconds as a line on a pipe.
The line is that of ``monitor-pod-status``, which the people who ran these tests by hand watched for days.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from plimsoll.measurement import wording
from plimsoll.measurement.states import POD_STATES, PodState

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

TERMINAL_INTERVAL_SECONDS = 0.25
PIPE_INTERVAL_SECONDS = 5.0
BAR_WIDTH = 40


@dataclass(frozen=True, slots=True)
class PhaseProgress:
    """How far a phase of the load is. ``total`` is None where nobody knows how much there will be."""

    name: str
    done: int = 0
    total: int | None = None
    started_seconds: float | None = None
    """On the run's clock; None while the phase has not begun."""
    ended_seconds: float | None = None

    @property
    def fraction(self) -> float | None:
        """From 0 to 1; None where the total is not known."""
        if self.ended_seconds is not None:
            return 1.0
        if not self.total:
            return None
        return min(1.0, self.done / self.total)

    @property
    def is_running(self) -> bool:
        """Begun and not over."""
        return self.started_seconds is not None and self.ended_seconds is None


@dataclass(frozen=True, slots=True)
class LiveState:
    """One moment of a run. Everything has a default, so that each source fills what it knows."""

    run: str = ""
    scenario: str = ""
    cluster_seconds: float = 0.0
    """The run's clock: virtual time in a simulation."""
    wall_seconds: float = 0.0
    """How long the person at the keyboard has been waiting."""
    phases: tuple[PhaseProgress, ...] = ()
    """All phases of the plan in order, those to come included."""
    pods: Mapping[str, int] = field(default_factory=dict)
    """Pods by state; the keys are those of ``plimsoll.measurement.states.POD_STATES``: pending, running, …"""
    pods_wanted: int = 0
    namespaces_active: int = 0
    namespaces_terminating: int = 0
    namespaces_wanted: int = 0
    nodes_ready: int = 0
    nodes_not_ready: int = 0
    pods_per_minute: float = 0.0
    """Pods that became Running in the last minute of the run's clock."""
    requests_per_second: float = 0.0
    throttle_seconds: float = 0.0
    """The longest wait at any client's own limiter now."""
    failures: int = 0
    """Calls given up after their retries."""
    wall_seconds_left: float | None = None


def line(state: LiveState) -> str:
    """The state as one plain line, ``HH:MM:SS  Pods: 0P 12R … / 15   NS: 5A 0T / 5   Node: 3R 0N / 3   …``."""
    pods = " ".join(f"{state.pods.get(pod_state.key, 0)}{pod_state.letter}" for pod_state in POD_STATES)
    parts = [
        f"{wording.clock(state.cluster_seconds)}  Pods: {pods} / {state.pods_wanted}",
        f"NS: {state.namespaces_active}A {state.namespaces_terminating}T / {state.namespaces_wanted}",
        f"Node: {state.nodes_ready}R {state.nodes_not_ready}N / {state.nodes_ready + state.nodes_not_ready}",
        *(_phase_words(phase) for phase in state.phases if phase.is_running),
        *_rate_words(state),
    ]
    return "   ".join(parts)


def _phase_words(phase: PhaseProgress) -> str:
    return phase.name if phase.fraction is None else f"{phase.name} {phase.fraction:.0%}"


def _rate_words(state: LiveState) -> list[str]:
    words = [f"{state.pods_per_minute:,.0f} pods/min", f"{state.requests_per_second:,.0f} req/s"]
    if state.throttle_seconds > 0:
        words.append(f"throttled {wording.seconds(state.throttle_seconds)}")
    if state.failures:
        words.append(f"{state.failures} calls failed")
    if state.wall_seconds_left is not None:
        words.append(f"{wording.elapsed(state.wall_seconds_left)} left")
    return words


def render(state: LiveState) -> RenderableType:
    """The state as a block of a terminal, which :class:`rich.live.Live` redraws in place."""
    return Group(_title(state), _phases(state), Text(), _pods(state), _facts(state))


def _title(state: LiveState) -> Text:
    return Text.assemble((state.scenario, "bold"), ("  " + state.run, "dim"))


def _phases(state: LiveState) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(min_width=28)
    grid.add_column(width=BAR_WIDTH)
    grid.add_column(justify="right")
    for phase in state.phases:
        grid.add_row(_phase_name(phase), _phase_bar(phase), _phase_detail(phase, state.cluster_seconds))
    return grid


def _phase_name(phase: PhaseProgress) -> Text:
    if phase.ended_seconds is not None:
        return Text(f"✓ {phase.name}", style="green")
    return Text(f"▸ {phase.name}", style="bold") if phase.is_running else Text(f"  {phase.name}", style="dim")


def _phase_bar(phase: PhaseProgress) -> RenderableType:
    if phase.started_seconds is None:
        return Text()
    if phase.fraction is None:
        return Text("…", style="dim")
    return ProgressBar(total=1.0, completed=phase.fraction, complete_style="cyan", finished_style="green")


def _phase_detail(phase: PhaseProgress, now_seconds: float) -> Text:
    if phase.started_seconds is None:
        return Text()
    end_seconds = now_seconds if phase.ended_seconds is None else phase.ended_seconds
    progress = "" if phase.total is None else f"{phase.done:,} / {phase.total:,}   "
    return Text(progress + wording.elapsed(end_seconds - phase.started_seconds), style="dim")


def _pods(state: LiveState) -> Group:
    present = [pod_state for pod_state in POD_STATES if state.pods.get(pod_state.key)]
    counts = Text("   ").join(
        Text.assemble(("■ ", pod_state.terminal_style), f"{state.pods[pod_state.key]:,} {pod_state.title}")
        for pod_state in present
    )
    return Group(_stacked_bar(state, present), counts)


def _stacked_bar(state: LiveState, present: list[PodState]) -> Text:
    """One row of blocks shared out among the states; what is not created yet stays faint."""
    width = 2 * BAR_WIDTH
    whole = max(state.pods_wanted, sum(state.pods.values()), 1)
    bar = Text()
    cells_before = pods_before = 0
    for pod_state in present:
        pods_before += state.pods[pod_state.key]
        cells = round(width * pods_before / whole)
        bar.append("█" * (cells - cells_before), style=pod_state.terminal_style)
        cells_before = cells
    return bar.append("░" * (width - cells_before), style="dim")


def _facts(state: LiveState) -> Text:
    facts = [f"{wording.clock(state.cluster_seconds)} of the run's clock in {wording.elapsed(state.wall_seconds)}"]
    if state.nodes_ready or state.nodes_not_ready:
        facts.append(f"{state.nodes_ready} nodes ready")
    if state.nodes_not_ready:
        facts.append(f"{state.nodes_not_ready} not ready")
    return Text("  ·  ".join(facts) + "\n" + "  ·  ".join(_rate_words(state)), style="dim")


class LiveDisplay:
    """Shows states on a stream (stderr) as often as suits it; a context manager around the run.

    ``monotonic`` gives wall-clock seconds: it is passed in because reports know no clock.
    """

    def __init__(self, stream: TextIO, monotonic: Callable[[], float]) -> None:
        self._stream = stream
        self._monotonic = monotonic
        self._last_shown: float | None = None
        self._latest: LiveState | None = None
        self._live = self._live_on(stream) if stream.isatty() else None
        self._interval = TERMINAL_INTERVAL_SECONDS if self._live else PIPE_INTERVAL_SECONDS

    @staticmethod
    def _live_on(stream: TextIO) -> Live:
        return Live(console=Console(file=stream), auto_refresh=False, transient=True)

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Leave the terminal as it was; a pipe gets the last state, so that its log ends with the end."""
        if self._live:
            self._live.stop()
        elif self._latest is not None:
            self._show(self._latest)

    @property
    def is_due(self) -> bool:
        """Whether an update now would be shown: lets a busy caller skip gathering a state."""
        return self._last_shown is None or self._monotonic() - self._last_shown >= self._interval

    def update(self, state: LiveState) -> None:
        """Take the state; show it if the last one has been shown long enough."""
        if self.is_due:
            self._last_shown = self._monotonic()
            self._show(state)
        else:
            self._latest = state

    def _show(self, state: LiveState) -> None:
        self._latest = None
        if self._live:
            self._live.update(render(state), refresh=True)
        else:
            print(line(state), file=self._stream, flush=True)

"""A run summed up: what every rendering shows, as frozen data without a word of layout."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from plimsoll.archive.manifest import RunStatus
from plimsoll.measurement import caveats
from plimsoll.measurement.clocks import ClockOffset, by_api_timestamps, clock_offset
from plimsoll.measurement.columns import Samples, numbers
from plimsoll.measurement.controlplane import controlplane
from plimsoll.measurement.creation import Little, Rate, little, rate
from plimsoll.measurement.database import database
from plimsoll.measurement.dns import dns
from plimsoll.measurement.expectation import Expectation, expectation
from plimsoll.measurement.gauges import gauges
from plimsoll.measurement.latency import Quantiles, latencies, stages
from plimsoll.measurement.metrics import metrics
from plimsoll.measurement.migration import migrations
from plimsoll.measurement.monitoring import monitoring
from plimsoll.measurement.network import Transfer, transfer
from plimsoll.measurement.objectives import Judgement, judge
from plimsoll.measurement.timelines import Timelines, read_timelines
from plimsoll.measurement.traffic import Traffic, traffic
from plimsoll.measurement.work import Work, work
from plimsoll.telemetry import Milestone

if TYPE_CHECKING:
    from plimsoll.archive.manifest import Manifest
    from plimsoll.measurement.columns import Archive

Verdict = Literal["pass", "fail", "incomplete"]

SLOWEST_PODS = 10
SHORTEST_STEADY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase of the load, in seconds of the run's clock."""

    name: str
    started_seconds: float
    ended_seconds: float

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.ended_seconds - self.started_seconds


@dataclass(frozen=True, slots=True)
class PodCounts:
    """Pods by how far they came."""

    wanted: int
    """What the scenario asks for; 0 where the archive does not tell."""
    created: int
    """All that ever existed: churn and replaced failures make it larger than what is wanted."""
    running: int
    """Pods that a watcher of the API saw Running (or already done) at some time."""
    ready: int
    failed: int

    def share(self, number: int) -> float:
        """A number as a part of all pods that should have come so far; of no pods, all did."""
        whole = max(self.wanted, self.created)
        return number / whole if whole else 1.0


@dataclass(frozen=True, slots=True)
class SlowPod:
    """A pod that took long to be seen Running, or never was."""

    namespace: str
    name: str
    node: str
    running_seconds: float | None
    """From created to Running in the API; None where it never was."""


@dataclass(frozen=True, slots=True)
class Measurements:
    """What the tables of an archive say."""

    run_seconds: float
    pods: PodCounts
    phases: tuple[Phase, ...]
    steady: tuple[float, float] | None
    """When all pods were Running and none was done or being deleted."""
    created_rate: Rate | None
    running_rate: Rate | None
    little: Little | None
    latencies: Mapping[str, Quantiles]
    by_api_timestamps: Mapping[str, Quantiles]
    """Some of them again, by what a real cluster's API wrote down."""
    clock_offset: ClockOffset | None
    stages: Mapping[str, Quantiles]
    traffic: Traffic
    transfer: Transfer | None
    gauges: Mapping[str, float]
    """What gauges and counters of components came to, by the name of the metric."""
    log_lines: Mapping[str, int]
    """Lines that each component has logged."""
    work: tuple[Work, ...]
    """What the programs in pods measured, where they ran."""
    slowest: tuple[SlowPod, ...]
    """The slowest pods, those that never ran first."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A run, what it measured, and what to think of it."""

    manifest: Manifest
    description: str
    """The scenario's own words about itself."""
    expected: Expectation
    measured: Measurements
    metrics: Mapping[str, float]
    objectives: tuple[Judgement, ...]
    warnings: tuple[str, ...]
    constants: Mapping[str, int]
    """How many of the simulated cluster's constants are known how well; empty on a real cluster."""

    @property
    def verdict(self) -> Verdict:
        """Whether the objectives are met, if the run came to its end."""
        if self.manifest.status is not RunStatus.COMPLETE:
            return "incomplete"
        return "pass" if all(objective.met for objective in self.objectives) else "fail"


def summarise(archive: Archive) -> Summary:
    """Sum up a run: linear in the archive, about half a second for 50,000 pods over ten hours."""
    manifest, scenario = archive.manifest, archive.scenario
    expected = expectation(scenario)
    measured = measure(archive, expected)
    named = metrics(measured)
    return Summary(
        manifest=manifest,
        description=str(scenario.get("description") or ""),
        expected=expected,
        measured=measured,
        metrics=named,
        objectives=judge(scenario, named),
        warnings=caveats.warnings(manifest.status, measured),
        constants=_constants(archive) if manifest.profile else {},
    )


def _constants(archive: Archive) -> Mapping[str, int]:
    """By status, the most frequent first."""
    statuses = Counter(str(constant.get("status")) for constant in archive.profile.get("constants") or ())
    return dict(statuses.most_common())


def measure(archive: Archive, expected: Expectation) -> Measurements:
    """Everything the tables say, judged by nothing."""
    timelines = read_timelines(archive)
    samples = Samples(archive.table("samples"))
    phases = _phases(archive)
    run_seconds = _run_seconds(archive.manifest, timelines, phases)
    wanted = timelines.cohort(expected.pods or len(timelines))
    steady = _steady(timelines, wanted, samples, run_seconds)
    requests = traffic(archive.table("requests"), run_seconds, steady)
    return Measurements(
        run_seconds=run_seconds,
        pods=_pod_counts(timelines, expected),
        phases=phases,
        steady=steady,
        created_rate=rate(wanted.at(Milestone.CREATED)),
        running_rate=rate(wanted.at(Milestone.API_RUNNING)),
        little=little(wanted, samples.series("pods.containerCreating").steps, run_seconds),
        latencies=latencies(timelines),
        by_api_timestamps=by_api_timestamps(archive),
        clock_offset=clock_offset(samples),
        stages=stages(timelines),
        traffic=requests,
        transfer=transfer(samples, expected, steady, run_seconds),
        gauges={
            **gauges(samples, run_seconds),
            **controlplane(samples, requests.latencies, run_seconds),
            **dns(samples, run_seconds),
            **database(samples),
            **migrations(samples),
            **monitoring(samples, run_seconds),
        },
        log_lines=Counter(str(component) for component in archive.table("logs").column("component").to_pylist()),
        work=work(archive.table("results"), archive.table("durations")),
        slowest=_slowest(timelines),
    )


def _phases(archive: Archive) -> tuple[Phase, ...]:
    table = archive.table("phases")
    columns = (table.column("name").to_pylist(), numbers(table, "startedSeconds"), numbers(table, "endedSeconds"))
    return tuple(Phase(str(name), float(start), float(end)) for name, start, end in zip(*columns, strict=True))


def _run_seconds(manifest: Manifest, timelines: Timelines, phases: tuple[Phase, ...]) -> float:
    """The run's length by its own clock; of a run that was killed, until the last thing it recorded."""
    if manifest.virtual_seconds:
        return manifest.virtual_seconds
    latest = float(np.nanmax(timelines.moments)) if len(timelines) else 0.0
    return max([latest, *(phase.ended_seconds for phase in phases)])


def _pod_counts(timelines: Timelines, expected: Expectation) -> PodCounts:
    return PodCounts(
        wanted=expected.pods,
        created=len(timelines),
        running=timelines.reached(Milestone.API_RUNNING),
        ready=timelines.reached(Milestone.API_READY),
        failed=timelines.reached(Milestone.API_FAILED),
    )


def _steady(
    timelines: Timelines, wanted: Timelines, samples: Samples, run_seconds: float
) -> tuple[float, float] | None:
    """From the moment when the last pod wanted ran until the first was done, sent its last, or was asked to go."""
    running = wanted.at(Milestone.API_RUNNING)
    if not len(wanted) or np.isnan(running).any():
        return None
    start = float(running.max())
    completed, flows = samples.series("pods.completed"), samples.series("exchange.activeFlows")
    ends = [run_seconds, *completed.seconds[completed.values > 0][:1].tolist()]
    if flows.values.any():
        last_at_most = np.flatnonzero(flows.values == flows.values.max())[-1]
        ends.extend(flows.seconds[last_at_most + 1 :][:1].tolist())
    if (first_deletion := timelines.first(Milestone.DELETION_REQUESTED)) is not None:
        ends.append(first_deletion)
    return (start, min(ends)) if min(ends) - start >= SHORTEST_STEADY_SECONDS else None


def _slowest(timelines: Timelines) -> tuple[SlowPod, ...]:
    took = timelines.at(Milestone.API_RUNNING) - timelines.at(Milestone.CREATED)
    order = np.argsort(-np.where(np.isnan(took), np.inf, took), kind="stable")[:SLOWEST_PODS]
    return tuple(
        SlowPod(
            namespace=timelines.namespaces.row(row),
            name=timelines.names[row],
            node=timelines.nodes.row(row),
            running_seconds=None if np.isnan(took[row]) else float(took[row]),
        )
        for row in order.tolist()
    )

"""A run as the files that kube-burner's local indexer would have written, for the tools that read those.

Names, units (whole milliseconds, cut) and definitions are kube-burner's: each latency counts from the pod's creation
to the transition of a condition *as the component that sets it dates it*. A status update that waits in the kubelet's
limiter is therefore not in these numbers, though it is in Plimsoll's own; this is what kube-burner shows of such a
cluster. Unlike there, times are not cut to whole seconds. Pods that nobody saw ready are left out, as there.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from plimsoll.archive.manifest import RunStatus
from plimsoll.kube.timestamps import rfc3339_micro
from plimsoll.measurement.columns import categories
from plimsoll.measurement.timelines import Timelines, read_timelines
from plimsoll.telemetry import Milestone

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from plimsoll.archive.reader import RunArchive
    from plimsoll.measurement.columns import Booleans, Floats

    Milliseconds = NDArray[np.int64]

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Latency:
    """One of kube-burner's pod latencies: its field, its quantiles' name, and the milestone that ends it."""

    field: str
    condition: str
    milestone: Milestone


_LATENCIES = (
    _Latency("schedulingLatency", "PodScheduled", Milestone.SCHEDULED),
    _Latency("initializedLatency", "Initialized", Milestone.KUBELET_SAW),  # at once where nothing initialises
    _Latency("readyToStartContainersLatency", "PodReadyToStartContainers", Milestone.SANDBOX_READY),
    _Latency("containersReadyLatency", "ContainersReady", Milestone.KUBELET_READY),
    _Latency("podReadyLatency", "Ready", Milestone.KUBELET_READY),
    _Latency("containersStartedLatency", "ContainersStarted", Milestone.CONTAINERS_STARTED),
)

_SEEN_INSTEAD = {
    Milestone.SCHEDULED: Milestone.API_SCHEDULED,
    Milestone.CONTAINERS_STARTED: Milestone.API_RUNNING,
    Milestone.KUBELET_READY: Milestone.API_READY,
}
"""What stands in on a cluster whose components cannot be looked into."""

_TEAR_DOWN = "Delete pods and namespaces"


def kube_burner_files(archive: RunArchive) -> dict[str, list[Json]]:
    """The documents of a run by the name of the file that kube-burner keeps them in."""
    run = _Run(archive)
    files: dict[str, list[Json]] = {}
    for job in run.jobs:
        pods = run.ready_pods(job)
        files[f"podLatencyMeasurement-{job}.json"] = list(run.pod_latencies(job, pods))
        files[f"podLatencyQuantilesMeasurement-{job}.json"] = list(run.quantiles(job, pods))
    return {**files, "jobSummary.json": [run.job_summary(job) for job in run.jobs]}


@dataclass(frozen=True, slots=True)
class _Span:
    """A phase, by the run's clock."""

    name: str
    started_seconds: float
    ended_seconds: float


class _Run:
    """An archive in kube-burner's terms: jobs, iterations (one per namespace), replicas."""

    def __init__(self, archive: RunArchive) -> None:
        self._archive = archive
        self._timelines: Timelines = read_timelines(archive)
        self._jobs = categories(archive.table("pods"), "job")
        self._epoch = archive.manifest.started.timestamp()
        self.uuid = str(uuid.uuid5(uuid.NAMESPACE_URL, f"plimsoll:{archive.manifest.id}"))
        """kube-burner's runs are named by UUIDs: this run's, the same in every export."""
        planned = [job["name"] for job in archive.scenario.get("load", {}).get("jobs", ())]
        self.jobs = list(dict.fromkeys([*planned, *sorted(word for word in self._jobs.words if word)]))
        spans = archive.table("phases").to_pydict()
        self._spans = [_Span(*row) for row in zip(*spans.values(), strict=True)]

    def ready_pods(self, job: str) -> NDArray[np.int64]:
        """The numbers of a job's pods that were seen ready."""
        ready = ~np.isnan(self._timelines.at(Milestone.API_READY))
        return np.flatnonzero(self._jobs.are(job) & ready)

    def milliseconds(self, latency: _Latency, pods: NDArray[np.int64]) -> Milliseconds:
        """A latency of some pods; 0 where the milestone is not known, as in kube-burner."""
        moments = self._timelines.at(latency.milestone)
        if latency.milestone in _SEEN_INSTEAD:
            moments = np.where(np.isnan(moments), self._timelines.at(_SEEN_INSTEAD[latency.milestone]), moments)
        seconds: Floats = (moments - self._timelines.at(Milestone.CREATED))[pods]
        return np.maximum(np.nan_to_num(np.round(seconds * 1e6)) // 1000, 0).astype(np.int64)

    def pod_latencies(self, job: str, pods: NDArray[np.int64]) -> Iterator[Json]:
        """``podLatencyMeasurement``: a document per pod."""
        latencies = {latency.field: self.milliseconds(latency, pods).tolist() for latency in _LATENCIES}
        created = self._timelines.at(Milestone.CREATED)
        churned = self._churned(job, created)
        places = self._places(job)
        for row, pod in enumerate(pods.tolist()):
            iteration, replica = places[pod]
            yield {
                "timestamp": self._time(float(created[pod])),
                **{field: values[row] for field, values in latencies.items()},
                "metricName": "podLatencyMeasurement",
                "uuid": self.uuid,
                "jobName": job,
                "jobIteration": iteration,
                "replica": replica,
                "namespace": self._timelines.namespaces.row(pod),
                "podName": self._timelines.names[pod],
                "nodeName": self._timelines.nodes.row(pod),
                **({"churnMetric": True} if churned[pod] else {}),
                "metadata": self._metadata(),
            }

    def quantiles(self, job: str, pods: NDArray[np.int64]) -> Iterator[Json]:
        """``podLatencyQuantilesMeasurement``: a document per condition; none where no pod was ready.

        Percentiles interpolate linearly between ranks, as those of montanaflynn/stats, which kube-burner uses.
        """
        if not pods.size:
            return
        for latency in _LATENCIES:
            values = self.milliseconds(latency, pods)
            p99, p95, p50 = np.percentile(values, (99, 95, 50)).astype(np.int64).tolist()
            yield {
                "quantileName": latency.condition,
                "uuid": self.uuid,
                "P99": p99,
                "P95": p95,
                "P50": p50,
                "min": int(values.min()),
                "max": int(values.max()),
                "avg": int(values.mean()),
                "timestamp": self._time(self._extent(job)[1]),
                "metricName": "podLatencyQuantilesMeasurement",
                "jobName": job,
                "metadata": self._metadata(),
            }

    def job_summary(self, job: str) -> Json:
        """``jobSummary``: when a job ran, how it was configured, whether it passed."""
        started, ended = self._extent(job)
        manifest = self._archive.manifest
        document = {
            "timestamp": self._time(started),
            "endTimestamp": self._time(ended),
            "elapsedTime": round(ended - started, 3),
            "uuid": self.uuid,
            "metricName": "jobSummary",
            "jobConfig": self._job_config(job),
            "version": f"plimsoll {manifest.plimsoll_version}",
            "passed": self._failure() is None,
            **self._metadata(),
        }
        churn = self._churn_spans(job)
        if churn:
            document["churnStartTimestamp"] = self._time(churn[0].started_seconds)
            document["churnEndTimestamp"] = self._time(churn[-1].ended_seconds)
        failure = self._failure()
        return document if failure is None else {**document, "executionErrors": failure}

    def _job_config(self, job: str) -> Json:
        pace = self._archive.scenario.get("load", {}).get("pace") or {}
        namespaces = np.unique(self._timelines.namespaces.codes[self._jobs.are(job)])
        limits = {"qps": pace.get("ratePerSecond"), "burst": pace.get("burst")}
        return {
            "name": job,
            "jobType": "create",
            "jobIterations": len(namespaces),
            "namespacedIterations": True,
            **{name: limit for name, limit in limits.items() if limit},
        }

    def _failure(self) -> str | None:
        status = self._archive.manifest.status
        if status is not RunStatus.COMPLETE:
            return f"the run is {status}"
        summary = self._archive.summary or {}
        missed = [judged["expr"] for judged in summary.get("objectives", ()) if not judged["met"]]
        return f"objectives missed: {', '.join(missed)}" if missed else None

    def _metadata(self) -> Json:
        manifest = self._archive.manifest
        return {"run": manifest.id, "scenario": manifest.scenario, "profile": manifest.profile}

    def _time(self, seconds: float) -> str:
        return rfc3339_micro(seconds, self._epoch)

    def _places(self, job: str) -> dict[int, tuple[int, int]]:
        """The iteration (from 0) and replica (from 1) of each of a job's pods, by the order of their creation."""
        iterations: dict[int, int] = {}
        replicas: dict[int, int] = {}
        places = {}
        for pod in np.flatnonzero(self._jobs.are(job)).tolist():
            namespace = int(self._timelines.namespaces.codes[pod])
            iteration = iterations.setdefault(namespace, len(iterations))
            replicas[namespace] = replicas.get(namespace, 0) + 1
            places[pod] = (iteration, replicas[namespace])
        return places

    def _job_spans(self, job: str) -> list[_Span]:
        """The phases of a job, without the tear-down: the driver names the job only where there are several."""
        mine = [span for span in self._spans if span.name.startswith(f"{job}: ")]
        return mine or [span for span in self._spans if span.name != _TEAR_DOWN]

    def _churn_spans(self, job: str) -> Sequence[_Span]:
        return [span for span in self._job_spans(job) if span.name.removeprefix(f"{job}: ").startswith("Churn ")]

    def _churned(self, job: str, created: Floats) -> Booleans:
        churn = self._churn_spans(job)
        churned: Booleans = created >= (churn[0].started_seconds if churn else np.inf)
        return churned

    def _extent(self, job: str) -> tuple[float, float]:
        spans = self._job_spans(job)
        if not spans:
            return 0.0, 0.0
        return spans[0].started_seconds, max(span.ended_seconds for span in spans)

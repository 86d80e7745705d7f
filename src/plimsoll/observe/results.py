"""What the programs in pods report, as rows of the archive; and which pods are through with their work.

Reports come from pods, which may print anything: a line that is no report is passed over, and so is one that makes no
sense. Each is taken once, however often it is read.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from plimsoll import histogram
from plimsoll.telemetry import Telemetry
from plimsoll.workloads.programs.durations import bucket_middle_seconds
from plimsoll.workloads.programs.reporting import read_line

_QUANTILES = ("count", "meanSeconds", "p50Seconds", "p90Seconds", "p99Seconds", "p999Seconds", "maxSeconds")
_LONGEST_NAME = 100  # of a measure; nobody's report makes the archive's dictionaries grow without bound
_MOST_MEASURES = 100

Client = tuple[str, str, str, int]
"""Namespace, pod, container, and number of a client within that."""


class ResultRows(Telemetry, Protocol):
    """The archive, which also takes results."""

    def result(self, seconds: float, client: Client, job: str, kind: str, measure: str, value: float) -> None:
        """What one client measured; ``seconds`` is when it was through."""
        ...

    def durations(self, job: str, kind: str, measure: str, bucket: int, count: int, seconds_sum: float) -> None:
        """Durations that one client counted: see :func:`plimsoll.histogram.bucket_of`."""
        ...


class Results:
    """Takes reports. ``finished`` is told of each pod whose last client has reported.

    ``epoch_seconds`` is the Unix time of the run's second zero: reports have the time of the coordinator's node, which is
    taken to be right, as is ours.
    """

    def __init__(self, rows: ResultRows, epoch_seconds: float, finished: Callable[[str, str], None]) -> None:
        self.clients = 0
        """Clients that have reported."""
        self.began_seconds: dict[str, float] = {}
        """When a job's workers were told to begin or, where nobody waits, the first of them registered."""
        self._rows = rows
        self._epoch_seconds = epoch_seconds
        self._finished = finished
        self._known: set[Client] = set()
        self._said: set[str] = set()
        self._by_pod: Counter[tuple[str, str]] = Counter()

    def take(self, job: str, line: bytes) -> None:
        """Take a line of a log of one of the job's pods."""
        record = read_line(line.decode("utf-8", "replace"))
        if record is None:
            return
        try:
            if record["record"] == "result":
                self._take_result(job, record)
            elif record["record"] in {"start", "joined", "lost"}:
                self._take_event(job, record)
        except (KeyError, TypeError, ValueError, AttributeError):
            return  # not what our programs print

    def _take_result(self, job: str, record: Mapping[str, Any]) -> None:
        client: Client = (str(record["namespace"]), str(record["pod"]), str(record["container"]), int(record["client"]))
        if client in self._known:
            return
        kind, seconds = str(record["kind"]), float(record["endedSeconds"]) - self._epoch_seconds
        expected = int(record["clients"]) * int(record.get("containers") or 1)
        values = dict(_measures(record))
        counted = [row for name, summary in record["durations"].items() for row in _counts(str(name), summary)]
        self._known.add(client)  # nothing can fail from here on: a report is taken as a whole
        for measure, value in values.items():
            self._rows.result(seconds, client, job, kind, measure, value)
        for name, bucket, count, seconds_sum in counted:
            self._rows.durations(job, kind, name, bucket, count, seconds_sum)
        self.clients += 1
        pod = client[:2]
        self._by_pod[pod] += 1
        if self._by_pod[pod] == expected:
            self._finished(*pod)

    def _take_event(self, job: str, record: Mapping[str, Any]) -> None:
        reason = record["record"]
        worker = str(record.get("worker", ""))
        unix_seconds = float(record["startSeconds"] if reason == "start" else record["seconds"])
        identity = f"{job} {reason} {worker} {unix_seconds}"
        if identity in self._said:
            return
        self._said.add(identity)
        seconds = unix_seconds - self._epoch_seconds
        if reason == "start":
            self.began_seconds[job] = seconds
            self._tell_start(job, record, seconds)
        elif reason == "joined":
            self.began_seconds.setdefault(job, seconds)
        else:
            namespace, name, container = (*worker.split("/"), "", "", "")[:3]
            when = "at work" if record.get("begun") else "before the start"
            message = f"Container {container} was lost {when}"
            self._rows.event(seconds, "Warning", "WorkerLost", "Pod", namespace, name, "coordinator", message)

    def _tell_start(self, job: str, record: Mapping[str, Any], seconds: float) -> None:
        present, expected = int(record["present"]), int(record["expected"])
        lost = ", ".join(str(worker) for worker in record["lostWorkers"][:10])
        message = f"{present:,} of {expected:,} workers begin together ({record['reason']})"
        if lost:
            message += f"; lost: {lost}"
        kind = "Normal" if present >= expected else "Warning"
        self._rows.event(seconds, kind, "WorkersStarted", "Job", "", job, "coordinator", message)


def _measures(record: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """All numbers of a report."""
    yield "complete", float(bool(record["complete"]))
    yield "late", float(bool(record["late"]))
    yield "waitedSeconds", float(record["begunSeconds"]) - float(record["createdSeconds"])
    yield "containerProcessorSeconds", float(record["processorSeconds"])
    for name in ("clockOffsetSeconds", "clockErrorSeconds"):
        if name in record:
            yield name, float(record[name])
    for name, value in list(record["measures"].items())[:_MOST_MEASURES]:
        yield str(name)[:_LONGEST_NAME], float(value)
    for name, summary in record["durations"].items():
        for quantile in _QUANTILES:
            yield f"{str(name)[:_LONGEST_NAME]}.{quantile}", float(summary[quantile])


def _counts(name: str, summary: Mapping[str, Any]) -> Iterator[tuple[str, int, int, float]]:
    """The counts of a report in the archive's buckets, which are wider; the sum of all stays what it was."""
    counts: dict[int, int] = defaultdict(int)
    sums: dict[int, float] = defaultdict(float)
    for text, count in summary["buckets"].items():
        seconds = bucket_middle_seconds(int(text))
        counts[histogram.bucket_of(seconds)] += int(count)
        sums[histogram.bucket_of(seconds)] += seconds * int(count)
    total = sum(sums.values())
    share = float(summary["meanSeconds"]) * float(summary["count"]) / total if total else 0.0
    for bucket, count in sorted(counts.items()):
        yield name[:_LONGEST_NAME], bucket, count, sums[bucket] * share

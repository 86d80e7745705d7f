"""Everybody's requests, as the API server counts them: it tells verb, resource and code, but not the client."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from plimsoll.histogram import bucket_of
from plimsoll.observe.scraping.exposition import Sample, samples
from plimsoll.observe.scraping.metricmap import PROCESS_START
from plimsoll.telemetry import RequestRow

EVERYBODY = "all"
"""The client of these rows. The run's own requests, which have rows of their own, are among them."""

COUNT = "apiserver_request_total"
SECONDS, TIMED = "apiserver_request_duration_seconds_sum", "apiserver_request_duration_seconds_count"
NAMES = frozenset({COUNT, SECONDS, TIMED, PROCESS_START})


class _Kind(NamedTuple):
    verb: str
    resource: str


class _Seen(NamedTuple):
    """The counters of one process at one moment."""

    seconds: float
    counts: dict[tuple[_Kind, int], float]
    durations: dict[_Kind, tuple[float, float]]


class RequestReader:
    """Reads the pages of an API server, one after the other."""

    def __init__(self) -> None:
        self._before: dict[float, _Seen] = {}

    def read(self, page: bytes, now_seconds: float) -> Iterator[RequestRow]:
        """What was answered since the last page of the same process. Raises :class:`ExpositionError`.

        The metric of durations does not tell codes apart: all requests of a verb and resource are taken to have lasted
        what they lasted on average.
        """
        started, seen = _seen(page, now_seconds)
        before, self._before[started] = self._before.get(started), seen
        if before is None or now_seconds <= before.seconds:
            return
        for (kind, code), total in seen.counts.items():
            count = round(total - before.counts.get((kind, code), 0.0))
            if count > 0:
                mean_seconds = _mean(seen.durations.get(kind), before.durations.get(kind))
                yield RequestRow(
                    before.seconds,
                    now_seconds - before.seconds,
                    EVERYBODY,
                    kind.verb,
                    kind.resource,
                    code,
                    "latency",
                    bucket_of(mean_seconds),
                    count,
                    mean_seconds * count,
                )


def _seen(page: bytes, now_seconds: float) -> tuple[float, _Seen]:
    started = 0.0
    counts: dict[tuple[_Kind, int], float] = defaultdict(float)
    sums: dict[_Kind, float] = defaultdict(float)
    timed: dict[_Kind, float] = defaultdict(float)
    for sample in samples(page, NAMES):
        if sample.name == PROCESS_START:
            started = sample.value
        elif sample.name == COUNT:
            code = sample.labels.get("code", "0")
            counts[_kind(sample), int(code) if code.isdecimal() else 0] += sample.value
        else:
            (sums if sample.name == SECONDS else timed)[_kind(sample)] += sample.value
    return started, _Seen(now_seconds, counts, {kind: (sums[kind], count) for kind, count in timed.items()})


def _kind(sample: Sample) -> _Kind:
    labels = sample.labels
    resource, subresource = labels.get("resource", ""), labels.get("subresource", "")
    return _Kind(labels.get("verb", ""), f"{resource}/{subresource}" if subresource else resource)


def _mean(now: tuple[float, float] | None, before: tuple[float, float] | None) -> float:
    if now is None:
        return 0.0
    earlier_seconds, earlier = before or (0.0, 0.0)
    return max(now[0] - earlier_seconds, 0.0) / (now[1] - earlier) if now[1] > earlier else 0.0

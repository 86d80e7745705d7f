"""Every number of a run under the name that objectives, tuning and comparisons call it by.

Names are dotted; durations are in seconds, rates per second but for ``podsPerMinute``, shares (``.ratio``) from 0 to 1.
:mod:`plimsoll.scenario.objectives` lists the families. A number that the run did not measure is absent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from plimsoll.measurement.network import MEGABIT
from plimsoll.scenario.objectives import phase_metric

if TYPE_CHECKING:
    from plimsoll.measurement.latency import Quantiles
    from plimsoll.measurement.summary import Measurements
    from plimsoll.measurement.traffic import ClientTraffic, Durations

Numbers = Iterator[tuple[str, float | None]]


def metrics(measured: Measurements) -> dict[str, float]:
    """All numbers of a run by name."""
    found: dict[str, float] = {}
    for source in (_run, _pods, _creation, _latency, _clients, _network, _gauges, _work):
        found.update((name, number) for name, number in source(measured) if number is not None)
    return found


def _run(measured: Measurements) -> Numbers:
    yield "run.seconds", measured.run_seconds
    for phase in measured.phases:
        yield phase_metric(phase.name), phase.seconds


def _pods(measured: Measurements) -> Numbers:
    pods = measured.pods
    yield "pods.wanted", pods.wanted
    for name in ("created", "running", "ready", "failed"):
        number = getattr(pods, name)
        yield f"pods.{name}", number
        yield f"pods.{name}.ratio", pods.share(number)


def _creation(measured: Measurements) -> Numbers:
    if measured.running_rate:
        yield "podsPerMinute", measured.running_rate.per_minute
        yield "podsPerMinute.best", measured.running_rate.best_per_minute
    if measured.created_rate:
        yield "podsPerMinute.created", measured.created_rate.per_minute
        yield "podsPerMinute.createdBest", measured.created_rate.best_per_minute
    if measured.little:
        yield "containerCreating.mean", measured.little.mean_inside
        yield "containerCreating.max", measured.little.max_inside
        yield "containerCreating.littleRatio", measured.little.ratio


def _latency(measured: Measurements) -> Numbers:
    for name, distribution in measured.latencies.items():
        yield from _distribution(name, distribution)
    for name, distribution in measured.stages.items():
        yield from _distribution(f"stage.{name}", distribution)


def _clients(measured: Measurements) -> Numbers:
    for client in measured.traffic.clients:
        yield from _client(client)
        yield f"logs.{client.client}", measured.log_lines.get(client.client, 0)


def _client(client: ClientTraffic) -> Numbers:
    prefix = f"requests.{client.client}"
    yield f"{prefix}.count", client.requests
    yield f"{prefix}.errors", client.errors
    yield f"{prefix}.perSecond", client.per_second
    yield f"{prefix}.peakPerSecond", client.peak_per_second
    yield f"{prefix}.steadyPerSecond", client.steady_per_second
    yield from _distribution(f"latency.{client.client}", client.latency)
    throttle = f"throttle.{client.client}"
    if client.throttle:
        yield from _distribution(throttle, client.throttle)
        yield f"{throttle}.total", client.throttle.total_seconds
    else:
        # A client that was never held back waited for 0 s: objectives such as throttle.kubelet.max <= 1s are met.
        yield from ((f"{throttle}.{name}", 0.0) for name in ("count", "mean", "p50", "p90", "p99", "max", "total"))


def _network(measured: Measurements) -> Numbers:
    transfer = measured.transfer
    if transfer is None:
        return
    yield "network.sendMean", transfer.mean * MEGABIT
    yield "network.sendMin", transfer.min * MEGABIT
    yield "network.sendMax", transfer.max * MEGABIT
    yield "network.receiveMean", transfer.receive_mean * MEGABIT
    yield "network.receiveMax", max(node.receive_mean for node in transfer.nodes) * MEGABIT
    yield "network.sentBytes", transfer.sent_bytes


def _gauges(measured: Measurements) -> Numbers:
    yield from measured.gauges.items()
    yield "apiserver.refused", measured.traffic.refused


def _work(measured: Measurements) -> Numbers:
    """By kind; with the job before it where several jobs do work of that kind."""
    jobs = Counter(work.kind for work in measured.work)
    for work in measured.work:
        prefix = f"work.{work.kind}" if jobs[work.kind] == 1 else f"work.{work.job}.{work.kind}"
        yield f"{prefix}.clients", work.clients
        yield f"{prefix}.complete", work.complete
        yield f"{prefix}.complete.ratio", work.complete / work.clients
        yield f"{prefix}.late", work.late
        for name, total in work.totals.items():
            yield f"{prefix}.{name}", total
        for name, spread in work.spreads.items():
            for part in ("p50", "p99", "min", "max"):
                yield f"{prefix}.{name}.{part}", getattr(spread, part)
        for name, durations in work.durations.items():
            yield from _distribution(f"{prefix}.{name}", durations)


def _distribution(prefix: str, distribution: Quantiles | Durations) -> Numbers:
    for name in ("count", "mean", "p50", "p90", "p99", "max"):
        yield f"{prefix}.{name}", getattr(distribution, name)

"""The summary as the JSON document of ``run --output json`` and ``summary.json``.

Its schema is ``docs/schemas/run.schema.json``; fields are added without a new version, never renamed or removed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plimsoll.measurement.creation import Little, Rate
    from plimsoll.measurement.network import Transfer
    from plimsoll.measurement.objectives import Judgement
    from plimsoll.measurement.summary import Measurements, Summary
    from plimsoll.measurement.traffic import ApiLatency, ClientTraffic, Durations
    from plimsoll.measurement.work import Work

SCHEMA = "plimsoll.run/1"

Json = dict[str, Any]


def document(summary: Summary, findings: Sequence[Json] = ()) -> Json:
    """The document. ``findings`` are those of a diagnosis: ``code``, ``name``, ``severity``, and what it adds."""
    manifest, offset = summary.manifest, summary.measured.clock_offset
    return {
        "schema": SCHEMA,
        "run": manifest.id,
        "scenario": manifest.scenario,
        "profile": manifest.profile,
        "constants": dict(summary.constants),
        "plimsollVersion": manifest.plimsoll_version,
        "archiveHash": manifest.archive_hash,
        "status": str(manifest.status),
        "verdict": summary.verdict,
        "seed": manifest.seed,
        "clock": {"virtualSeconds": summary.measured.run_seconds, "wallSeconds": manifest.wall_seconds},
        "clusterClockOffset": (
            None if offset is None else {"lowest": offset.lowest_seconds, "highest": offset.highest_seconds}
        ),
        "objectives": [_objective(objective) for objective in summary.objectives],
        "findings": list(findings),
        "warnings": list(summary.warnings),
        **_measurements(summary.measured),
    }


def _measurements(measured: Measurements) -> Json:
    return {
        "pods": asdict(measured.pods),
        "phases": [
            {
                "name": phase.name,
                "seconds": phase.seconds,
                "startedSeconds": phase.started_seconds,
                "endedSeconds": phase.ended_seconds,
            }
            for phase in measured.phases
        ],
        "latency": {name: asdict(distribution) for name, distribution in measured.latencies.items()},
        "latencyByApiTimestamps": {
            name: asdict(distribution) for name, distribution in measured.by_api_timestamps.items()
        },
        "stages": {name: asdict(distribution) for name, distribution in measured.stages.items()},
        "podsPerMinute": {"created": _rate(measured.created_rate), "running": _rate(measured.running_rate)},
        "containerCreating": _little(measured.little),
        "clients": [_client(client) for client in measured.traffic.clients],
        "requests": [_request(kind) for kind in measured.traffic.latencies],
        "network": _network(measured.transfer),
        "work": [_work(each) for each in measured.work],
        "slowestPods": [
            {"namespace": pod.namespace, "name": pod.name, "node": pod.node, "runningSeconds": pod.running_seconds}
            for pod in measured.slowest
        ],
    }


def _objective(objective: Judgement) -> Json:
    judged = {"expr": objective.expression, "value": objective.value, "unit": objective.unit, "met": objective.met}
    return {**judged, "problem": objective.problem} if objective.problem else judged


def _rate(rate: Rate | None) -> Json | None:
    return None if rate is None else {"mean": rate.per_minute, "bestTenMinutes": rate.best_per_minute}


def _little(little: Little | None) -> Json | None:
    if little is None:
        return None
    return {
        "mean": little.mean_inside,
        "max": little.max_inside,
        "arrivalsPerSecond": little.arrivals_per_second,
        "meanStaySeconds": little.mean_stay_seconds,
        "littleRatio": little.ratio,
        "agrees": little.agrees,
    }


def _durations(durations: Durations | None) -> Json | None:
    if durations is None:
        return None
    return {
        "count": durations.count,
        "totalSeconds": durations.total_seconds,
        "mean": durations.mean,
        "p50": durations.p50,
        "p90": durations.p90,
        "p99": durations.p99,
        "max": durations.max,
    }


def _work(work: Work) -> Json:
    return {
        "job": work.job,
        "kind": work.kind,
        "clients": work.clients,
        "complete": work.complete,
        "late": work.late,
        "totals": dict(work.totals),
        "perClient": {name: asdict(spread) for name, spread in work.spreads.items()},
        "durations": {name: _durations(durations) for name, durations in work.durations.items()},
    }


def _client(client: ClientTraffic) -> Json:
    return {
        "client": client.client,
        "requests": client.requests,
        "errors": client.errors,
        "failures": client.failures,
        "perSecond": client.per_second,
        "peakPerSecond": client.peak_per_second,
        "steadyPerSecond": client.steady_per_second,
        "latency": _durations(client.latency),
        "throttle": _durations(client.throttle),
    }


def _request(kind: ApiLatency) -> Json:
    return {
        "verb": kind.verb,
        "resource": kind.resource,
        "errors": kind.errors,
        "latency": _durations(kind.durations),
    }


def _network(transfer: Transfer | None) -> Json | None:
    if transfer is None:
        return None
    return {
        "expectedBytesPerSecond": transfer.expected_bytes_per_second or None,
        "sentBytes": transfer.sent_bytes,
        "megabitsPerNode": {
            "expected": transfer.expected_megabits_per_node,
            "min": transfer.min,
            "mean": transfer.mean,
            "max": transfer.max,
        },
        "nodes": len(transfer.nodes),
    }

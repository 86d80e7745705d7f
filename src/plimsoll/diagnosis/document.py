"""A diagnosis as a JSON document: ``plimsoll diagnose --output json``, and the ``findings`` of a run's summary.

Its schema is ``docs/schemas/diagnosis.schema.json``; fields are added without a new version, never renamed or removed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plimsoll.archive.manifest import Manifest
    from plimsoll.diagnosis.bottleneck import Bottleneck
    from plimsoll.diagnosis.diagnose import Diagnosis
    from plimsoll.diagnosis.evidence.station import Station
    from plimsoll.diagnosis.finding import Found, Plot

SCHEMA = "plimsoll.diagnosis/1"

Json = dict[str, Any]


def document(diagnosis: Diagnosis, manifest: Manifest) -> Json:
    """The whole diagnosis."""
    return {
        "schema": SCHEMA,
        "run": manifest.id,
        "scenario": manifest.scenario,
        "findings": [finding(found) for found in diagnosis.findings],
        "bottleneck": _bottleneck(diagnosis.bottleneck),
        "stations": [_station(station) for station in diagnosis.stations],
    }


def finding(found: Found) -> Json:
    """One finding with its evidence."""
    return {
        **headline(found),
        "confidence": found.confidence,
        "evidence": [asdict(fact) for fact in found.evidence],
        "plot": _plot(found.plot),
        "remedy": {flavor: dict(settings) for flavor, settings in found.remedy.items()},
        "affects": {"pods": found.affects.pods, "seconds": found.affects.seconds},
        "limitsNext": found.limits_next,
        "symptomOf": list(found.symptom_of),
    }


def headline(found: Found) -> Json:
    """As much as a summary tells."""
    return {"code": found.code, "name": found.name, "severity": found.severity, "cause": found.cause}


def _plot(plot: Plot | None) -> Json | None:
    if plot is None:
        return None
    points: Mapping[str, Any] = {"seconds": list(plot.seconds), "values": list(plot.values)}
    return {"title": plot.title, "unit": plot.unit, **points, "limit": plot.limit}


def _station(station: Station) -> Json:
    return {
        "name": station.name,
        "instance": station.instance,
        "unit": station.unit,
        "arrivalsPerSecond": station.arrivals_per_second,
        "capacityPerSecond": station.capacity_per_second,
        "utilization": station.utilization,
        "peakUtilization": station.peak_utilization,
        "inside": station.inside,
        "waitSeconds": station.wait_seconds,
        "littleRatio": station.little_ratio,
        "share": station.share,
        "source": station.source,
    }


def _bottleneck(found: Bottleneck | None) -> Json | None:
    if found is None:
        return None
    following = found.following
    return {
        "name": found.station.name,
        "instance": found.station.instance,
        "utilization": found.utilization,
        "limits": found.limits,
        "next": None if following is None else {"name": following.name, "instance": following.instance},
        "relief": found.relief,
    }

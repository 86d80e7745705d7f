"""Prometheus has forgotten the beginning of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.diagnosis.finding import Fact, Finding, Plot, Remedy, Sighting, Threshold, everywhere

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence

REMEMBERED = Threshold(
    "remembered part of the run",
    0.95,
    "share",
    "blocks are deleted as a whole, and the first scrapes come a minute late",
)

HISTORY, RETENTION = "monitoring.historySeconds", "config.monitoring.retentionSeconds"


def _observe(evidence: Evidence) -> Sighting | None:
    history = evidence.gauges.steps(HISTORY)
    if not history.values.size:
        return None
    remembered, run = float(history.values[-1]), evidence.run_seconds
    if remembered >= REMEMBERED.value * run:
        return None
    return Sighting(
        cause=(
            f"Prometheus answers about the last {remembered / 3600:.1f} h of a run of {run / 3600:.1f} h; what came before "
            "is deleted, and kept nowhere else."
        ),
        confidence=0.95,
        evidence=(
            Fact.of(HISTORY, "how far back it answers", remembered),
            Fact("length of the run", run, "s", "the run's own clock"),
            Fact.of(RETENTION, "retention", evidence.gauges.setting("monitoring.retentionSeconds") or 0.0),
        ),
        plot=Plot.of(history, "How far back Prometheus answers", "s", run),
    )


FINDING = Finding(
    code="PLM802",
    name="monitoring-forgets",
    claim="Prometheus keeps less than the run took and no store outside has a copy, so that evidence is lost.",
    asks=(HISTORY, RETENTION),
    thresholds=(REMEMBERED,),
    severity="warning",
    remedies=everywhere(
        Remedy(
            "Write every sample to a durable store outside (remote_write), and keep the short retention that makes it quick.",
            {"monitoring.remoteWrite": True},
        )
    ),
    not_when="Where nobody will ask about the run later, or its archive has all that will be asked for.",
    measure_if_unsure="time() - prometheus_tsdb_lowest_timestamp_seconds, and whether remote_write is configured.",
    sources=(
        "https://www.mirantis.com/blog/openstack-kubernetes-installation-1000-nodes/",
        "https://prometheus.io/docs/prometheus/latest/storage/#remote-storage-integrations",
    ),
    observe=_observe,
    background=(
        "A query takes time in proportion to the samples that it looks at, so deleting old data makes dashboards quick; the "
        "makers recommend to keep about two weeks. What is deleted cannot be investigated any more, and a test of hours is "
        "often looked at only when it is over."
    ),
)

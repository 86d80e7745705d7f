"""Prometheus runs out of memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.diagnosis.finding import Fact, Finding, Plot, Remedy, Sighting, Threshold, everywhere

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence

FULL = Threshold(
    "memory in use", 0.9, "share", "rules and dashboards take a tenth more for a moment, which no sample needs to catch"
)
ROOM = Threshold("room", 2, "x", "pods that are replaced all at once are in the head twice, for one to three hours")

MEMORY, AVAILABLE, SERIES = "monitoring.memoryBytes", "monitoring.availableBytes", "monitoring.headSeries"
RESTARTS = "monitoring.restarts"
GIGABYTE = 1e9


def _observe(evidence: Evidence) -> Sighting | None:
    available, most = evidence.gauges.peak(AVAILABLE), evidence.gauges.peak(MEMORY)
    killed = evidence.events.told("OOMKilling", "SystemOOM", matching="prometheus").count
    restarts = evidence.gauges.peak(RESTARTS)
    if not available or (most < FULL.value * available and not killed):
        return None
    crashed = f", and it was killed for that {killed} times" if killed else ""
    return Sighting(
        cause=(
            f"Prometheus takes {most / GIGABYTE:,.0f} GB of the {available / GIGABYTE:,.0f} GB that it may have for "
            f"{evidence.gauges.peak(SERIES) / 1e6:,.1f} million series{crashed}."
        ),
        confidence=0.95 if killed else 0.7,
        evidence=(
            Fact.of(MEMORY, "most resident memory", most),
            Fact.of(AVAILABLE, "memory that it may take", available),
            Fact.of(SERIES, "most series in the head", evidence.gauges.peak(SERIES)),
            Fact.of(RESTARTS, "restarts", restarts),
        ),
        plot=Plot.of(evidence.gauges.steps(MEMORY), "Memory of Prometheus", "bytes", available),
    )


def _more(evidence: Evidence) -> float:
    return round(ROOM.value * evidence.gauges.peak(AVAILABLE))


FINDING = Finding(
    code="PLM801",
    name="monitoring-out-of-memory",
    claim="Prometheus needs more memory than its limit or its node has, so that it crashes and nothing is measured.",
    asks=(MEMORY, AVAILABLE, SERIES, RESTARTS, "events OOMKilling and SystemOOM"),
    thresholds=(FULL, ROOM),
    severity="error",
    remedies=everywhere(
        Remedy(
            "Give Prometheus a node with twice the memory, and a limit as high; or scrape fewer series of each pod.",
            {"monitoring.nodeMemoryBytes": _more, "monitoring.memoryLimitBytes": 0},
        )
    ),
    not_when="Memory near the limit that does not move with the series is page cache: look at the resident set.",
    measure_if_unsure=(
        "process_resident_memory_bytes against prometheus_tsdb_head_series: 2 to 4 kB a series. Which pods have most: "
        "topk(10, count by (__name__) ({pod!=''}))."
    ),
    sources=(
        "https://www.robustperception.io/how-much-ram-does-prometheus-2-x-need-for-cardinality-and-ingestion/",
        "https://www.redhat.com/en/blog/500_pods_per_node",
    ),
    observe=_observe,
    background=(
        "A series in the head takes two to four kilobytes, whatever it measures. Each new pod has new series, and those of pods "
        "that are gone stay until the head is cut, one to three hours later: pods that are deleted and created again "
        "count twice. After a crash the log is read before anything is scraped; it holds the dead series too, so a "
        "Prometheus that has crashed once for memory crashes again until there is more of it, or the log is deleted."
    ),
)

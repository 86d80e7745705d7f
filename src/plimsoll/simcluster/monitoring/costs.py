"""What series, samples and queries cost Prometheus, as formulas."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.simcluster.settings import MonitoringSettings

MILLION = 1e6


def head_bytes(settings: MonitoringSettings, series: int, age_seconds: float) -> float:
    """Resident memory without queries: series, and the samples of each that are not mapped from disk yet.

    2 GiB for a million series, with what the collector leaves lying (robustperception.io, "How much RAM does Prometheus
    2.x need for cardinality and ingestion?").
    """
    samples = min(age_seconds, settings.samples_in_memory_seconds) / settings.scrape_interval_seconds
    each = settings.bytes_per_series + samples * settings.bytes_per_sample_in_memory
    return settings.base_bytes + series * each


def available_bytes(settings: MonitoringSettings) -> float:
    """What it may take: its container's limit, or all that its node has."""
    limit = settings.memory_limit_bytes or settings.node_memory_bytes
    return min(limit, settings.node_memory_bytes)


def replay_seconds(settings: MonitoringSettings, series: int) -> float:
    """How long it takes to read the write-ahead log, until which nothing is scraped."""
    return settings.replay_seconds_per_million_series * series / MILLION


def remembered_seconds(settings: MonitoringSettings, series: int, age_seconds: float) -> float:
    """How far back its own storage answers: retention by time, and by size at the present rate of samples."""
    remembered = min(age_seconds, settings.retention_seconds)
    if settings.retention_bytes and series:
        bytes_per_second = series / settings.scrape_interval_seconds * settings.bytes_per_sample_on_disk
        remembered = min(remembered, settings.retention_bytes / bytes_per_second)
    return remembered


def query_seconds(settings: MonitoringSettings, remembered: float) -> float:
    """A dashboard's query over everything that is remembered: in proportion to the samples that it looks at."""
    samples = settings.query_series * remembered / settings.scrape_interval_seconds
    return settings.query_base_seconds + settings.query_seconds_per_million_samples * samples / MILLION

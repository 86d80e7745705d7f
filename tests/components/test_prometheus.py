"""What the model says of Prometheus' memory, asked of a real one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from plimsoll.simcluster.monitoring import costs
from plimsoll.simcluster.profile import load_profile
from tests.components.prometheus import Exporter, Prometheus, scraping

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prometheus")]

PODS, SERIES_PER_POD = 800, 100
SERIES = PODS * SERIES_PER_POD
SCRAPE_SECONDS = 2
HEAD, MEMORY = "prometheus_tsdb_head_series", "process_resident_memory_bytes"


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Exporter, Prometheus]]:
    folder = tmp_path_factory.mktemp("prometheus")
    with scraping(folder, series_per_pod=SERIES_PER_POD, scrape_seconds=SCRAPE_SECONDS) as pair:
        yield pair


def after_scrapes(prometheus: Prometheus, series: int, samples: int) -> float:
    """Resident memory once so many series are in the head, and so many samples more came in."""
    prometheus.wait(lambda: prometheus.value(HEAD) >= series)
    wanted = appended(prometheus) + samples
    prometheus.wait(lambda: appended(prometheus) >= wanted)
    return prometheus.value(MEMORY)


def appended(prometheus: Prometheus) -> float:
    return prometheus.value('prometheus_tsdb_head_samples_appended_total{type="float"}') or prometheus.value(
        "prometheus_tsdb_head_samples_appended_total"
    )


def test_its_memory_grows_with_the_series_in_its_head_and_dead_ones_stay_there(
    watched: tuple[Exporter, Prometheus],
) -> None:
    exporter, prometheus = watched
    settings = load_profile("kubernetes-1.36").monitoring.model_copy(
        update={"base_bytes": prometheus.value(MEMORY), "scrape_interval_seconds": float(SCRAPE_SECONDS)}
    )
    measured = []
    for generation in (1, 2, 3):  # pods that are replaced: each time as many, with other names
        exporter.show(PODS, generation)
        measured.append(after_scrapes(prometheus, generation * SERIES, 2 * SERIES))
        assert generation * SERIES <= prometheus.value(HEAD) <= generation * SERIES + 100
    expected = [costs.head_bytes(settings, generation * SERIES, 3.0 * SCRAPE_SECONDS) for generation in (1, 2, 3)]

    assert measured == sorted(measured)
    for real, formula in zip(measured, expected, strict=True):
        assert 0.5 < real / formula < 2.0, (measured, expected)


def test_after_a_crash_its_log_brings_dead_series_back_too(watched: tuple[Exporter, Prometheus]) -> None:
    exporter, prometheus = watched
    held = prometheus.value(HEAD)
    exporter.show(0, 0)  # whatever comes back now is not scraped
    prometheus.crash()

    prometheus.wait(lambda: prometheus.value(HEAD) >= 0.99 * held)
    assert prometheus.value("prometheus_tsdb_data_replay_duration_seconds") > 0

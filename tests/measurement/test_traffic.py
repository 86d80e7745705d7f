from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll import histogram
from plimsoll.measurement.traffic import traffic
from tests.measurement.building import archive_of, requested


def test_requests_are_counted_by_client_the_busiest_first(tmp_path: Path) -> None:
    archive = archive_of(
        tmp_path,
        requested("driver", 10, 0.01),
        requested("kubelet", 100, 0.02, start=10.0),
        requested("kubelet", 20, 0.02, start=20.0, code=429),
    )

    kubelet, driver = traffic(archive.table("requests"), 100.0, None).clients

    assert (kubelet.client, kubelet.requests, kubelet.errors) == ("kubelet", 120, 20)
    assert (kubelet.per_second, kubelet.peak_per_second, kubelet.steady_per_second) == (1.2, 10.0, None)
    assert (driver.client, driver.requests, driver.throttle) == ("driver", 10, None)


def test_waits_at_the_limiter_are_no_requests(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, requested("kubelet", 50, 0.01), requested("kubelet", 5, 31.0, measure="throttle"))

    (kubelet,) = traffic(archive.table("requests"), 100.0, None).clients

    assert kubelet.requests == 50
    assert kubelet.throttle is not None
    assert (kubelet.throttle.count, kubelet.throttle.total_seconds, kubelet.throttle.mean) == (5, 155.0, 31.0)
    assert kubelet.throttle.max == pytest.approx(31.0, rel=histogram.RELATIVE_ERROR)


def test_the_steady_rate_counts_windows_that_lie_inside(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, *(requested("kubelet", 10 + n, 0.01, start=10.0 * n) for n in range(6)))

    (kubelet,) = traffic(archive.table("requests"), 100.0, (15.0, 45.0)).clients

    assert kubelet.steady_per_second == (12 + 13) / 30


def test_answer_times_are_by_verb_and_resource(tmp_path: Path) -> None:
    archive = archive_of(
        tmp_path,
        requested("kubelet", 90, 0.01),
        requested("kubelet", 10, 1.0),
        requested("driver", 5, 0.1, verb="create", resource="pods", code=500),
    )

    gets, creates = traffic(archive.table("requests"), 100.0, None).latencies

    assert (gets.verb, gets.resource, gets.durations.count, gets.errors) == ("get", "secrets", 100, 0)
    assert gets.durations.p90 == pytest.approx(0.01, rel=histogram.RELATIVE_ERROR)
    assert gets.durations.p99 == pytest.approx(1.0, rel=histogram.RELATIVE_ERROR)
    assert (creates.verb, creates.errors) == ("create", 5)


def test_a_run_without_requests_has_no_clients(tmp_path: Path) -> None:
    found = traffic(archive_of(tmp_path).table("requests"), 0.0, None)

    assert (found.clients, found.latencies) == ((), ())

from __future__ import annotations

import pyarrow as pa
import pytest

from plimsoll.archive.rows import TABLES
from plimsoll.measurement.columns import Samples
from plimsoll.measurement.dns import dns

Row = tuple[float, str, str, float]


def samples(*rows: Row) -> Samples:
    columns = [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in TABLES["samples"]]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, TABLES["samples"], strict=True)]
    return Samples(pa.Table.from_arrays(arrays, schema=TABLES["samples"]))


def test_a_run_without_look_ups_has_no_numbers_about_them() -> None:
    assert dns(samples(), 100.0) == {}


def test_rates_add_up_to_numbers_over_the_run() -> None:
    found = dns(
        samples(
            (0.0, "dns.lookupsPerSecond", "", 100.0),
            (50.0, "dns.failedPerSecond", "", 20.0),
            (50.0, "dns.refusedPerSecond", "", 10.0),
            (60.0, "dns.refusedPerSecond", "", 0.0),
            (50.0, "dns.restarts", "kubedns", 1.0),
            (60.0, "dns.restarts", "kubedns", 2.0),
            (60.0, "dns.restarts", "dnsmasq", 1.0),
        ),
        100.0,
    )
    assert found["dns.lookups"] == 10_000
    assert (found["dns.failed"], found["dns.failed.ratio"]) == (1000, 0.1)
    assert found["dns.refused.count"] == 100
    assert found["dns.restarts"] == 3
    assert found["dns.oomKills"] == 0


def test_the_mean_time_of_a_look_up_counts_moments_with_many_of_them_more() -> None:
    found = dns(
        samples(
            (0.0, "dns.lookupsPerSecond", "", 1.0),
            (50.0, "dns.lookupsPerSecond", "", 9.0),
            (0.0, "dns.seconds", "mean", 1.0),
            (50.0, "dns.seconds", "mean", 2.0),
            (0.0, "dns.seconds", "p99", 3.0),
            (50.0, "dns.seconds", "p99", 5.0),
        ),
        100.0,
    )
    assert found["dns.seconds.mean"] == pytest.approx(0.1 * 1 + 0.9 * 2)
    assert found["dns.seconds.p99"] == 5

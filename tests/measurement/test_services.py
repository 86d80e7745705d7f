"""Numbers of the services beside Kubernetes: the database, live migrations, Prometheus."""

from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll.measurement.columns import Samples
from plimsoll.measurement.database import database
from plimsoll.measurement.migration import migrations
from plimsoll.measurement.monitoring import monitoring
from tests.measurement.building import archive_of, sampled


def samples(folder: Path, *facts: tuple[str, str, tuple[float, ...]]) -> Samples:
    tell = [sampled(series, *values, instance=instance) for series, instance, values in facts]
    return Samples(archive_of(folder, *tell).table("samples"))


def test_a_run_without_these_services_has_none_of_their_numbers(tmp_path: Path) -> None:
    nothing = samples(tmp_path, ("pods.running", "", (1.0,)))

    assert not {**database(nothing), **migrations(nothing), **monitoring(nothing, 100.0)}


def test_counters_of_the_members_are_added_up(tmp_path: Path) -> None:
    numbers = database(
        samples(
            tmp_path,
            ("database.transactions", "", (100.0, 900.0)),
            ("database.failed", "", (0.0, 9.0)),
            ("database.retries", "", (10.0, 100.0)),
            ("database.certificationFailures", "mysql-0", (1.0, 20.0)),
            ("database.certificationFailures", "mysql-1", (1.0, 30.0)),
            ("database.bruteForceAborts", "mysql-1", (5.0, 50.0)),
            ("database.transactionSeconds", "", (0.01, 0.04, 0.02)),
        )
    )

    assert numbers["database.failed.ratio"] == 0.01
    assert numbers["database.certificationFailures"] == 50
    assert numbers["database.conflicts"] == 100
    assert numbers["database.conflicts.ratio"] == 0.1
    assert numbers["database.seconds.max"] == 0.04


def test_where_nothing_failed_the_ratio_is_zero_and_not_absent(tmp_path: Path) -> None:
    numbers = database(samples(tmp_path, ("database.transactions", "", (100.0,))))

    assert numbers["database.failed.ratio"] == 0


def test_durations_are_those_of_migrations_that_completed(tmp_path: Path) -> None:
    numbers = migrations(
        samples(
            tmp_path,
            ("migration.completed", "", (1.0, 3.0)),
            ("migration.failed", "", (0.0, 1.0)),
            ("migration.seconds", "", (10.0, 20.0, 60.0)),
        )
    )

    assert numbers["migrations.failed.ratio"] == 0.25
    assert numbers["migrations.seconds.p50"] == 20
    assert numbers["migrations.seconds.max"] == 60
    assert numbers["migrations.seconds.mean"] == 30


def test_where_all_migrations_failed_there_is_no_duration(tmp_path: Path) -> None:
    numbers = migrations(samples(tmp_path, ("migration.failed", "", (2.0,))))

    assert numbers["migrations.failed.ratio"] == 1
    assert "migrations.seconds.p50" not in numbers


def test_the_past_that_can_be_asked_about_is_what_there_is_at_the_end(tmp_path: Path) -> None:
    numbers = monitoring(
        samples(
            tmp_path,
            ("monitoring.memoryBytes", "", (1e9, 4e9, 2e9)),
            ("monitoring.historySeconds", "", (10.0, 20.0)),
            ("monitoring.lostSeconds", "", (0.0, 5.0)),
            ("monitoring.restarts", "", (0.0, 1.0)),
        ),
        100.0,
    )

    assert numbers["monitoring.memoryBytes.max"] == 4e9
    assert numbers["monitoring.history.ratio"] == 0.2
    assert numbers["monitoring.lost.ratio"] == pytest.approx(0.05)
    assert numbers["monitoring.restarts"] == 1

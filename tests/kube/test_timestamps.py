from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.kube.timestamps import parse_rfc3339, rfc3339, rfc3339_micro, unix_seconds


@given(st.integers(0, 253_402_300_799))
def test_a_timestamp_is_the_date_that_the_standard_library_gives(unix_seconds: int) -> None:
    expected = datetime.fromtimestamp(unix_seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    assert rfc3339(unix_seconds).rjust(20, "0") == expected.rjust(20, "0")


def test_a_timestamp_counts_from_the_epoch_and_drops_the_fraction() -> None:
    assert rfc3339(59.9, epoch=1_577_836_800) == "2020-01-01T00:00:59Z"


def test_a_micro_timestamp_keeps_six_decimals() -> None:
    assert rfc3339_micro(1.25, epoch=1_577_836_800) == "2020-01-01T00:00:01.250000Z"


@given(st.integers(0, 253_402_300_799))
def test_a_timestamp_reads_back_as_the_seconds_it_was_written_from(seconds: int) -> None:
    assert unix_seconds(rfc3339(seconds)) == seconds


def test_a_fraction_reads_back_too() -> None:
    assert unix_seconds("2020-01-01T00:00:01.250000Z") == 1_577_836_801.25


@given(st.integers(-60_000_000_000, 200_000_000_000))
def test_reading_a_timestamp_is_the_inverse_of_writing_it(unix_seconds: int) -> None:
    assert parse_rfc3339(rfc3339(unix_seconds)) == unix_seconds


def test_fractions_and_zones_are_read_and_nonsense_is_not() -> None:
    assert parse_rfc3339("1970-01-01T01:00:00.250000+01:00") == 0.25
    assert parse_rfc3339("1969-12-31T19:00:00-05:00") == 0.0
    assert parse_rfc3339("yesterday") is None

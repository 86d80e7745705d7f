from __future__ import annotations

import pytest

from plimsoll.histogram import bucket_of
from plimsoll.observe.scraping.requests import EVERYBODY, RequestReader


def page(patched: int, refused: int, seconds: float) -> bytes:
    labels = 'verb="PATCH",resource="pods",subresource="status"'
    return f"""\
apiserver_request_total{{{labels},code="200"}} {patched}
apiserver_request_total{{{labels},code="429"}} {refused}
apiserver_request_duration_seconds_sum{{{labels}}} {seconds}
apiserver_request_duration_seconds_count{{{labels}}} {patched + refused}
""".encode()


def test_everybody_s_requests_are_counted_with_their_mean_duration() -> None:
    reader = RequestReader()
    assert list(reader.read(page(100, 0, 5.0), 10.0)) == []
    rows = list(reader.read(page(130, 10, 9.0), 20.0))
    assert [(row.client, row.verb, row.resource, row.code, row.count) for row in rows] == [
        (EVERYBODY, "PATCH", "pods/status", 200, 30),
        (EVERYBODY, "PATCH", "pods/status", 429, 10),
    ]
    assert [(row.window_start_seconds, row.window_seconds) for row in rows] == [(10.0, 10.0)] * 2
    assert [row.seconds_sum for row in rows] == [pytest.approx(3.0), pytest.approx(1.0)]
    assert {row.bucket for row in rows} == {bucket_of(0.1)}


def test_where_nothing_was_asked_there_are_no_rows() -> None:
    reader = RequestReader()
    assert list(reader.read(page(100, 0, 5.0), 10.0)) == []
    assert list(reader.read(page(100, 0, 5.0), 20.0)) == []

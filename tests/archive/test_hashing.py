from __future__ import annotations

from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.archive.hashing import TableHash, archive_hash, canonical_json
from plimsoll.archive.rows import MILESTONES, plain

ROWS = [(0.5, 0, "created"), (0.75, 0, "scheduled"), (1.0, 1, "created"), (2.0, 1, "")]


def table(rows: list[tuple[float, int, str]]) -> pa.Table:
    schema = plain(MILESTONES)
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema)


def digest(*parts: pa.Table) -> str:
    table_hash = TableHash(MILESTONES)
    for part in parts:
        table_hash.update(part)
    return table_hash.hexdigest()


@given(st.lists(st.integers(0, len(ROWS)), max_size=4))
def test_the_hash_does_not_depend_on_where_batches_end(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(ROWS)]
    parts = [table(ROWS[begin:end]) for begin, end in pairwise(places)]

    assert digest(*parts) == digest(table(ROWS))


def test_a_slice_hashes_as_the_rows_that_it_shows() -> None:
    assert digest(table(ROWS).slice(1, 2)) == digest(table(ROWS[1:3]))


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(ROWS[::-1], id="order"),
        pytest.param(ROWS[:-1], id="a row less"),
        pytest.param([*ROWS[:-1], (2.0, 1, "x")], id="a word"),
        pytest.param([(0.5, 0, "create"), (0.75, 0, "dscheduled"), *ROWS[2:]], id="the border between two words"),
        pytest.param([(-0.5, *ROWS[0][1:]), *ROWS[1:]], id="a sign"),
    ],
)
def test_the_hash_tells_apart(other: list[tuple[float, int, str]]) -> None:
    assert digest(table(other)) != digest(table(ROWS))


def test_the_hash_of_this_content_never_changes() -> None:
    # Archives in the field carry it: a change here is a new version of the format.
    assert digest(table(ROWS)) == "c1068beb59bd90065f83a2e8fccf51b101265da2d8739c7a47682e02c22ea184"


def test_the_hash_of_a_run_covers_tables_scenario_and_profile() -> None:
    hashes = {
        archive_hash({"pods": "1"}, {"nodes": 2}, {"qps": 5}),
        archive_hash({"pods": "2"}, {"nodes": 2}, {"qps": 5}),
        archive_hash({"pods": "1"}, {"nodes": 3}, {"qps": 5}),
        archive_hash({"pods": "1"}, {"nodes": 2}, {"qps": 6}),
    }

    assert len(hashes) == 4


def test_the_order_of_keys_is_no_difference() -> None:
    assert canonical_json({"b": 1, "a": "ü"}) == canonical_json({"a": "ü", "b": 1}) == '{"a":"ü","b":1}'

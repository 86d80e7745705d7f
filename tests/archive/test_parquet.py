from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from plimsoll.archive import parquet
from plimsoll.archive.rows import MILESTONES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORDS = ("created", "scheduled", "apiRunning")
COUNT = 25


def batches(rows_per_batch: int) -> Iterator[pa.RecordBatch]:
    """The same rows in batches of any size, each with a dictionary of its own, as a journal has them."""
    for begin in range(0, COUNT, rows_per_batch):
        numbers = range(begin, min(begin + rows_per_batch, COUNT))
        columns = [[n / 4 for n in numbers], [n // 3 for n in numbers], [WORDS[n % 3] for n in numbers]]
        arrays = [pa.array(column, field.type) for column, field in zip(columns, MILESTONES, strict=True)]
        yield pa.record_batch(arrays, schema=MILESTONES)


@pytest.fixture(autouse=True)
def small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "ROW_GROUP_ROWS", 7)


def test_a_table_comes_back_as_it_was_written(tmp_path: Path) -> None:
    parquet.write_parquet(tmp_path / "milestones.parquet", MILESTONES, batches(4))

    found = parquet.read_parquet(tmp_path / "milestones.parquet", MILESTONES)

    assert found.schema == MILESTONES
    assert found.to_pylist() == pa.Table.from_batches(batches(COUNT)).to_pylist()


@pytest.mark.parametrize("rows_per_batch", [1, 4, 7, 20])
def test_the_bytes_of_the_file_do_not_depend_on_the_batches(tmp_path: Path, rows_per_batch: int) -> None:
    one = parquet.write_parquet(tmp_path / "one.parquet", MILESTONES, batches(COUNT))
    other = parquet.write_parquet(tmp_path / "other.parquet", MILESTONES, batches(rows_per_batch))

    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "other.parquet").read_bytes()
    assert one.hexdigest() == other.hexdigest()


def test_a_table_without_rows_is_a_table(tmp_path: Path) -> None:
    written = parquet.write_parquet(tmp_path / "milestones.parquet", MILESTONES, [])

    assert written.rows == parquet.read_parquet(tmp_path / "milestones.parquet", MILESTONES).num_rows == 0


def test_a_file_hashes_as_the_rows_did_that_were_written(tmp_path: Path) -> None:
    written = parquet.write_parquet(tmp_path / "milestones.parquet", MILESTONES, batches(4))

    assert parquet.hash_parquet(tmp_path / "milestones.parquet", MILESTONES).hexdigest() == written.hexdigest()

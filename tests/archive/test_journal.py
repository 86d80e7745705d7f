from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.archive.journal import Journal, read_journal
from plimsoll.archive.rows import MILESTONES
from plimsoll.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Row = tuple[float, int, str]

BATCHES: Sequence[Sequence[Row]] = (
    [(0.5, 0, "created"), (0.75, 0, "scheduled")],
    [(1.0, 1, "created"), (1.25, 1, "scheduled"), (2.0, 0, "apiRunning")],
    [(9.0, 1, "deleted")],
)


def write(path: Path, batches: Sequence[Sequence[Row]], *, close: bool = False) -> list[int]:
    """Write the batches and return the size that the file had after each."""
    journal = Journal(path, MILESTONES)
    sizes = [path.stat().st_size]
    for batch in batches:
        for row in batch:
            for column, value in zip(journal.columns, row, strict=True):
                column.append(value)
        journal.flush()
        sizes.append(path.stat().st_size)
    if close:
        journal.close()
    return sizes


def read(path: Path) -> list[Row]:
    table = pa.Table.from_batches(read_journal(path), MILESTONES)
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


def flat(batches: Sequence[Sequence[Row]]) -> list[Row]:
    return [row for batch in batches for row in batch]


@pytest.mark.parametrize("close", [True, False])
def test_what_was_flushed_is_read_back_whether_or_not_the_journal_was_closed(tmp_path: Path, *, close: bool) -> None:
    write(tmp_path / "milestones.arrow", BATCHES, close=close)

    assert read(tmp_path / "milestones.arrow") == flat(BATCHES)


def test_closing_writes_what_was_not_flushed(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "milestones.arrow", MILESTONES)
    for column, value in zip(journal.columns, BATCHES[0][0], strict=True):
        column.append(value)

    journal.close()

    assert read(tmp_path / "milestones.arrow") == [BATCHES[0][0]]


def test_a_journal_cut_at_any_byte_holds_every_batch_that_was_whole(tmp_path: Path) -> None:
    path = tmp_path / "milestones.arrow"
    sizes = write(path, BATCHES[:2])
    whole = path.read_bytes()

    for size in range(len(whole) + 1):
        path.write_bytes(whole[:size])
        batches = sum(size >= end for end in sizes[1:])
        # A batch may be whole before the padding that follows it is.
        assert read(path) in (flat(BATCHES[:batches]), flat(BATCHES[: batches + 1])), size


labels = st.sampled_from(["created", "scheduled", "ä long label", ""])
rows = st.lists(st.tuples(st.floats(allow_nan=False), st.integers(0, 2**31 - 1), labels), max_size=20)


@given(st.lists(rows, max_size=5), st.data())
def test_a_cut_journal_holds_the_beginning_of_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[Row]], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("journal") / "milestones.arrow"
    write(path, batches)
    size = data.draw(st.integers(0, path.stat().st_size))
    path.write_bytes(path.read_bytes()[:size])

    found = read(path)

    assert found == flat(batches)[: len(found)]


@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), min_size=1, max_size=20))
def test_a_damaged_journal_gives_rows_or_a_clean_error_and_never_a_crash(
    tmp_path_factory: pytest.TempPathFactory, damage: list[tuple[int, int]]
) -> None:
    path = tmp_path_factory.mktemp("journal") / "milestones.arrow"
    write(path, BATCHES)
    content = bytearray(path.read_bytes())
    for place, byte in damage:
        content[place % len(content)] = byte
    path.write_bytes(content)

    with suppress(pa.ArrowInvalid):
        read(path)


def test_a_journal_that_cannot_be_written_ends_the_run_with_a_remedy(tmp_path: Path) -> None:
    path = tmp_path / "milestones.arrow"
    path.symlink_to("/dev/full")
    with pytest.raises(RunError, match=r"cannot write .*milestones\.arrow: .*No space left on device.*PLIMSOLL_RUNS"):
        write(path, BATCHES)

"""A table that is being written: an Arrow IPC stream to which batches of rows are appended.

The stream format needs no footer: after a ``kill -9`` every batch that was flushed can be read, and what is cut is at
most the batch that was being written. A batch carries the whole of its own small dictionaries (they replace those of
the batch before) instead of deltas, so that it can be understood from what stands before it in the file, and two
journals of the same rows differ only in where the batches end.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from plimsoll.errors import RunError

BATCH_ROWS = 16_384
"""Rows held in memory before they are written. Beyond some thousands, larger batches gain nothing."""


class Journal:
    """One table's rows on their way to disk.

    ``columns`` are plain lists, one for each column of the schema, to which the writer appends directly: a row then
    costs as many list appends as it has columns. They are emptied in place, so that they may be kept.
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._path = path
        self._schema = schema
        self.columns: tuple[list[Any], ...] = tuple([] for _ in schema)
        self._file = pa.OSFile(str(path), "wb")  # unbuffered: what was written survives the process
        self._stream = pa.ipc.new_stream(self._file, schema)

    def flush(self) -> None:
        """Write the rows held so far as one batch."""
        if not self.columns[0]:
            return
        arrays = [pa.array(column, field.type) for column, field in zip(self.columns, self._schema, strict=True)]
        try:
            self._stream.write_batch(pa.record_batch(arrays, schema=self._schema))
        except OSError as error:
            message = f"cannot write {self._path}: {error}. Make room, or choose another place with $PLIMSOLL_RUNS"
            raise RunError(message) from error
        for column in self.columns:
            column.clear()

    def close(self) -> None:
        """Write what is left, and the mark that says the stream is whole."""
        self.flush()
        self._stream.close()
        self._file.close()


def read_journal(path: Path) -> Iterator[pa.RecordBatch]:
    """The batches of a journal up to its end, or to where it was cut or damaged.

    Every batch is checked: after a power cut a journal can end in bytes that were never written, and Arrow trusts the
    offsets in them.
    """
    with pa.memory_map(str(path)) as file, contextlib.suppress(StopIteration, pa.ArrowException, OSError):
        stream = pa.ipc.open_stream(file)
        while True:
            batch = stream.read_next_batch()
            batch.validate(full=True)
            yield batch

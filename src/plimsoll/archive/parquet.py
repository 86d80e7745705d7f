"""A table that is complete: one Parquet file, compressed, that DuckDB, Polars and pandas read as it is.

Row groups have a fixed number of rows and strings are written out before Parquet encodes them, so that the bytes of
the file do not depend on when the journal happened to be flushed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from plimsoll.archive.hashing import TableHash
from plimsoll.archive.rows import labels, plain

ROW_GROUP_ROWS = 131_072


def write_parquet(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> TableHash:
    """Write a table and hash it on the way; the file appears under its name only when it is whole."""
    unfinished = path.with_name(path.name + ".unfinished")
    digest = TableHash(schema)
    floats = [field.name for field in schema if pa.types.is_floating(field.type)]
    writer = pq.ParquetWriter(
        unfinished,
        plain(schema),
        compression="zstd",
        use_dictionary=[name for name in schema.names if name not in floats],
        use_byte_stream_split=floats,  # smooth series compress to a third of what plain encoding leaves
    )
    with writer:
        for group in _groups(batches, plain(schema)):
            digest.update(group)
            writer.write_table(group, row_group_size=ROW_GROUP_ROWS)
    unfinished.replace(path)
    return digest


def read_parquet(path: Path, schema: pa.Schema) -> pa.Table:
    """The whole table, its repeating strings dictionary-encoded."""
    return pq.read_table(path, read_dictionary=labels(schema)).cast(schema)


def hash_parquet(path: Path, schema: pa.Schema) -> TableHash:
    """Hash a table as it was hashed when it was written."""
    digest = TableHash(schema)
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches():
            digest.update(pa.Table.from_batches([batch]))
    return digest


def _groups(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.Table]:
    """The same rows in tables of ``ROW_GROUP_ROWS`` and a last one that is smaller."""
    held = schema.empty_table()
    for batch in batches:
        held = pa.concat_tables([held, pa.Table.from_batches([batch]).cast(schema)])
        while held.num_rows >= ROW_GROUP_ROWS:
            yield held.slice(0, ROW_GROUP_ROWS).combine_chunks()
            held = held.slice(ROW_GROUP_ROWS)
    if held.num_rows:
        yield held.combine_chunks()

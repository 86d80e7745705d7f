"""What proves that two runs saw the same.

The hash covers the content of the tables in order, the resolved scenario and the profile. It does not depend on where
batches end, on how strings are encoded, on the version of a file format, or on the wall clock.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc


class TableHash:
    """The hash of one table, fed batch by batch.

    Each column has a hash of its own, so that rows may arrive in batches of any size. Numbers count as their
    little-endian bytes; strings as their UTF-8 bytes one after another, and their lengths, which say where each ends.
    """

    def __init__(self, schema: pa.Schema) -> None:
        self._columns = [(hashlib.sha256(), hashlib.sha256()) for _ in schema]
        self._header = ",".join(f"{field.name}:{_kind(field.type)}" for field in schema)
        self.rows = 0

    def update(self, rows: pa.Table) -> None:
        """Take in more rows of the table whose strings are written out."""
        self.rows += rows.num_rows
        for (content, lengths), column in zip(self._columns, rows.columns, strict=True):
            for chunk in column.chunks:
                if pa.types.is_string(chunk.type):
                    content.update(_utf8(chunk))
                    lengths.update(_bytes(pc.binary_length(chunk)))
                else:
                    content.update(_bytes(chunk))

    def hexdigest(self) -> str:
        """The hash of the rows taken in so far."""
        whole = hashlib.sha256(f"{self._header};{self.rows};".encode())
        for content, lengths in self._columns:
            whole.update(content.digest())
            whole.update(lengths.digest())
        return whole.hexdigest()


def archive_hash(tables: Mapping[str, str], scenario: Any, profile: Any) -> str:
    """The hash of a run, from the hashes of its tables by name and its two documents."""
    text = canonical_json({"tables": dict(tables), "scenario": scenario, "profile": profile})
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def canonical_json(document: Any) -> str:
    """A document in the one spelling that is hashed: keys sorted, no spaces, UTF-8."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _kind(type_: pa.DataType) -> str:
    return "string" if pa.types.is_string(type_) or pa.types.is_dictionary(type_) else str(type_)


def _bytes(numbers: pa.Array) -> bytes:
    values = numbers.to_numpy(zero_copy_only=False)
    return bytes(values.astype(values.dtype.newbyteorder("<"), copy=False).tobytes())


def _utf8(strings: pa.Array) -> bytes:
    return "".join(strings.to_pylist()).encode()

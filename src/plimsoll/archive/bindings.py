"""Joining pods with their nodes while both are still in journals.

A pod is recorded when it is first seen and bound later, and a journal only grows: see ``rows.JOURNALS``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from plimsoll.archive import rows
from plimsoll.archive.directory import journal_path
from plimsoll.archive.journal import read_journal


def journal_batches(directory: Path, table: str) -> Iterator[pa.RecordBatch]:
    """The rows of a table whose run is not closed, with the columns that it has once it is."""
    batches = read_journal(journal_path(directory, table))
    if table != "pods":
        return batches
    bindings = read_journal(journal_path(directory, "bindings"))
    pods = pa.Table.from_batches(batches, rows.JOURNALS["pods"])
    return iter(_with_nodes(pods, pa.Table.from_batches(bindings, rows.JOURNALS["bindings"])).to_batches())


def _with_nodes(pods: pa.Table, bindings: pa.Table) -> pa.Table:
    """Pods with their node: the last they were bound to, or an empty name."""
    known = bindings.filter(pc.less(bindings["pod"], pods.num_rows)).unify_dictionaries().combine_chunks()
    names = known["node"].combine_chunks()
    codes = np.zeros(pods.num_rows, np.int32)
    codes[known["pod"].to_numpy()] = names.indices.to_numpy(zero_copy_only=False) + 1
    nodes = pa.DictionaryArray.from_arrays(codes, pa.concat_arrays([pa.array([""]), names.dictionary]))
    place = rows.PODS.get_field_index("node")
    return pods.add_column(place, rows.PODS.field(place), nodes).unify_dictionaries().combine_chunks()

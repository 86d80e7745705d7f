"""Columns of an archive's tables as NumPy arrays: what every aggregation here starts from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from plimsoll.archive.manifest import Manifest

    Floats = NDArray[np.float64]
    Codes = NDArray[np.int64]
    Booleans = NDArray[np.bool_]


class Archive(Protocol):
    """What a report needs of an archive; :class:`plimsoll.archive.reader.RunArchive` has it."""

    manifest: Manifest

    @property
    def scenario(self) -> Mapping[str, Any]:
        """The resolved scenario: ``scenario.json``."""
        ...

    @property
    def profile(self) -> Mapping[str, Any]:
        """Every constant with its source and status: ``profile.json``."""
        ...

    def table(self, name: str) -> pa.Table:
        """One of the tables ``pods``, ``milestones``, ``requests``, ``samples``, ``events``, ``logs``, ``phases``."""
        ...


@dataclass(frozen=True, slots=True)
class Categories:
    """A column of words: a code per row, and the word that each code stands for."""

    codes: Codes
    words: list[str]

    def code(self, word: str) -> int:
        """The code of a word; one that no row has where the column does not contain it."""
        try:
            return self.words.index(word)
        except ValueError:
            return len(self.words)

    def are(self, word: str) -> Booleans:
        """Which rows hold this word."""
        rows: Booleans = self.codes == self.code(word)
        return rows

    def row(self, row: int) -> str:
        """The word in one row; empty where there is none."""
        code = int(self.codes[row])
        return self.words[code] if code >= 0 else ""


def numbers(table: pa.Table, column: str) -> Floats:
    """A numeric column as float64, missing values as NaN."""
    values = table.column(column).cast(pa.float64())
    return np.asarray(values.to_numpy(), dtype=np.float64)


def categories(table: pa.Table, column: str) -> Categories:
    """A column of words, whether stored as a dictionary or not. Missing values have the code -1."""
    values = table.column(column)
    if not pa.types.is_dictionary(values.type):
        values = pc.dictionary_encode(values)
    array = values.unify_dictionaries().combine_chunks()
    if isinstance(array, pa.ChunkedArray):  # no rows at all
        array = array.chunk(0) if array.num_chunks else pa.DictionaryArray.from_arrays(pa.array([], pa.int32()), [])
    codes = array.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return Categories(codes, [str(word) for word in array.dictionary.to_pylist()])


@dataclass(frozen=True, slots=True)
class Steps:
    """A gauge of one instance over time: each sample holds until the next, however far that is."""

    seconds: Floats
    values: Floats

    def within(self, start_seconds: float, end_seconds: float) -> Steps:
        """The gauge between two moments, beginning with what it was at the first of them."""
        first = max(0, int(np.searchsorted(self.seconds, start_seconds, side="right")) - 1)
        last = int(np.searchsorted(self.seconds, end_seconds, side="left"))
        return Steps(np.maximum(self.seconds[first:last], start_seconds), self.values[first:last])

    def integral(self, end_seconds: float) -> float:
        """The value times how long it held, from the first sample until ``end_seconds``."""
        return float(np.dot(np.diff(self.seconds, append=max(end_seconds, self.seconds[-1])), self.values))

    def mean(self, end_seconds: float) -> float:
        """The mean over time until ``end_seconds``; 0 without samples."""
        if not self.seconds.size:
            return 0.0
        span = end_seconds - float(self.seconds[0])
        return self.integral(end_seconds) / span if span > 0 else float(self.values[-1])

    def means(self, edges: Floats) -> Floats:
        """The mean over time in each bin; NaN before the first sample."""
        areas = np.concatenate([[0.0], np.cumsum(np.diff(self.seconds) * self.values[:-1])])
        after = np.maximum(edges - self.seconds[-1], 0.0) * self.values[-1]
        until = np.interp(edges, self.seconds, areas) + after
        known = np.maximum(edges[1:] - np.maximum(edges[:-1], self.seconds[0]), 0.0)
        means: Floats = np.divide(np.diff(until), known, out=np.full(known.size, np.nan), where=known > 0)
        return means


@dataclass(frozen=True, slots=True)
class Series:
    """Samples of one name: when, of which instance, how much."""

    seconds: Floats
    instances: Categories
    values: Floats

    @property
    def steps(self) -> Steps:
        """The gauge, where there is only one instance."""
        return Steps(self.seconds, self.values)

    def per_instance(self) -> dict[str, Steps]:
        """The gauge of each instance that was sampled at all, by its name."""
        order = np.argsort(self.instances.codes, kind="stable")
        codes, starts = np.unique(self.instances.codes[order], return_index=True)
        pieces = zip(np.split(self.seconds[order], starts[1:]), np.split(self.values[order], starts[1:]), strict=True)
        return {self.instances.words[code]: Steps(*piece) for code, piece in zip(codes.tolist(), pieces, strict=False)}


class Samples:
    """The ``samples`` table, opened once and asked for one series after the other.

    Some gauges are sampled at each interval, others only when they have changed: see :class:`Steps`.
    """

    def __init__(self, table: pa.Table) -> None:
        self._seconds = numbers(table, "seconds")
        self._series = categories(table, "series")
        self._instances = categories(table, "instance")
        self._values = numbers(table, "value")

    def series(self, name: str) -> Series:
        """All samples of a series, in the order in which they were taken; none if it was never sampled."""
        rows = np.flatnonzero(self._series.are(name))
        instances = Categories(self._instances.codes[rows], self._instances.words)
        return Series(self._seconds[rows], instances, self._values[rows])

"""The tables of an archive: their columns, types and units.

Every ``…Seconds`` column, and ``seconds`` itself, counts from the beginning of the run on the run's own clock.
Strings that repeat are dictionary-encoded. No column is ever null.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

_SECONDS = pa.float64()
_POD = pa.int32()  # a pod's number: its place in the order in which pods were first seen
_LABEL = pa.dictionary(pa.int32(), pa.string())  # few distinct values
_TEXT = pa.string()  # mostly distinct values


def _table(*columns: tuple[str, pa.DataType]) -> pa.Schema:
    return pa.schema([pa.field(name, type_, nullable=False) for name, type_ in columns])


_POD_COLUMNS = (("pod", _POD), ("uid", _TEXT), ("namespace", _LABEL), ("name", _TEXT), ("job", _LABEL))

PODS = _table(*_POD_COLUMNS, ("node", _LABEL), ("createdSeconds", _SECONDS))
"""One row per pod; ``node`` is empty for a pod that was never bound."""

MILESTONES = _table(("seconds", _SECONDS), ("pod", _POD), ("milestone", _LABEL))
"""See :class:`plimsoll.telemetry.Milestone`."""

REQUESTS = _table(
    ("windowStartSeconds", _SECONDS),
    ("windowSeconds", _SECONDS),
    ("client", _LABEL),
    ("verb", _LABEL),
    ("resource", _LABEL),
    ("code", pa.int32()),
    ("measure", _LABEL),
    ("bucket", pa.int32()),
    ("count", pa.int64()),
    ("secondsSum", _SECONDS),
)
"""Requests in aggregate: see :class:`plimsoll.telemetry.RequestRow`, whose fields are these in order."""

SAMPLES = _table(("seconds", _SECONDS), ("series", _LABEL), ("instance", _LABEL), ("value", pa.float64()))

EVENTS = _table(
    ("seconds", _SECONDS),
    ("type", _LABEL),
    ("reason", _LABEL),
    ("kind", _LABEL),
    ("namespace", _LABEL),
    ("name", _TEXT),
    ("source", _LABEL),
    ("message", _TEXT),
    ("count", pa.int32()),
)

LOGS = _table(
    ("seconds", _SECONDS),
    ("component", _LABEL),
    ("instance", _LABEL),
    ("verbosity", pa.int32()),
    ("message", _TEXT),
)

PHASES = _table(("name", _TEXT), ("startedSeconds", _SECONDS), ("endedSeconds", _SECONDS))

_CLIENT_COLUMNS = (("job", _LABEL), ("kind", _LABEL), ("measure", _LABEL))

RESULTS = _table(
    ("seconds", _SECONDS),
    ("namespace", _LABEL),
    ("pod", _LABEL),
    ("container", _LABEL),
    ("client", pa.int32()),
    *_CLIENT_COLUMNS,
    ("value", pa.float64()),
)
"""What each client of a program in a pod measured, once it was through: a row for each of its numbers."""

DURATIONS = _table(
    *_CLIENT_COLUMNS,
    ("bucket", pa.int32()),
    ("count", pa.int64()),
    ("secondsSum", _SECONDS),
)
"""Durations that clients counted, such as round trips: see :func:`plimsoll.histogram.bucket_of`."""

TABLES: Mapping[str, pa.Schema] = {
    "pods": PODS,
    "milestones": MILESTONES,
    "requests": REQUESTS,
    "samples": SAMPLES,
    "events": EVENTS,
    "logs": LOGS,
    "phases": PHASES,
    "results": RESULTS,
    "durations": DURATIONS,
}

JOURNALS: Mapping[str, pa.Schema] = {
    **TABLES,
    "pods": _table(*_POD_COLUMNS, ("createdSeconds", _SECONDS)),
    "bindings": _table(("pod", _POD), ("node", _LABEL)),
}
"""What is written while a run goes on. A pod's node is known later than the pod and a journal only grows, so the
bindings have a journal of their own until the run closes. ``pods`` comes first here and in every flush: whatever
refers to a pod by number is written after it."""


def labels(schema: pa.Schema) -> list[str]:
    """The names of the dictionary-encoded columns."""
    return [field.name for field in schema if pa.types.is_dictionary(field.type)]


def plain(schema: pa.Schema) -> pa.Schema:
    """The same columns with every string written out."""
    return pa.schema(
        [field.with_type(pa.string()) if pa.types.is_dictionary(field.type) else field for field in schema]
    )

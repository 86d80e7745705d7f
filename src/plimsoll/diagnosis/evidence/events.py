"""Kubernetes events: ``kubectl get events --all-namespaces``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from plimsoll.measurement.columns import categories, numbers

if TYPE_CHECKING:
    import pyarrow as pa

    from plimsoll.measurement.columns import Floats


@dataclass(frozen=True, slots=True)
class Told:
    """Events that were alike."""

    seconds: Floats
    """When each was last reported."""
    objects: tuple[tuple[str, str], ...]
    """The namespace and name of what each is about."""
    messages: tuple[str, ...]
    count: int
    """How often they happened: an event that repeats is counted in place."""

    def __len__(self) -> int:
        return len(self.messages)

    @property
    def distinct_objects(self) -> int:
        """How many objects they are about."""
        return len(set(self.objects))


class Events:
    """The ``events`` table."""

    def __init__(self, table: pa.Table) -> None:
        self._seconds, self._counts = numbers(table, "seconds"), numbers(table, "count")
        self._reasons, self._sources = categories(table, "reason"), categories(table, "source")
        self._namespaces = categories(table, "namespace")
        self._names, self._messages = table.column("name").to_pylist(), table.column("message").to_pylist()

    def told(self, *reasons: str, source: str | None = None, matching: str = "") -> Told:
        """Events with one of these reasons, from a source, whose message matches a regular expression."""
        rows = np.zeros(self._seconds.size, bool)
        for reason in reasons:
            rows |= self._reasons.are(reason)
        if source is not None:
            rows &= self._sources.are(source)
        pattern = re.compile(matching)
        chosen = [row for row in np.flatnonzero(rows).tolist() if pattern.search(self._messages[row])]
        return Told(
            self._seconds[chosen],
            tuple((self._namespaces.row(row), self._names[row]) for row in chosen),
            tuple(self._messages[row] for row in chosen),
            int(self._counts[chosen].sum()),
        )

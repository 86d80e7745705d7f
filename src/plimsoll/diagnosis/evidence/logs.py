"""Lines that components logged, as ``journalctl`` or ``kubectl logs`` show them at the verbosity they ran with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plimsoll.measurement.columns import categories, numbers

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a log."""

    seconds: float
    component: str
    instance: str
    message: str


class Logs:
    """The ``logs`` table."""

    def __init__(self, table: pa.Table) -> None:
        self._seconds = numbers(table, "seconds")
        self._components, self._instances = categories(table, "component"), categories(table, "instance")
        self._messages: list[str] = table.column("message").to_pylist()

    def matching(self, pattern: str, component: str | None = None) -> tuple[Line, ...]:
        """Lines that a regular expression is found in, of a component or of all, in the order of time."""
        found = re.compile(pattern).search
        return tuple(
            Line(float(self._seconds[row]), self._components.row(row), self._instances.row(row), message)
            for row, message in enumerate(self._messages)
            if (component is None or self._components.row(row) == component) and found(message)
        )

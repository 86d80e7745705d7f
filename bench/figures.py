"""One measured number beside what was promised."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Direction = Literal["at most", "at least"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value, the limit it must keep, and the better value that we aim for.

    ``name`` starts with the module's subject ("kernel: events per second against SimPy"); ``unit`` is what a reader
    sees after the number ("s", "GiB", "x").
    """

    name: str
    value: float
    unit: str
    limit: float | None = None
    aim: float | None = None
    direction: Direction = "at most"

    def _within(self, bound: float) -> bool:
        return self.value <= bound if self.direction == "at most" else self.value >= bound

    @property
    def met(self) -> bool | None:
        """Whether the limit is kept; ``None`` where there is none."""
        return None if self.limit is None else self._within(self.limit)

    @property
    def aimed(self) -> bool | None:
        """Whether the aim is reached; ``None`` where there is none."""
        return None if self.aim is None else self._within(self.aim)


def missed(figures: Iterable[Figure]) -> list[Figure]:
    """Return the figures that break their limit."""
    return [figure for figure in figures if figure.met is False]

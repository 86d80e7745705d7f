"""How long a command takes before it does anything."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from bench.figures import Figure
from bench.process import plimsoll

REPETITIONS = 9


def measure() -> Iterator[Figure]:
    """Time ``plimsoll --help``; the first start, which fills the file cache and writes bytecode, does not count."""
    plimsoll("--help")
    seconds = median(plimsoll("--help").wall_seconds for _ in range(REPETITIONS))
    yield Figure("command line: plimsoll --help", seconds, "s", limit=0.3)

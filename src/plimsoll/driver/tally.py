"""What the driver has done so far, in numbers. Read by live progress while the run goes on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple


class GivenUp(NamedTuple):
    """A kind of failure that was not, or not any longer, worth another try."""

    verb: str
    kind: str
    reason: str

    def describe(self, count: int) -> str:
        """The failures in words, e.g. ``to create 3 of Pod: TooManyRequests``."""
        return f"to {self.verb} {count:,} of {self.kind}: {self.reason}"


@dataclass(slots=True)
class Tally:
    """Counts of what the driver asked for and what became of it."""

    created: Counter[str] = field(default_factory=Counter)
    """Objects created, by kind; an object that was there before counts as ``existing``."""
    deleted: Counter[str] = field(default_factory=Counter)
    """Objects whose deletion was accepted, by kind."""
    existing: Counter[str] = field(default_factory=Counter)
    """Objects found in place by an apply, by kind."""
    patched: Counter[str] = field(default_factory=Counter)
    read: Counter[str] = field(default_factory=Counter)
    """Objects patched and read by the load's own wish, by kind."""
    retries: int = 0
    given_up: Counter[GivenUp] = field(default_factory=Counter)

    @property
    def failures(self) -> int:
        """Requests given up in all."""
        return self.given_up.total()

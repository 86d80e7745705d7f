"""Claims and their checks, as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf
from typing import Literal

from plimsoll.claims.evidence import Evidence
from plimsoll.measurement.wording import number

Verdict = Literal["holds", "differs", "measured"]
"""``measured``: nothing was published, so there is nothing to confirm."""

NOT_PUBLISHED = "not published"

Measure = Callable[[Mapping[str, Evidence]], float]
"""Takes a number from the runs of a claim, which are known by the names of their scenarios."""


@dataclass(frozen=True, slots=True)
class Check:
    """One published number: the band in which the measured one confirms it, and how it is measured.

    A check without a band shows what comes out where nothing was published. ``note`` explains the band. ``disagreement`` explains why the model is known to come out outside of it; where it is
    empty the claim is expected to hold.
    """

    what: str
    published: str
    unit: str
    measure: Measure
    at_least: float = -inf
    at_most: float = inf
    note: str = ""
    disagreement: str = ""

    def verdict(self, value: float) -> Verdict:
        """Whether a measured value confirms the claim; NaN, which nothing measured, does not."""
        if not self.band and value == value:  # noqa: PLR0124  not NaN
            return "measured"
        return "holds" if self.at_least <= value <= self.at_most else "differs"

    @property
    def band(self) -> str:
        """The band as text; empty where there is none."""
        if self.at_least == -inf and self.at_most == inf:
            return ""
        if self.at_least == self.at_most:
            return number(self.at_least)
        if self.at_most == inf:
            return f"≥ {number(self.at_least)}"
        if self.at_least == -inf:
            return f"≤ {number(self.at_most)}"
        return f"{number(self.at_least)}–{number(self.at_most)}"


@dataclass(frozen=True, slots=True)
class Claim:
    """What an article says, the runs that show it, and the numbers to check.

    ``sweeps`` are run at all of their points, and the measures know those as ``NAME parameter=value``; so they do those of
    ``frontiers``, which are sweeps that look for the largest value of a parameter: that is their only metric.
    """

    id: str
    title: str
    scenarios: tuple[str, ...]
    checks: tuple[Check, ...]
    sweeps: tuple[str, ...] = ()
    frontiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """A check and what came out."""

    claim: Claim
    check: Check
    value: float

    @property
    def verdict(self) -> Verdict:
        """Whether the claim holds here."""
        return self.check.verdict(self.value)

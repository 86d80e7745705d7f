"""One row of the list of series: its name, and where a reader finds the same on a real cluster."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Series:
    """One series; rates are over the sampling interval that ends at the sample."""

    name: str
    unit: str
    instance: str
    """What the instances are; empty where there is only one."""
    meaning: str
    shown_by: str = ""
    """The metric, the API or the log that shows it on a real cluster."""

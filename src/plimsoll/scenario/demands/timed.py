"""What the kinds of demands have in common."""

from __future__ import annotations

from pydantic import Field

from plimsoll.scenario.values import Model, PositiveSeconds, Seconds


class TimedDemand(Model):
    """Something that applications ask of the cluster's services from a moment of the run on."""

    at_seconds: Seconds = Field(default=0.0, alias="at")
    for_seconds: PositiveSeconds | None = Field(
        default=None, alias="for", description="Until the end of the run where absent."
    )

"""Transactions of applications on the database cluster."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from plimsoll.scenario.demands.timed import TimedDemand
from plimsoll.scenario.values import Count, Label, Rate, Share


class DatabaseTransactions(TimedDemand):
    """Transactions of an OpenStack service on the database cluster, each of which writes one row that others may write."""

    kind: Literal["databaseTransactions"]
    service: Label = Field(default="nova-api", description="Whose log tells of errors.")
    per_second: Rate | None = Field(default=None, description="At random moments, as of many independent users.")
    parallel: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        default=None, description="Instead: so many clients that wait for an answer before they go on."
    )
    statements: Annotated[int, Field(ge=1, le=1000)] = Field(default=3, description="Of each transaction.")
    rows: Count = Field(default=100_000, description="Rows that are written seldom.")
    hot_rows: Annotated[int, Field(ge=1, le=100_000)] = Field(
        default=1, description="Rows that are written often, such as a project's usage of its quota."
    )
    hot_share: Share = Field(default=0.0, description="Share of the transactions that write one of the hot rows.")
    zipf_exponent: Annotated[float, Field(ge=0, le=10)] = Field(
        default=0.0, description="How much the first hot rows are preferred; 0 prefers none."
    )

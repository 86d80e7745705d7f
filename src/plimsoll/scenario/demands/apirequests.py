"""Requests of other clients to the API servers."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from plimsoll.scenario.demands.timed import TimedDemand
from plimsoll.scenario.values import Label, Rate

Verb = Literal["GET", "LIST", "WATCH", "POST", "PUT", "PATCH", "DELETE"]


class ApiRequests(TimedDemand):
    """Requests of other clients to the API servers, such as a deployment tool's; what they ask for is not carried out."""

    kind: Literal["apiRequests"]
    client: Label = Field(default="other-clients", description="The name that they are accounted under.")
    verb: Verb = "GET"
    resource: str = Field(
        default="pods", min_length=1, max_length=253, description="Plural name, such as `configmaps`."
    )
    per_second: Rate = Field(description="At random moments, as of many independent clients.")

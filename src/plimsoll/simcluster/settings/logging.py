"""What components log about themselves."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from plimsoll.simcluster.settings.setting import Seconds, Settings


class ThrottleLogRule(Settings):
    """When a client writes a line about a request that its limiter held back."""

    over_seconds: Seconds
    verbosity: Annotated[int, Field(ge=0, le=10)]
    below_verbosity: Annotated[
        int, Field(ge=1, le=11, description="Clients that run at this -v or more do without.")
    ] = 11
    every_seconds: Seconds = Field(description="At most one line in this long; zero writes each.")


class LoggingSettings(Settings):
    """How components report that they wait, above all at their clients' own limiters."""

    throttle: tuple[ThrottleLogRule, ...]
    throttle_message: str = Field(description="Text of the line; {seconds}, {verb} and {url} are filled in.")
    throttle_metric: bool = Field(
        description="Components show the waits of their requests at limiters (rest_client_rate_limiter_duration_seconds)."
    )
    status_sync_metric: bool = Field(
        description="Kubelets show how long statuses take to reach the API (kubelet_pod_status_sync_duration_seconds)."
    )

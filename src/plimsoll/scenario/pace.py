"""How fast a client creates objects."""

from __future__ import annotations

from pydantic import Field

from plimsoll.scenario.values import Many, Model, Rate, Seconds


class RatePoint(Model):
    """From this moment of a phase on, this rate."""

    at_seconds: Seconds = Field(alias="at")
    rate_per_second: Rate


class Pace(Model):
    """The pace of a load, in the words of the article's driver: processes in parallel, each with a batch of objects.

    A call is one client process: it takes ``callSeconds`` to start, then sends its objects one after another.
    ``ratePerSecond`` and ``burst`` limit objects over all calls with a token bucket; ``shape`` changes the rate over a phase.
    """

    objects_per_call: int = Field(default=1, ge=1, le=100_000)
    parallelism: int = Field(default=1, ge=1, le=10_000)
    call_seconds: Seconds = 0.0
    rate_per_second: Rate | None = Field(default=None, description="Objects per second.")
    burst: int | None = Field(default=None, ge=1)
    shape: Many[RatePoint] = ()
    between_namespaces_seconds: Seconds = Field(
        default=0.0,
        alias="betweenNamespaces",
        description="Sleep after each namespace's objects; only in order byNamespace.",
    )

"""Virtual machines that are moved from node to node."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from plimsoll.scenario.demands.timed import TimedDemand
from plimsoll.scenario.values import Bytes, PositiveBytes, Rate


class LiveMigrations(TimedDemand):
    """Virtual machines that Nova moves from one node to another while they run, both chosen at random."""

    kind: Literal["liveMigrations"]
    per_minute: Rate = Field(default=1.0, description="At random moments.")
    memory_bytes: Annotated[PositiveBytes, Field(alias="memory")] = 4 * 1024**3
    dirty_bytes_per_second: Bytes = Field(
        default=0, description="What each machine writes into its memory while it is copied."
    )

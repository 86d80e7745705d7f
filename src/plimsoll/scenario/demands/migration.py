"""Virtual machines that are moved from node to node."""

from __future__ import annotations

from typing import Literal

from plimsoll.scenario.demands.timed import TimedDemand


class LiveMigrations(TimedDemand):
    """Virtual machines that are moved from node to node."""

    kind: Literal["liveMigrations"]

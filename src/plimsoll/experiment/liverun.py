"""A run that goes on, and how it ended: the same for a simulated cluster and a real one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plimsoll.archive.manifest import Manifest, RunStatus

if TYPE_CHECKING:
    from pathlib import Path

    from plimsoll.driver.execution import Driver
    from plimsoll.driver.steps import Plan
    from plimsoll.driver.tally import Tally
    from plimsoll.experiment.pulse import PulseWriter
    from plimsoll.observe.observer import Observer
    from plimsoll.scenario.model import Scenario


@dataclass(frozen=True, slots=True)
class LiveRun:
    """A run that goes on: whoever shows its progress may read all of this from another thread, and change none."""

    run_id: str
    scenario: Scenario
    plan: Plan
    driver: Driver
    observer: Observer
    pulse: PulseWriter
    now: Callable[[], float]
    """Seconds on the run's clock."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended; everything else is in its archive."""

    directory: Path
    manifest: Manifest
    shortfall: str
    """What the load fell short of, where it did not come to its end."""
    tally: Tally

    @property
    def interrupted(self) -> bool:
        """Whether somebody ended the run early."""
        return self.manifest.status is RunStatus.INTERRUPTED


async def drive(run: LiveRun) -> tuple[RunStatus, str]:
    """Observe while driving. Being cancelled is one way to end: what was measured until then is kept."""
    try:
        async with run.observer.watching():
            shortfall = await run.driver.drive()
    except asyncio.CancelledError:
        return RunStatus.INTERRUPTED, ""
    return (RunStatus.FAILED if shortfall else RunStatus.COMPLETE), shortfall

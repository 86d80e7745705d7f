"""Carrying out a plan, phase by phase."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from plimsoll.driver.client import Client
from plimsoll.driver.phases import Hands, PhaseRun, PhaseRunner
from plimsoll.driver.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable

    from plimsoll.cluster.port import Cluster
    from plimsoll.driver.observation import Observation
    from plimsoll.driver.steps import Phase, Plan
    from plimsoll.telemetry import Telemetry


class Driver:
    """Drives one plan against a cluster. What it has done so far may be read at any time.

    ``phases_done`` are not carried out: an earlier process of the run has done them. ``checkpoint`` is told after each
    phase how many are done. ``hands`` create the objects, if the driver is not to do it itself.
    """

    def __init__(
        self,
        cluster: Cluster,
        observation: Observation,
        telemetry: Telemetry,
        plan: Plan,
        *,
        phases_done: int = 0,
        checkpoint: Callable[[int], None] = lambda _: None,
        hands: Hands | None = None,
    ) -> None:
        self.tally = Tally()
        self.runs = tuple(PhaseRun(phase) for phase in plan.phases)
        self._telemetry = telemetry
        self._phases_done = phases_done
        self._checkpoint = checkpoint
        self._runner = PhaseRunner(Client(cluster, self.tally), observation, plan.label_selector, hands)

    async def drive(self) -> str:
        """Carry out all phases; return what the first of them that fell short lacked, or nothing.

        A load that has not come to where it should be is not loaded further: of the phases after that, only those that
        tear it down are carried out. Cancelling records the phase that was going on as far as it came.
        """
        shortfall = ""
        for number, run in enumerate(self.runs[self._phases_done :], start=self._phases_done + 1):
            if shortfall and not _tears_down(run.phase):
                continue
            missing = await self._carry_out(run)
            if missing:
                missing = f"{run.phase.name}: {missing}"
                self._log(missing)
                shortfall = shortfall or missing
            if not shortfall:
                self._checkpoint(number)
        return shortfall

    async def _carry_out(self, run: PhaseRun) -> str:
        loop = asyncio.get_running_loop()
        given_up = self.tally.given_up.copy()
        run.started_seconds = loop.time()
        try:
            return await self._runner.carry_out(run)
        finally:
            run.ended_seconds = loop.time()
            self._telemetry.phase(run.phase.name, run.started_seconds, run.ended_seconds)
            for failure, count in (self.tally.given_up - given_up).items():
                self._log(f"{run.phase.name}: gave up {failure.describe(count)}")

    def _log(self, message: str) -> None:
        self._telemetry.log(asyncio.get_running_loop().time(), "driver", "", 0, message)


def _tears_down(phase: Phase) -> bool:
    return phase.kind == "delete" and not phase.churn_cycle

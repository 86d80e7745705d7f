"""The workers that a run wants, and what each of them is told first."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from plimsoll.experiment.remote.wallclock import origin_seconds
from plimsoll.experiment.remote.workers.crew import Crew, crew
from plimsoll.experiment.remote.workers.messages import Order

if TYPE_CHECKING:
    from plimsoll.driver.steps import Plan
    from plimsoll.experiment.remote.target import Target
    from plimsoll.scenario.model import Scenario
    from plimsoll.simcluster.telemetry import Telemetry


@asynccontextmanager
async def hired(target: Target, scenario: Scenario, plan: Plan, telemetry: Telemetry) -> AsyncIterator[Crew | None]:
    """A crew while the block runs; None where one process is to do everything."""
    if target.pressure.workers <= 1:
        yield None
        return
    each = target.pressure.each()
    orders = [
        Order(
            scenario=scenario.model_dump(mode="json", by_alias=True),
            load=plan.run_id,
            number=number,
            workers=target.pressure.workers,
            context=target.access.context,
            kubeconfig=str(target.kubeconfig) if target.kubeconfig else None,
            connections=each.connections,
            requests_per_second=each.requests_per_second,
            burst=each.burst,
            origin_seconds=origin_seconds(),
        )
        for number in range(target.pressure.workers)
    ]
    async with crew(orders, plan.phases, telemetry) as hands:
        yield hands

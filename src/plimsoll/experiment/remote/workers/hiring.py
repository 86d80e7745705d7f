"""The workers that a run wants, wherever they are, and what each of them is told first."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from plimsoll import __version__
from plimsoll.cluster.credentials.access import IN_CLUSTER
from plimsoll.experiment.remote.permissions import rights_of
from plimsoll.experiment.remote.wallclock import epoch_seconds
from plimsoll.experiment.remote.workers import pods, processes
from plimsoll.experiment.remote.workers.crew import Crew
from plimsoll.experiment.remote.workers.messages import Order
from plimsoll.experiment.remote.workers.podmanifests import Site, creation

if TYPE_CHECKING:
    from plimsoll.driver.steps import Plan
    from plimsoll.experiment.remote.target import Target
    from plimsoll.scenario.model import Scenario
    from plimsoll.telemetry import Telemetry


@asynccontextmanager
async def hired(
    target: Target, scenario: Scenario, plan: Plan, telemetry: Telemetry, run_id: str = ""
) -> AsyncIterator[Crew | None]:
    """A crew while the block runs; None where one process is to do everything.

    ``run_id`` names the workers' place where they are pods.
    """
    workers, order = target.pressure.workers, _order(target, scenario, plan)
    if target.worker_image:
        order = replace(order, context=IN_CLUSTER, kubeconfig=None)
        site = Site(plan.run_id, run_id, target.worker_image, workers, creation(rights_of(plan)))
        async with pods.built(target, site, order) as place:
            crew = Crew(place.workers, place.tell, plan.phases, telemetry)
            await crew.gather(pods.PATIENCE_SECONDS)
            yield crew
    elif workers > 1:
        orders = [replace(order, number=number) for number in range(workers)]
        async with processes.started(orders) as colleagues:

            async def tell(line: bytes) -> None:
                for colleague in colleagues:
                    colleague.tell(line)

            crew = Crew(colleagues, tell, plan.phases, telemetry)
            await crew.gather(processes.PATIENCE_SECONDS)
            yield crew
    else:
        yield None


def _order(target: Target, scenario: Scenario, plan: Plan) -> Order:
    each = target.pressure.each()
    return Order(
        scenario=scenario.model_dump(mode="json", by_alias=True),
        load=plan.run_id,
        number=0,
        workers=target.pressure.workers,
        context=target.access.context,
        kubeconfig=str(target.kubeconfig) if target.kubeconfig else None,
        connections=each.connections,
        requests_per_second=each.requests_per_second,
        burst=each.burst,
        epoch_seconds=epoch_seconds(),
        version=__version__,
    )

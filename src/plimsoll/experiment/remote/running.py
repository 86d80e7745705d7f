"""One run on a real cluster, from preflight to a closed archive."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from plimsoll.archive.directory import reserve_run
from plimsoll.archive.manifest import Manifest, RunStatus
from plimsoll.cluster.http.adapter import HttpCluster
from plimsoll.cluster.http.logs import HttpPodLogs
from plimsoll.cluster.http.pages import HttpPages
from plimsoll.driver.execution import Driver
from plimsoll.driver.plan import build_plan
from plimsoll.driver.tally import Tally
from plimsoll.errors import PlimsollError, RunError
from plimsoll.experiment.liverun import LiveRun, Outcome, drive
from plimsoll.experiment.pulse import PulseWriter
from plimsoll.experiment.remote.bill import Bill, bill_of
from plimsoll.experiment.remote.ledger import Ledger, write_checkpoint
from plimsoll.experiment.remote.metering import ClientMeter
from plimsoll.experiment.remote.permissions import DISTRIBUTION
from plimsoll.experiment.remote.preflight.check import Cleared, preflight
from plimsoll.experiment.remote.target import client_of, connected
from plimsoll.experiment.remote.wallclock import epoch_seconds, run_in_wall_time
from plimsoll.experiment.remote.workers.hiring import hired
from plimsoll.observe.collecting import Collector
from plimsoll.observe.observer import Observer
from plimsoll.observe.results import Results
from plimsoll.observe.scraping.scraper import Scraper
from plimsoll.observe.stamps import Stamps
from plimsoll.simcluster.metering import Metering

if TYPE_CHECKING:
    from pathlib import Path

    from plimsoll.cluster.http.clock import ClockEstimate
    from plimsoll.driver.steps import Plan
    from plimsoll.experiment.remote.target import Target
    from plimsoll.experiment.remote.workers.crew import Crew
    from plimsoll.scenario.model import Scenario

DRIVER = "driver"
OBSERVER = "observer"
_PLANNED = "preflight"
"""Stands for the run's id while it has none."""

Onlooker = Callable[[LiveRun], AbstractContextManager[object]]
Decision = Callable[[Bill, list[str]], bool]
"""Told what will be created and what to be warned of; whether to go on."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where a run begins: anew, or after so many phases of the run whose label is ``load``, on the same cluster."""

    load: str | None = None
    phases_done: int = 0
    cluster_id: str = ""


def run(
    scenario: Scenario,
    target: Target,
    *,
    runs_directory: Path,
    decide: Decision,
    onlooker: Onlooker = lambda _: nullcontext(),
    beginning: Beginning = Beginning(),
) -> Outcome | None:
    """Run a scenario on a cluster and keep its archive; None where it was decided not to.

    Raises :class:`InputError` where something is in the way and :class:`RunError` where the cluster cannot be asked;
    nothing has been created then. Ctrl-C ends the run, not the caller: see :attr:`Outcome.interrupted`.
    """
    plan = build_plan(scenario, beginning.load or _PLANNED, deliver_programs=True)
    cleared = run_in_wall_time(_preflight(target, scenario, plan, beginning))
    if not decide(bill_of(scenario, plan, cleared.room), cleared.findings.warnings):
        return None
    started = datetime.now(UTC)
    directory = reserve_run(runs_directory, scenario.name, started)
    load = beginning.load or directory.name
    _ledger(target, load, cleared).write(directory)
    write_checkpoint(directory, beginning.phases_done)
    writer = PulseWriter(
        directory,
        scenario_name=scenario.name,
        scenario=scenario.model_dump(mode="json", by_alias=True),
        profile_name="",
        profile={},
        seed=0,
        started=started,
    )
    return _carry_out(_Order(scenario, target, cleared, load, beginning.phases_done, onlooker), writer)


@dataclass(frozen=True, slots=True)
class _Order:
    """What is to be carried out, once it has been decided."""

    scenario: Scenario
    target: Target
    cleared: Cleared
    load: str
    phases_done: int
    onlooker: Onlooker


async def _preflight(target: Target, scenario: Scenario, plan: Plan, beginning: Beginning) -> Cleared:
    with client_of(target) as cluster:
        return await preflight(
            cluster,
            target.name,
            scenario,
            plan,
            load=beginning.load,
            cluster_id=beginning.cluster_id,
            rights=DISTRIBUTION if target.worker_image else (),
        )


def _ledger(target: Target, load: str, cleared: Cleared) -> Ledger:
    return Ledger(
        load=load,
        context=target.access.context,
        kubeconfig=str(target.kubeconfig.absolute()) if target.kubeconfig else None,
        server=target.access.endpoint.url,
        cluster_id=cleared.findings.cluster_id,
        version=cleared.findings.version,
    )


def _carry_out(order: _Order, writer: PulseWriter) -> Outcome:
    clock_started = time.perf_counter()
    status, shortfall, tally = RunStatus.FAILED, "", Tally()

    async def main() -> tuple[RunStatus, str]:
        nonlocal tally
        async with _assembled(order, writer) as live:
            tally = live.driver.tally
            with order.onlooker(live):
                return await drive(live)

    try:
        status, shortfall = run_in_wall_time(main())
    except KeyboardInterrupt:
        status = RunStatus.INTERRUPTED  # a second Ctrl-C, while the first was being obeyed
    except (RunError, BaseExceptionGroup) as error:
        found = _meant_for_a_reader(error) if isinstance(error, BaseExceptionGroup) else error
        if isinstance(found, RunError):
            raise RunError(f"{found}\n{left_behind(writer.directory.name)}") from None
        raise found or error from None
    finally:
        manifest = _close(writer, status, time.perf_counter() - clock_started)
    return Outcome(writer.directory, manifest, shortfall, tally)


def left_behind(run_id: str) -> str:
    """What a run that did not come to its end may have left, and how that goes away."""
    return (
        f"what it created may still be there: `plimsoll clean {run_id}` removes it, `plimsoll resume {run_id}` goes on"
    )


def _close(writer: PulseWriter, status: RunStatus, seconds: float) -> Manifest:
    return writer.close(status, virtual_seconds=seconds, wall_seconds=seconds)


@asynccontextmanager
async def _assembled(order: _Order, writer: PulseWriter) -> AsyncIterator[LiveRun]:
    """Clients, observer and driver of a run, on the running loop; what they measured is in the archive afterwards."""
    plan = build_plan(order.scenario, order.load, deliver_programs=True)
    run_id = writer.directory.name
    async with (
        hired(order.target, order.scenario, plan, writer, run_id) as hands,
        _led(order, plan, writer, hands) as live,
    ):
        yield live


@asynccontextmanager
async def _led(order: _Order, plan: Plan, writer: PulseWriter, hands: Crew | None) -> AsyncIterator[LiveRun]:
    """What the leading process does itself: all of it, where there are no other hands."""
    scenario, target = order.scenario, order.target
    interval_seconds = scenario.measure.interval_seconds
    metering = Metering(writer)
    loop = asyncio.get_running_loop()
    credentials = target.access.make_credentials()
    with connected(target, credentials) as load_session, connected(target, credentials) as watch_session:
        observer = Observer(
            HttpCluster(watch_session, meter=ClientMeter(metering, OBSERVER)),
            plan.label_selector,
            writer,
            interval_seconds,
            stamps=Stamps(writer, epoch_seconds()),
            watch_nodes=order.cleared.watch_nodes,
            watch_events=order.cleared.watch_events,
        )
        driver = Driver(
            HttpCluster(load_session, meter=ClientMeter(metering, DRIVER), limit=target.pressure.limit()),
            observer,
            writer,
            plan,
            phases_done=order.phases_done,
            checkpoint=partial(write_checkpoint, writer.directory),
            hands=hands,
        )
        results = Results(writer, epoch_seconds(), observer.finish)
        collector = Collector(
            HttpPodLogs(watch_session),
            HttpCluster(watch_session, meter=ClientMeter(metering, OBSERVER)),
            plan.label_selector,
            plan.coordinations,
            results,
            observer.pods.unfinished,
        )
        scraper = Scraper(
            HttpCluster(watch_session, meter=ClientMeter(metering, OBSERVER)),
            HttpPages(watch_session, ClientMeter(metering, OBSERVER)),
            writer,
            interval_seconds,
            epoch_seconds(),
        )
        notes = _Notes(writer, metering, load_session.clock)
        keeping = loop.create_task(notes.keep(interval_seconds))
        try:
            async with collector.collecting(), scraper.scraping():
                yield LiveRun(writer.directory.name, scenario, plan, driver, observer, writer, loop.time)
        finally:
            keeping.cancel()
            _tell_without_result(writer, observer, plan)
            notes.take()


def _tell_without_result(writer: PulseWriter, observer: Observer, plan: Plan) -> None:
    """Name the pods that should have had a result and went, or are still there, without."""
    if not plan.coordinations:
        return
    now_seconds = asyncio.get_running_loop().time()
    still = {pod for each in plan.coordinations for pod in observer.pods.unfinished(each.job)}
    for namespace, name in (*observer.pods.without_result, *sorted(still)):
        message = "No result: lost, stopped early, or never begun"
        writer.event(now_seconds, "Warning", "NoResult", "Pod", namespace, name, "collector", message)


class _Notes:
    """Brings into the archive, interval by interval, what would otherwise be lost if the run were killed."""

    def __init__(self, writer: PulseWriter, metering: Metering, clock: ClockEstimate) -> None:
        self._writer, self._metering, self._clock = writer, metering, clock

    async def keep(self, interval_seconds: float) -> None:
        """Take notes until cancelled."""
        while True:
            await asyncio.sleep(interval_seconds)
            self.take()

    def take(self) -> None:
        """Take a note now."""
        now_seconds = asyncio.get_running_loop().time()
        self._metering.close_window(now_seconds)
        offset = self._clock.offset
        if offset is not None:
            self._writer.sample(now_seconds, "clock.offsetLowest", "", offset.lowest_seconds)
            self._writer.sample(now_seconds, "clock.offsetHighest", "", offset.highest_seconds)
        self._writer.flush()


def _meant_for_a_reader(group: BaseExceptionGroup[BaseException]) -> PlimsollError | None:
    """What went wrong in a task, if it can be told to a user."""
    for error in group.exceptions:
        found = _meant_for_a_reader(error) if isinstance(error, BaseExceptionGroup) else error
        if isinstance(found, PlimsollError):
            return found
    return None

"""One run in virtual time: cluster, driver, observers and archive, assembled, run, and closed."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from plimsoll.archive.directory import reserve_run
from plimsoll.archive.manifest import RunStatus
from plimsoll.driver.execution import Driver
from plimsoll.driver.plan import build_plan
from plimsoll.embed.cluster import SimulatedPort
from plimsoll.embed.composition import node_shapes, simulated_demands, simulated_faults
from plimsoll.embed.virtual import run_virtual
from plimsoll.experiment.liverun import LiveRun, Outcome, drive
from plimsoll.experiment.preflight import checked_profile
from plimsoll.experiment.pulse import PulseWriter
from plimsoll.observe.observer import Observer
from plimsoll.simcluster.assembly import SimulatedCluster, assemble

if TYPE_CHECKING:
    from pathlib import Path

    from plimsoll.scenario.loading import LoadedScenario
    from plimsoll.scenario.model import Scenario
    from plimsoll.simcluster.profile import Profile

DRIVER = "driver"
OBSERVER = "observer"
"""The clients of a run, as its request counts name them."""


@dataclass(frozen=True, slots=True)
class Experiment(LiveRun):
    """A run of a simulated cluster that goes on."""

    cluster: SimulatedCluster


Onlooker = Callable[[Experiment], AbstractContextManager[object]]
"""Called with a run before it starts; the context it returns is open while the run goes on."""


def run(
    loaded: LoadedScenario, *, seed: int, runs_directory: Path, onlooker: Onlooker = lambda _: nullcontext()
) -> Outcome:
    """Run a scenario against a simulated cluster and keep its archive.

    Raises :class:`plimsoll.errors.InputError`, with nothing done, where the scenario cannot be run. Any other error is
    raised after the archive has been closed. Ctrl-C ends the run, not the caller: see :attr:`Outcome.interrupted`.
    """
    profile = checked_profile(loaded)
    scenario = loaded.scenario
    started = datetime.now(UTC)
    clock_started = time.perf_counter()
    directory = reserve_run(runs_directory, scenario.name, started)
    writer = PulseWriter(
        directory,
        scenario_name=scenario.name,
        scenario=scenario.model_dump(mode="json", by_alias=True),
        profile_name=profile.name,
        profile=profile.document(),
        seed=seed,
        started=started,
    )
    experiment = _prepare(scenario, profile, seed, writer)
    status, shortfall = RunStatus.FAILED, ""
    try:
        with _without_cycle_collection(), onlooker(experiment):
            status, shortfall = run_virtual(experiment.cluster.kernel, drive(experiment))
    except KeyboardInterrupt:
        status = RunStatus.INTERRUPTED  # a second Ctrl-C, while the first was being obeyed
    finally:
        experiment.cluster.sampler.sample()
        manifest = writer.close(
            status,
            virtual_seconds=experiment.cluster.kernel.now,
            wall_seconds=time.perf_counter() - clock_started,
        )
    return Outcome(directory, manifest, shortfall, experiment.driver.tally)


def _prepare(scenario: Scenario, profile: Profile, seed: int, writer: PulseWriter) -> Experiment:
    run_id = writer.directory.name
    plan = build_plan(scenario, run_id)
    spec, interval_seconds = scenario.cluster, scenario.measure.interval_seconds
    cluster = assemble(
        profile,
        node_shapes(spec),
        seed,
        writer,
        simulated_faults(spec),
        simulated_demands(scenario.load),
        interval_seconds=interval_seconds,
    )
    observer = Observer(SimulatedPort(cluster, OBSERVER), plan.label_selector, writer, interval_seconds)
    driver = Driver(SimulatedPort(cluster, DRIVER), observer, writer, plan)
    return Experiment(run_id, scenario, plan, driver, observer, writer, lambda: cluster.kernel.now, cluster)


@contextmanager
def _without_cycle_collection() -> Iterator[None]:
    """Switch the collector of reference cycles off while a run goes on.

    A simulated cluster is tens of millions of objects that live until the end, and looking for cycles among them took
    an eighth of a run's time. There are none to find: a test holds the simulation to that.
    """
    enabled = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()  # or else the collector would begin with looking through all that the run has left
        if enabled:
            gc.enable()

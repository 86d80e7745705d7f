"""Processes that make load together, against an API over real sockets."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from plimsoll.cluster.credentials.access import find_access
from plimsoll.driver.plan import build_plan
from plimsoll.driver.tally import Tally
from plimsoll.errors import RunError
from plimsoll.experiment.remote.target import Pressure, Target
from plimsoll.experiment.remote.workers.crew import LOST
from plimsoll.experiment.remote.workers.hiring import hired
from plimsoll.experiment.remote.workers.processes import WorkerProcess
from plimsoll.scenario.loading import parse_scenario
from plimsoll.telemetry import NullTelemetry
from tests.cluster.http.fake_api import FakeApi, served
from tests.experiment.remote.kubeconfigs import kubeconfig
from tests.experiment.remote.workers.test_share import SCENARIO

pytestmark = pytest.mark.slow


def test_workers_create_everything_once_and_stop_at_what_is_somebody_elses(tmp_path: Path) -> None:
    scenario = parse_scenario(SCENARIO, "small.yaml").scenario

    async def main() -> None:
        api, tally, sent = FakeApi(), Tally(), [0]

        def count(more: int) -> None:
            sent[0] += more

        api.put("namespaces", {"metadata": {"name": "job-3"}})
        async with served(api) as url:
            config = kubeconfig(tmp_path, url)
            target = Target(find_access(kubeconfig=config), config, Pressure(workers=2))
            plan = build_plan(scenario, "r")
            async with hired(target, scenario, plan, NullTelemetry()) as crew:
                assert crew is not None
                for phase in plan.phases:
                    if phase.kind == "create":
                        await crew.create(phase, tally, count)
        assert (tally.created["Namespace"], tally.created["Secret"], tally.failures) == (6, 18, 4)
        assert sent == [28]
        assert set(api.creations.values()) == {1}
        assert not [key for key in api.creations if key[1] == "job-3"]

    asyncio.run(asyncio.wait_for(main(), 60))


def test_a_worker_that_is_lost_is_named_and_its_share_is_missing_when_the_others_are_done(tmp_path: Path) -> None:
    scenario = parse_scenario(SCENARIO, "small.yaml").scenario

    async def main() -> None:
        tally = Tally()
        async with served(FakeApi()) as url:
            config = kubeconfig(tmp_path, url)
            target = Target(find_access(kubeconfig=config), config, Pressure(workers=2))
            plan = build_plan(scenario, "r")
            async with hired(target, scenario, plan, NullTelemetry()) as crew:
                assert crew is not None
                lost = crew._colleagues[1]
                assert isinstance(lost, WorkerProcess)
                os.kill(lost.process.pid, signal.SIGKILL)
                with pytest.raises(RunError, match="worker 1 ended with exit code -9: of its 3 objects 3 are missing"):
                    await crew.create(plan.phases[0], tally, lambda _: None)
                assert tally.created["Namespace"] == 4
                assert tally.given_up == {("create", "Namespace", LOST): 3}

    asyncio.run(asyncio.wait_for(main(), 60))

"""A run may be killed at any moment: what it leaves is found, and going on creates nothing twice."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from plimsoll.cluster.http.adapter import HttpCluster
from plimsoll.cluster.http.endpoint import Endpoint
from plimsoll.cluster.http.identity import Anonymous
from plimsoll.cluster.http.session import Session
from plimsoll.driver import departures
from plimsoll.driver.execution import Driver
from plimsoll.driver.plan import build_plan
from plimsoll.driver.steps import Plan
from plimsoll.experiment.remote import cleaning
from plimsoll.observe.observer import Observer
from plimsoll.scenario.loading import parse_scenario
from plimsoll.telemetry import NullTelemetry
from tests.cluster.http.fake_api import FakeApi, served
from tests.experiment.remote.kubeconfigs import kubeconfig

SCENARIO = """
name: small
cluster: {nodes: 2}
load:
  order: ORDER
  pace: {parallelism: 3}
  deleteTimeout: 20s
  jobs:
  - name: a
    namespaces: 2
    wait: {timeout: 20s}
    objects:
    - {kind: Secret, count: 2}
    - {kind: Deployment, replicas: 2}
  - name: b
    namespaces: 1
    wait: {timeout: 20s}
    churn: {percent: 100, cycles: 1, delay: 0s}
    objects:
    - {kind: ConfigMap}
    - {kind: Pod}
"""
WRITES = 16 - 4 + 3 + 3 + 3
"""Creations, the churn's deletion and creations, and the deletions at the end; a point beyond is no kill at all."""


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(departures, "WATCH_LAG_SECONDS", 0.01)
    monkeypatch.setattr(cleaning, "LOOK_AGAIN_SECONDS", 0.01)


@dataclass
class Processes:
    """Processes of one run, one after another, on one cluster."""

    api: FakeApi
    url: str
    plan: Plan
    phases_done: int = 0
    created_at: dict[int, int] = field(default_factory=dict)

    async def live(self, writes: int | None = None) -> None:
        """One process, killed after so many writes: nothing that it would have sent then arrives."""
        killed = asyncio.Event()
        left = [writes]

        def count() -> None:
            if left[0] is not None:
                left[0] -= 1
                if left[0] <= 0:
                    self.api.is_silent = True
                    killed.set()

        self.api.on_write = count
        async with self._session() as cluster:
            driving = asyncio.create_task(self._drive(cluster))
            dying = asyncio.create_task(killed.wait())
            await asyncio.wait({driving, dying}, return_when=asyncio.FIRST_COMPLETED)
            dying.cancel()
            if killed.is_set():
                driving.cancel()
            with suppress(asyncio.CancelledError):
                assert await driving == ""
        self.api.on_write = lambda: None
        self.api.is_silent = False

    async def clean(self) -> None:
        async with self._session() as cluster:
            remains = await cleaning.find_remains(cluster, self.plan.run_id)
            await cleaning.remove(cluster, remains, timeout_seconds=20)
            assert not (await cleaning.find_remains(cluster, None)).namespaces

    async def _drive(self, cluster: HttpCluster) -> str:
        observer = Observer(cluster, self.plan.label_selector, NullTelemetry(), 10.0)
        driver = Driver(
            cluster, observer, NullTelemetry(), self.plan, phases_done=self.phases_done, checkpoint=self._checkpoint
        )
        async with observer.watching():
            return await driver.drive()

    def _checkpoint(self, phases_done: int) -> None:
        self.phases_done = phases_done

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[HttpCluster]:
        session = Session(Endpoint(self.url), Anonymous(), connections=4, epoch_seconds=0.0)
        try:
            yield HttpCluster(session)
        finally:
            session.close()


@asynccontextmanager
async def processes(order: str) -> AsyncIterator[Processes]:
    api = FakeApi()
    scenario = parse_scenario(SCENARIO.replace("ORDER", order), "small.yaml").scenario
    async with served(api) as url:
        yield Processes(api, url, build_plan(scenario, "small-1"))


def foreign(api: FakeApi) -> None:
    """Somebody else's namespaces, one with the label of another run."""
    api.put("namespaces", {"metadata": {"name": "theirs"}})
    api.put(
        "secrets", {"metadata": {"name": "theirs", "namespace": "theirs", "labels": {"plimsoll.dev/run": "small-1"}}}
    )


@pytest.mark.parametrize("order", ["byKind", "byNamespace"])
@pytest.mark.parametrize("writes", range(1, WRITES + 2))
def test_whatever_a_killed_run_leaves_is_found_and_removed_and_nothing_else_is(writes: int, order: str) -> None:
    async def main() -> None:
        async with processes(order) as each:
            foreign(each.api)
            await each.live(writes)
            await each.clean()
            await each.clean()
            assert each.api.names("namespaces") == ["kube-system", "theirs"]
            assert each.api.names("secrets") == ["theirs"]
            assert each.api.names("pods") == []

    asyncio.run(asyncio.wait_for(main(), 30))


@pytest.mark.parametrize("order", ["byKind", "byNamespace"])
@pytest.mark.parametrize("writes", range(1, WRITES + 2))
def test_a_killed_run_that_is_resumed_creates_nothing_twice_and_comes_to_its_end(writes: int, order: str) -> None:
    async def main() -> None:
        async with processes(order) as each:
            await each.live(writes)
            await each.live()
            assert each.api.names("namespaces") == ["kube-system"]
            churned = {key for key in each.api.creations if key[1] == "b-0" or key[2] == "b-0"}
            once = {key: count for key, count in each.api.creations.items() if key not in churned}
            assert set(once.values()) == {1}
            assert len(once) == 2 * (1 + 2 + 1 + 2) - 4
            assert all(each.api.creations[key] <= 2 for key in churned)

    asyncio.run(asyncio.wait_for(main(), 30))


async def plimsoll(folder: Path, *words: str) -> asyncio.subprocess.Process:
    environment = {**os.environ, "PLIMSOLL_RUNS": str(folder / "runs")}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "plimsoll", *words, env=environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip


async def finish(process: asyncio.subprocess.Process, expected: int = 0) -> str:
    output, _ = await process.communicate()
    assert process.returncode == expected, output.decode()
    return output.decode()


@pytest.mark.slow
@pytest.mark.parametrize("writes", [1, 6, 14])
@pytest.mark.parametrize("remedy", ["resume", "clean"])
def test_a_process_that_is_killed_for_good_leaves_enough_to_go_on_or_to_clean_up(
    tmp_path: Path, writes: int, remedy: str
) -> None:
    async def main() -> None:
        api = FakeApi()
        (tmp_path / "small.yaml").write_text(SCENARIO.replace("ORDER", "byKind"))
        async with served(api) as url:
            config = str(kubeconfig(tmp_path, url))
            process = await plimsoll(tmp_path, "run", str(tmp_path / "small.yaml"), "--kubeconfig", config, "--quiet")
            left = [writes]

            def kill() -> None:
                left[0] -= 1
                if left[0] == 0:
                    os.kill(process.pid, signal.SIGKILL)

            api.on_write = kill
            await process.communicate()
            assert process.returncode == -signal.SIGKILL
            (run_id,) = {
                item["metadata"]["labels"]["plimsoll.dev/run"]
                for item in api.objects.values()
                if item["metadata"].get("labels")
            }
            output = await finish(await plimsoll(tmp_path, remedy, run_id))
            assert api.names("namespaces") == ["kube-system"]
            if remedy == "resume":
                assert "small" in output
                again = await finish(await plimsoll(tmp_path, "resume", run_id), expected=2)
                assert "came to its end" in again
                assert max(count for key, count in api.creations.items() if "b-0" not in key) == 1

    asyncio.run(asyncio.wait_for(main(), 60))

"""Everything observed at once, and its samples."""

from __future__ import annotations

import asyncio

from plimsoll.kube.resources import NAMESPACES, NODES, PODS
from plimsoll.observe.observer import Observer
from tests.driver.fake_cluster import FakeCluster
from tests.driver.in_virtual_time import now, run
from tests.observe.pods_for_tests import running
from tests.observe.recorder import Recorder

SELECTOR = "plimsoll.dev/job=job"


def test_every_gauge_is_read_at_every_interval_and_at_the_end() -> None:
    async def scene() -> None:
        recorder = Recorder()
        async with Observer(FakeCluster(), SELECTOR, recorder, interval_seconds=10).watching():
            await asyncio.sleep(25)
        instants: dict[str, list[float]] = {}
        for seconds, series, _ in recorder.samples:
            instants.setdefault(series, []).append(seconds)
        assert set(map(tuple, instants.values())) == {(0, 10, 20, 25)}
        assert set(instants) == {
            *(f"pods.{state}" for state in ("pending", "containerCreating", "running", "completed")),
            *(f"pods.{state}" for state in ("terminating", "error", "failed")),
            *("namespaces.active", "namespaces.terminating", "nodes.ready", "nodes.notReady"),
        }

    run(scene())


def test_a_condition_on_what_is_observed_is_met_when_the_change_arrives() -> None:
    async def scene() -> None:
        cluster = FakeCluster()
        observer = Observer(cluster, SELECTOR, Recorder(), interval_seconds=60)
        asyncio.get_running_loop().call_later(7, cluster.put, PODS, running("a"))
        async with observer.watching():
            await observer.until(lambda: observer.job("job").running == 1)
            assert now() == 7
            assert not observer.is_empty("ns")

    run(scene())


def test_namespaces_and_nodes_are_watched_too() -> None:
    async def scene() -> None:
        cluster = FakeCluster()
        cluster.put(NAMESPACES, {"metadata": {"name": "ours", "labels": {"plimsoll.dev/job": "job"}}})
        cluster.put(NAMESPACES, {"metadata": {"name": "theirs"}})
        cluster.put(NODES, {"metadata": {"name": "worker-0"}})
        observer = Observer(cluster, SELECTOR, Recorder(), interval_seconds=60)
        async with observer.watching():
            assert not observer.is_gone("ours")
            assert observer.is_gone("theirs")
            assert observer.nodes.not_ready == 1

    run(scene())


def test_what_is_there_before_the_first_phase_is_known_when_it_begins() -> None:
    async def scene() -> None:
        cluster = FakeCluster(latency_seconds=3)
        cluster.put(PODS, running("a"))
        observer = Observer(cluster, SELECTOR, Recorder(), interval_seconds=60)
        async with observer.watching():
            assert (observer.job("job").running, now()) == (1, 3)

    run(scene())

"""When a phase is over."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from plimsoll.driver.client import Client
from plimsoll.driver.phases import PhaseRun, PhaseRunner
from plimsoll.driver.steps import Phase
from plimsoll.driver.tally import Tally
from plimsoll.errors import ApiError
from plimsoll.kube.resources import NAMESPACES, SECRETS
from plimsoll.scenario.model import Wait
from tests.driver.fake_cluster import FakeCluster, with_metadata
from tests.driver.in_virtual_time import now, run
from tests.driver.operations import SELECTOR, body, calls, create_namespace, delete, phase


@dataclass
class Pods:
    running: int = 0
    ready: int = 0
    clients: int = 0
    clients_exchanging: int = 0
    clients_finished: int = 0


class Seen:
    """What a test says is observed; conditions are looked at once a second."""

    def __init__(self) -> None:
        self.jobs: dict[str, Pods] = defaultdict(Pods)
        self.namespaces: set[str] = set()
        self.populated: set[str] = set()

    def job(self, name: str) -> Pods:
        return self.jobs[name]

    def is_gone(self, namespace: str) -> bool:
        return namespace not in self.namespaces

    def is_empty(self, namespace: str) -> bool:
        return namespace not in self.populated

    async def until(self, condition: Callable[[], bool]) -> None:
        while not condition():  # noqa: ASYNC110 - in virtual time looking costs nothing
            await asyncio.sleep(1)


def at(seconds: float, change: Callable[[], object]) -> None:
    asyncio.get_running_loop().call_later(seconds, change)


async def carried_out(planned: Phase, seen: Seen, cluster: FakeCluster | None = None) -> str:
    runner = PhaseRunner(Client(cluster or FakeCluster(), Tally()), seen, SELECTOR)
    return await runner.carry_out(PhaseRun(planned))


def test_creation_is_over_when_all_is_sent() -> None:
    async def scene() -> None:
        cluster = FakeCluster(latency_seconds=1)
        planned = phase("create", calls(create_namespace("a"), create_namespace("b")))
        running = PhaseRun(planned)
        await PhaseRunner(Client(cluster, Tally()), Seen(), SELECTOR).carry_out(running)
        assert (now(), running.done) == (2, 2)

    run(scene())


def test_a_wait_is_over_when_the_last_pod_runs() -> None:
    async def scene() -> None:
        seen = Seen()
        at(9.5, lambda: setattr(seen.jobs["job"], "running", 3))
        shortfall = await carried_out(phase("wait", pods=3, wait=Wait(), timeout_seconds=60.0), seen)
        assert (shortfall, now()) == ("", 10)

    run(scene())


def test_a_wait_for_readiness_does_not_count_running_pods() -> None:
    async def scene() -> None:
        seen = Seen()
        seen.jobs["job"].running = 3
        seen.jobs["job"].ready = 1
        planned = phase("wait", pods=3, wait=Wait(for_="ready"), timeout_seconds=60.0)
        assert await carried_out(planned, seen) == "1 of 3 pods are ready"
        assert now() == 60

    run(scene())


def test_a_pause_takes_its_time() -> None:
    async def scene() -> None:
        assert await carried_out(phase("pause", duration_seconds=120.0), Seen()) == ""
        assert now() == 120

    run(scene())


def test_an_exchange_is_over_when_every_client_has_finished() -> None:
    async def scene() -> None:
        seen = Seen()
        counts = seen.jobs["job"]
        counts.clients, counts.clients_exchanging = 2, 2
        at(49.5, lambda: setattr(counts, "clients_finished", 2))
        assert await carried_out(phase("exchange", duration_seconds=100.0), seen) == ""
        assert now() == 50

    run(scene())


def test_an_exchange_that_the_network_slows_down_is_waited_for() -> None:
    async def scene() -> None:
        seen = Seen()
        counts = seen.jobs["job"]
        counts.clients, counts.clients_exchanging = 2, 2
        at(300, lambda: setattr(counts, "clients_exchanging", 0))
        assert await carried_out(phase("exchange", duration_seconds=100.0), seen) == ""
        assert now() >= 300

    run(scene())


def test_clients_that_never_came_to_run_are_not_waited_for_beyond_the_exchange() -> None:
    async def scene() -> None:
        seen = Seen()
        counts = seen.jobs["job"]
        counts.clients, counts.clients_finished = 2, 1
        assert await carried_out(phase("exchange", duration_seconds=100.0), seen) == ""
        assert now() == 100

    run(scene())


def test_an_exchange_that_hangs_is_given_up() -> None:
    async def scene() -> None:
        seen = Seen()
        counts = seen.jobs["job"]
        counts.clients, counts.clients_exchanging = 3, 3
        shortfall = await carried_out(phase("exchange", duration_seconds=100.0), seen)
        assert shortfall == "3 clients have not finished exchanging data"
        assert now() == 10 * 100 + 600

    run(scene())


def test_a_deletion_is_over_when_the_last_namespace_is_gone() -> None:
    async def scene() -> None:
        cluster, seen = FakeCluster(), Seen()
        for name in ("a", "b"):
            cluster.put(NAMESPACES, body(name))
            seen.namespaces.add(name)
        at(29.5, seen.namespaces.clear)
        planned = phase("delete", calls(delete(NAMESPACES, "a"), delete(NAMESPACES, "b")), until_gone=True)
        assert await carried_out(planned, seen, cluster) == ""
        assert now() == 30

    run(scene())


def test_namespaces_that_stay_are_told() -> None:
    async def scene() -> None:
        cluster, seen = FakeCluster(), Seen()
        for name in ("a", "b"):
            cluster.put(NAMESPACES, body(name))
            seen.namespaces.add(name)
        at(5, lambda: seen.namespaces.discard("a"))
        operations = calls(delete(NAMESPACES, "a"), delete(NAMESPACES, "b"))
        planned = phase("delete", operations, until_gone=True, timeout_seconds=60.0)
        assert await carried_out(planned, seen, cluster) == "1 namespaces still exist"

    run(scene())


def test_a_namespace_that_nobody_has_noticed_yet_is_not_taken_to_be_gone() -> None:
    async def scene() -> None:
        cluster, seen = FakeCluster(), Seen()  # nothing is observed: the watch is late
        cluster.put(NAMESPACES, body("a"))
        cluster.on_delete = lambda *_: False
        at(20.5, lambda: cluster.remove(NAMESPACES, "a"))
        planned = phase("delete", calls(delete(NAMESPACES, "a")), until_gone=True, timeout_seconds=60.0)
        assert await carried_out(planned, seen, cluster) == ""
        assert now() == 21

    run(scene())


def test_where_the_cluster_does_not_list_it_is_asked_again() -> None:
    async def scene() -> None:
        cluster = FakeCluster()
        cluster.put(NAMESPACES, body("a"))
        planned = phase("delete", calls(delete(NAMESPACES, "a")), until_gone=True, timeout_seconds=60.0)
        at(0.5, lambda: cluster.failures["list", "Namespace"].append(ApiError(403, "Forbidden", "no")))
        assert await carried_out(planned, Seen(), cluster) == ""
        assert now() == 2

    run(scene())


def test_where_objects_are_deleted_their_pods_must_go() -> None:
    async def scene() -> None:
        cluster, seen = FakeCluster(), Seen()
        cluster.put(NAMESPACES, body("a"))
        cluster.put(SECRETS, with_metadata(body("s"), namespace="a"))
        seen.namespaces.add("a")
        seen.populated.add("a")
        at(39.5, seen.populated.clear)
        assert (
            await carried_out(phase("delete", calls(delete(SECRETS, "s", "a")), until_gone=True), seen, cluster) == ""
        )
        assert now() == 40

    run(scene())

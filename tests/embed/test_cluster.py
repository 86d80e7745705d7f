from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Coroutine, Sequence
from typing import Any, TypeVar, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.cluster.port import Change, Cluster
from plimsoll.embed.cluster import BATCH_SECONDS, SimulatedPort
from plimsoll.embed.virtual import run_virtual
from plimsoll.errors import ApiError
from plimsoll.kube.resources import CONFIGMAPS, NAMESPACES, PODS, SECRETS, Object
from plimsoll.simcluster import store as store_module
from plimsoll.simcluster.apiserver import Refusal
from tests.simcluster.controlplane import ControlPlane, pod_spec

T = TypeVar("T")

FREE = {
    "apiserver.readCpuSeconds": 0,
    "apiserver.listCpuSeconds": 0,
    "apiserver.writeCpuSeconds": 0,
    "apiserver.watchCpuSeconds": 0,
    "apiserver.etcdReadSeconds": 0,
    "apiserver.etcdWriteSeconds": 0,
    "apiserver.networkSeconds": 0,
}


class Bench:
    """A control plane and a user's port to it."""

    def __init__(self, **settings: float) -> None:
        names = {f"apiserver.{name}": value for name, value in settings.items()}
        self.plane = ControlPlane(settings={**FREE, **names})
        self.plane.namespace()
        self.port: Cluster = SimulatedPort(cast("Any", self.plane), "driver")
        self.maps = self.plane.collection(CONFIGMAPS)

    def run(self, story: Coroutine[Any, Any, T]) -> T:
        return run_virtual(self.plane.kernel, story)

    def put(self, name: str, namespace: str = "ns", **labels: str) -> None:
        """Create a config map, or write to it."""
        stored = self.maps.find(namespace, name)
        if stored is None:
            body: Object = {"metadata": {"name": name, "labels": labels}}
            self.plane.api.create(self.maps, namespace, body)
        else:
            self.maps.replace(stored, metadata={**stored["metadata"], "labels": labels})

    def drop(self, name: str, namespace: str = "ns") -> None:
        stored = self.maps.find(namespace, name)
        if stored is not None:
            self.maps.remove(stored)


def body(name: str, **parts: Any) -> Object:
    return {"metadata": {"name": name}, **parts}


def nobody_in_particular(_change: object) -> None:
    """Another watcher."""


async def collect(batches: AsyncIterator[Sequence[Change]], into: list[Change]) -> None:
    async for batch in batches:
        assert batch
        into.extend(batch)


# --- requests


def test_a_request_takes_the_api_server_s_time() -> None:
    bench = Bench(writeCpuSeconds=0.5, etcdWriteSeconds=0.25)

    async def story() -> tuple[float, object]:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        created = await bench.port.create(SECRETS, body("a"), "ns")
        return loop.time() - begun, created

    seconds, created = bench.run(story())

    assert seconds == pytest.approx(0.75)
    assert created is bench.plane.get(SECRETS, "a", "ns")


def test_every_verb_does_what_it_says_and_is_counted() -> None:
    bench = Bench()

    async def story() -> None:
        port = bench.port
        created = await port.create(CONFIGMAPS, body("a", data={"x": "1"}), "ns")
        assert await port.get(CONFIGMAPS, "a", "ns") is created
        patched = await port.patch(CONFIGMAPS, "a", {"data": {"x": "2"}}, "ns")
        assert patched["data"] == {"x": "2"}
        listing = await port.list(CONFIGMAPS, "ns")
        assert listing.items == (patched,)
        assert listing.resource_version == str(bench.plane.store.revision)
        await port.delete(CONFIGMAPS, "a", "ns", uid=created["metadata"]["uid"])
        assert (await port.list(CONFIGMAPS)).items == ()
        await port.create(NAMESPACES, body("new"))

    bench.run(story())
    counts = [bench.plane.requests("driver", verb) for verb in ("POST", "GET", "PATCH", "LIST", "DELETE")]

    assert counts == [2, 1, 1, 2, 1]


def test_errors_surface_where_the_call_is_awaited() -> None:
    bench = Bench()

    async def code_of(call: Awaitable[Any]) -> int:
        with pytest.raises(ApiError) as refused:
            await call
        return refused.value.code

    async def story() -> list[int]:
        port = bench.port
        await port.create(SECRETS, body("a"), "ns")
        return [
            await code_of(port.get(PODS, "none", "ns")),
            await code_of(port.create(SECRETS, body("a"), "ns")),
            await code_of(port.create(SECRETS, body("a"), "nowhere")),
            await code_of(port.create(PODS, body("a"), "ns")),
            await code_of(port.delete(SECRETS, "a", "ns", uid="another")),
            await code_of(port.list(PODS, label_selector="a=b=c")),
        ]

    assert bench.run(story()) == [404, 409, 404, 422, 409, 400]
    assert bench.plane.requests("driver", code=404) == 2


def test_refusals_are_not_retried_but_passed_on() -> None:
    bench = Bench()
    bench.plane.server.error, bench.plane.server.error_fraction = Refusal(429, 1.0), 1.0

    async def story() -> float | None:
        with pytest.raises(ApiError) as refused:
            await bench.port.list(PODS)
        return refused.value.retry_after_seconds

    assert bench.run(story()) == 1.0
    assert bench.plane.requests("driver") == 1


def test_requests_of_many_tasks_share_the_server_s_cores() -> None:
    bench = Bench(cores=2, readCpuSeconds=1.0)

    async def story() -> list[float]:
        loop = asyncio.get_running_loop()
        begun, finished = loop.time(), []

        async def one() -> None:
            await bench.port.list(PODS)
            await bench.port.get(NAMESPACES, "ns")
            finished.append(loop.time() - begun)

        async with asyncio.TaskGroup() as group:
            for _ in range(4):
                group.create_task(one())
        return finished

    assert bench.run(story()) == [1, 1, 2, 2]


def test_a_call_that_is_cancelled_was_sent_all_the_same_and_leaves_nothing_behind() -> None:
    bench = Bench(etcdWriteSeconds=10)

    async def story() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(bench.port.create(SECRETS, body("a"), "ns"), timeout=1)
        await asyncio.sleep(20)

    bench.run(story())

    assert bench.plane.get(SECRETS, "a", "ns")
    assert bench.plane.kernel.next_time() is None


# --- watches


def test_changes_come_in_batches_in_order_each_with_the_time_it_came() -> None:
    bench = Bench()
    changes: list[Change] = []
    batches: list[float] = []
    start = bench.plane.kernel.now
    for index in range(5):
        bench.plane.kernel.at(start + 1 + index / 10, bench.put, f"map-{index}")
    bench.plane.kernel.at(start + 5, bench.drop, "map-3")

    async def story() -> None:
        async with asyncio.timeout(8):
            async for batch in bench.port.watch(CONFIGMAPS):
                changes.extend(batch)
                batches.append(bench.plane.kernel.now - start)

    with pytest.raises(TimeoutError):
        bench.run(story())

    delivery = bench.plane.profile.apiserver.watch_delivery_seconds
    assert [change.type for change in changes] == ["ADDED"] * 5 + ["DELETED"]
    assert [change.object["metadata"]["name"] for change in changes] == [f"map-{i}" for i in (0, 1, 2, 3, 4, 3)]
    assert [change.seconds - start for change in changes] == pytest.approx(
        [seconds + delivery for seconds in (1.0, 1.1, 1.2, 1.3, 1.4, 5.0)]
    )
    assert batches == pytest.approx([1.0 + delivery + BATCH_SECONDS, 5.0 + delivery + BATCH_SECONDS])


def test_a_watch_sees_its_own_namespace_only() -> None:
    bench = Bench()
    bench.plane.namespace("other")
    seen = watched(bench, [lambda: bench.put("mine"), lambda: bench.put("theirs", "other")], namespace="ns")

    assert seen == [("ADDED", "mine")]


def watched(bench: Bench, writes: Sequence[Any], **options: Any) -> list[tuple[str, str]]:
    """What a watch sees of writes that come a second apart."""
    changes: list[Change] = []
    for index, write in enumerate(writes):
        bench.plane.kernel.after(1.0 + index, write)

    async def story() -> None:
        watching = asyncio.create_task(collect(bench.port.watch(CONFIGMAPS, **options), changes))
        await asyncio.sleep(len(writes) + 3)
        watching.cancel()

    bench.run(story())
    return [(change.type, change.object["metadata"]["name"]) for change in changes]


def test_to_who_selects_by_label_an_object_appears_and_vanishes_with_its_label() -> None:
    bench = Bench()
    writes = [
        lambda: bench.put("a", tier="db"),
        lambda: bench.put("a", tier="web"),
        lambda: bench.put("a", tier="web", more="1"),
        lambda: bench.put("a", tier="db"),
        lambda: bench.put("b", tier="web"),
        lambda: bench.drop("b"),
        lambda: bench.drop("a"),
    ]

    assert watched(bench, writes, label_selector="tier=web") == [
        ("ADDED", "a"),
        ("MODIFIED", "a"),
        ("DELETED", "a"),
        ("ADDED", "b"),
        ("DELETED", "b"),
    ]


def test_a_watch_goes_on_from_a_listing_without_a_gap_or_a_repetition() -> None:
    bench = Bench(watchDeliverySeconds=0.5)
    bench.maps.watchers.append(nobody_in_particular)  # so that changes are under way when list and watch are answered
    changes: list[Change] = []
    for index in range(40):
        bench.plane.kernel.after(index / 10, bench.put, f"map-{index}")

    async def story() -> tuple[int, int]:
        await asyncio.sleep(1.05)
        listing = await bench.port.list(CONFIGMAPS)
        await asyncio.sleep(1)
        watching = asyncio.create_task(
            collect(bench.port.watch(CONFIGMAPS, resource_version=listing.resource_version), changes)
        )
        await asyncio.sleep(5)
        watching.cancel()
        return len(listing.items), int(listing.resource_version)

    listed, revision = bench.run(story())
    revisions = [int(change.object["metadata"]["resourceVersion"]) for change in changes]

    assert listed + len(changes) == 40
    assert revisions == list(range(revision + 1, revision + 1 + len(changes)))


def test_a_revision_that_is_forgotten_or_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "HISTORY_LENGTH", 3)
    bench = Bench()
    for index in range(10):
        bench.put(f"map-{index}")

    async def code_of(resource_version: str) -> int:
        with pytest.raises(ApiError) as refused:
            await collect(bench.port.watch(CONFIGMAPS, resource_version=resource_version), [])
        return refused.value.code

    async def story() -> list[int]:
        return [await code_of("1"), await code_of("newest")]

    assert bench.run(story()) == [410, 400]
    assert bench.maps.watchers == []


@pytest.mark.parametrize("moment", [0.0, 0.5, 2.0, 5.0])
def test_a_watch_that_is_cancelled_at_any_moment_leaves_nothing_behind(moment: float) -> None:
    bench = Bench(watchCpuSeconds=1.0)
    bench.plane.kernel.after(1.5, bench.put, "a")

    async def story() -> None:
        watching = asyncio.create_task(collect(bench.port.watch(CONFIGMAPS), []))
        await asyncio.sleep(moment)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await asyncio.sleep(10)

    bench.run(story())

    assert bench.maps.watchers == []
    assert bench.plane.kernel.next_time() is None


def test_a_watcher_that_stops_listening_is_forgotten() -> None:
    bench = Bench()
    bench.plane.kernel.after(1.0, bench.put, "a")

    async def story() -> None:
        async for batch in bench.port.watch(CONFIGMAPS):
            assert len(batch) == 1
            break
        await asyncio.sleep(1)

    bench.run(story())

    assert bench.maps.watchers == []


Writes = st.lists(
    st.tuples(
        st.floats(0, 5), st.sampled_from(["put", "drop"]), st.sampled_from("abcd"), st.sampled_from(["ns", "other"])
    ),
    max_size=40,
)


@settings(max_examples=80)
@given(
    writes=Writes,
    listed_at=st.floats(0, 5),
    pause=st.floats(0, 2),
    delivery=st.sampled_from([0.0, 0.005, 1.0]),
    namespace=st.sampled_from([None, "ns"]),
)
def test_listing_and_watching_always_ends_in_the_final_state(
    writes: list[tuple[float, str, str, str]], listed_at: float, pause: float, delivery: float, namespace: str | None
) -> None:
    bench = Bench(watchDeliverySeconds=delivery, readCpuSeconds=0.01, watchCpuSeconds=0.02)
    bench.maps.watchers.append(nobody_in_particular)
    bench.plane.namespace("other")
    for seconds, verb, name, holder in writes:
        bench.plane.kernel.after(seconds, bench.put if verb == "put" else bench.drop, name, holder)
    changes: list[Change] = []

    async def story() -> list[Object]:
        await asyncio.sleep(listed_at)
        listing = await bench.port.list(CONFIGMAPS, namespace)
        await asyncio.sleep(pause)
        version = listing.resource_version
        watching = asyncio.create_task(
            collect(bench.port.watch(CONFIGMAPS, namespace, resource_version=version), changes)
        )
        await asyncio.sleep(20)
        watching.cancel()
        return list(listing.items)

    known = {key_of(value): value for value in bench.run(story())}
    for change in changes:
        assert (change.type == "ADDED") == (key_of(change.object) not in known)
        if change.type == "DELETED":
            del known[key_of(change.object)]
        else:
            known[key_of(change.object)] = change.object
    times = [change.seconds for change in changes]

    assert known == {key_of(value): value for value in bench.plane.api.list(bench.maps, namespace, "")}
    assert times == sorted(times)


def key_of(value: Object) -> tuple[str, str]:
    return value["metadata"]["namespace"], value["metadata"]["name"]


def test_a_pod_created_through_the_port_is_the_one_that_is_stored() -> None:
    bench = Bench()

    async def story() -> object:
        return await bench.port.create(PODS, body("a", spec=pod_spec()), "ns")

    assert bench.run(story()) is next(iter(bench.plane.pods))

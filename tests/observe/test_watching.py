"""Following a resource through everything that can end a watch."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from plimsoll.cluster.port import Change
from plimsoll.errors import ApiError
from plimsoll.kube.resources import PODS, Object
from plimsoll.observe.watching import Watcher
from tests.driver.fake_cluster import FakeCluster
from tests.driver.in_virtual_time import now, run
from tests.observe.pods_for_tests import pod


class Names:
    """A census of nothing but names."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.listings = 0

    def relist(self, objects: Iterable[Object], seconds: float) -> None:
        self.listings += 1
        self.names = {shown["metadata"]["name"] for shown in objects}

    def update(self, changes: Sequence[Change]) -> None:
        for change in changes:
            if change.type == "DELETED":
                self.names.discard(change.object["metadata"]["name"])
            else:
                self.names.add(change.object["metadata"]["name"])


async def followed(cluster: FakeCluster, seconds: float) -> tuple[Names, list[float]]:
    """What a watcher knows after so many seconds, and when it learned something."""
    census = Names()
    news: list[float] = []
    task = asyncio.create_task(Watcher(cluster, PODS, census, on_change=lambda: news.append(now())).run())
    await asyncio.sleep(seconds)
    task.cancel()
    return census, news


def at(seconds: float, cluster: FakeCluster, name: str) -> None:
    asyncio.get_running_loop().call_later(seconds, cluster.put, PODS, pod(name))


def test_changes_after_the_listing_are_seen_when_they_come() -> None:
    async def scene() -> None:
        cluster = FakeCluster()
        cluster.put(PODS, pod("before"))
        at(5, cluster, "after")
        census, news = await followed(cluster, 10)
        assert census.names == {"before", "after"}
        assert (census.listings, news) == (1, [0, 5])

    run(scene())


def test_a_watch_that_ends_goes_on_where_it_was_without_a_new_listing() -> None:
    async def scene() -> None:
        cluster = FakeCluster()
        at(5, cluster, "a")
        asyncio.get_running_loop().call_later(6, cluster.end_watches, PODS)
        at(6.1, cluster, "b")
        census, _ = await followed(cluster, 20)
        assert (census.names, census.listings) == ({"a", "b"}, 1)

    run(scene())


def test_when_history_is_gone_everything_is_listed_again() -> None:
    async def scene() -> None:
        cluster = FakeCluster()
        at(5, cluster, "a")
        loop = asyncio.get_running_loop()

        def forget() -> None:
            cluster.forgotten_before = 2
            cluster.end_watches(PODS)

        loop.call_later(6, forget)
        at(6, cluster, "b")
        loop.call_later(6, cluster.remove, PODS, "a", "ns")
        census, _ = await followed(cluster, 30)
        assert (census.names, census.listings) == ({"b"}, 2)

    run(scene())


def test_a_server_that_refuses_is_asked_again_less_and_less_often() -> None:
    async def scene() -> None:
        cluster = FakeCluster()
        cluster.failures["list", "Pod"].extend(ApiError(503, "ServiceUnavailable", "down") for _ in range(4))
        census, news = await followed(cluster, 30)
        assert news == [0.8 + 1.6 + 3.2 + 6.4]
        assert census.listings == 1

    run(scene())


def test_a_broken_connection_does_not_end_watching() -> None:
    async def scene() -> None:
        cluster = FakeCluster()
        cluster.failures["list", "Pod"].append(ConnectionResetError())
        at(5, cluster, "a")
        census, _ = await followed(cluster, 10)
        assert census.names == {"a"}

    run(scene())


def test_a_server_whose_watches_end_at_once_is_not_asked_without_pause() -> None:
    async def scene() -> None:
        cluster = FakeCluster()
        cluster.forgotten_before = 10  # a watch from any revision is refused
        census, _ = await followed(cluster, 3600)
        assert census.listings < 200

    run(scene())

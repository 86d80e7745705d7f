from __future__ import annotations

import pytest

from plimsoll.simcluster.kubelet.caching import CacheManager, object_ttl_seconds
from tests.simcluster.kubelet.reading import Reader, needs_of


def cache(reader: Reader, ttl_seconds: float = 60.0, *, drop_on_update: bool = False) -> CacheManager:
    return CacheManager(reader.kernel, reader.requests, ttl_seconds, drop_on_update=drop_on_update)


def test_a_copy_is_used_until_it_is_as_old_as_its_time_to_live() -> None:
    reader = Reader("a")
    needs = needs_of("a")
    manager = cache(reader)
    manager.register("ns", needs)
    for seconds in (0.5, 59.4, 0.2, 1.0):  # the copy comes at 0.1 s
        reader.read(manager, needs)
        reader.run(seconds)

    assert reader.heard == [(0.1, []), (0.5, []), (59.9, []), (60.2, [])]
    assert reader.count() == 2


def test_without_a_time_to_live_every_read_asks() -> None:
    reader = Reader("a")
    needs = needs_of("a")
    manager = cache(reader, ttl_seconds=0.0)
    manager.register("ns", needs)
    for _ in range(5):
        reader.read(manager, needs)
        reader.run(1.0)

    assert reader.count() == 5


def test_reads_of_one_object_wait_for_the_one_that_fetches_it() -> None:
    reader = Reader("a")
    needs = needs_of("a")
    manager = cache(reader)
    manager.register("ns", needs)
    for _ in range(10):
        reader.read(manager, needs)
    reader.run(1.0)

    assert reader.heard == [(0.1, [])] * 10
    assert reader.count() == 1


def test_without_a_time_to_live_readers_of_one_object_ask_one_after_the_other() -> None:
    reader = Reader("a")
    needs = needs_of("a")
    manager = cache(reader, ttl_seconds=0.0)
    manager.register("ns", needs)
    for _ in range(3):
        reader.read(manager, needs)
    reader.run(1.0)

    assert [seconds for seconds, _ in reader.heard] == [0.1, 0.2, 0.3]


def test_a_new_pod_makes_everybody_forget_the_copies_it_refers_to() -> None:
    reader = Reader("a", "b")
    needs, other = needs_of("a"), needs_of("b")
    manager = cache(reader)
    manager.register("ns", needs)
    reader.read(manager, needs)
    reader.run(1.0)
    manager.register("ns", other)
    reader.read(manager, needs)
    reader.run(1.0)
    assert reader.count() == 1

    manager.register("ns", needs)
    reader.read(manager, needs)
    reader.run(1.0)
    assert reader.count() == 2


def test_who_waits_for_a_forgotten_copy_still_gets_that_one() -> None:
    reader = Reader("a")
    needs = needs_of("a")
    manager = cache(reader)
    manager.register("ns", needs)
    reader.read(manager, needs)
    reader.run(0.05)
    manager.register("ns", needs)
    reader.read(manager, needs)
    reader.run(1.0)

    assert reader.heard == [(0.1, []), (0.15, [])]
    assert reader.count() == 2


@pytest.mark.parametrize(("drops", "requests"), [(True, 2), (False, 1)], ids=["up to 1.28", "since 1.29"])
def test_an_update_of_a_pod_forgets_its_copies_in_old_versions_only(*, drops: bool, requests: int) -> None:
    reader = Reader("a")
    needs = needs_of("a")
    manager = cache(reader, drop_on_update=drops)
    manager.register("ns", needs)
    reader.read(manager, needs)
    reader.run(1.0)
    manager.updated("ns", needs)
    reader.read(manager, needs)
    reader.run(1.0)

    assert reader.count() == requests


def test_a_copy_lives_as_long_as_one_pod_refers_to_it() -> None:
    reader = Reader("a")
    needs = needs_of("a")
    manager = cache(reader)
    manager.register("ns", needs)
    manager.register("ns", needs)
    reader.read(manager, needs)
    reader.run(1.0)
    manager.unregister("ns", needs)
    reader.read(manager, needs)
    assert reader.count() == 1

    manager.unregister("ns", needs)
    manager.register("ns", needs)
    reader.read(manager, needs)
    reader.run(1.0)
    assert reader.count() == 2


def test_that_an_object_is_missing_is_asked_again_at_each_read() -> None:
    reader = Reader()
    needs = needs_of("a")
    manager = cache(reader)
    manager.register("ns", needs)
    reader.read(manager, needs)
    reader.run(1.0)
    reader.create("a")
    reader.read(manager, needs)
    reader.run(1.0)
    reader.read(manager, needs)

    assert reader.heard == [(0.1, ['secret "a" not found']), (1.1, []), (2.0, [])]
    assert reader.count(code=404) == 1
    assert reader.count(code=200) == 1


def test_a_read_of_several_objects_ends_with_the_last_of_them() -> None:
    reader = Reader("a", "b", "c", qps=1.0, burst=1)
    needs = needs_of("a", "b", "c")
    manager = cache(reader)
    manager.register("ns", needs)
    reader.read(manager, needs)
    reader.run(10.0)

    assert reader.heard == [(2.1, [])]


@pytest.mark.parametrize(
    ("nodes", "seconds"),
    [(1, 0), (100, 0), (101, 15), (500, 15), (501, 30), (1000, 30), (1001, 60), (2000, 60), (2001, 300), (5000, 300)],
)
def test_the_ttl_controller_lets_copies_live_longer_in_larger_clusters(nodes: int, seconds: float) -> None:
    assert object_ttl_seconds(nodes) == seconds

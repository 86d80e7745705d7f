from __future__ import annotations

from plimsoll.simcluster.kubelet.watching import WatchManager
from tests.simcluster.kubelet.reading import Reader, needs_of


def watch(reader: Reader, *, watch_list: bool = False) -> WatchManager:
    return WatchManager(reader.kernel, reader.requests, watch_list=watch_list)


def test_an_object_is_listed_and_watched_once_however_often_it_is_read() -> None:
    reader = Reader("a")
    needs = needs_of("a")
    manager = watch(reader)
    manager.register("ns", needs)
    for _ in range(5):
        reader.read(manager, needs)
        reader.run(100.0)

    assert reader.heard == [(0.1, []), (100.0, []), (200.0, []), (300.0, []), (400.0, [])]
    assert (reader.count("LIST"), reader.count("WATCH"), reader.count("GET")) == (1, 1, 0)


def test_a_streaming_list_is_a_watch_which_no_limiter_holds_back() -> None:
    reader = Reader("a", "b", "c", qps=1.0, burst=1)
    needs = needs_of("a", "b", "c")
    manager = watch(reader, watch_list=True)
    manager.register("ns", needs)
    reader.read(manager, needs)
    reader.run(10.0)

    assert reader.heard == [(0.1, [])]
    assert (reader.count("LIST"), reader.count("WATCH")) == (0, 3)


def test_a_read_fails_where_the_first_listing_takes_longer_than_a_second() -> None:
    reader = Reader("a", "b", "c", qps=1.0, burst=1)
    needs = needs_of("a", "b", "c")
    manager = watch(reader)
    manager.register("ns", needs)
    reader.read(manager, needs)
    reader.run(1.5)
    reader.read(manager, needs)
    reader.run(10.0)

    timed_out = "failed to sync secret cache: timed out waiting for the condition"
    assert reader.heard == [(1.0, [timed_out] * 3), (2.1, [])]


def test_an_object_is_watched_from_its_first_reference_to_its_last() -> None:
    reader = Reader("a", "b", "c")
    one, other = needs_of("a", "b"), needs_of("b", "c")
    manager = watch(reader)
    manager.register("ns", one)
    manager.register("ns", other)
    manager.register("ns", one)
    reader.run(1.0)
    assert manager.watches == 3
    assert reader.count("LIST") == 3

    manager.unregister("ns", one)
    manager.unregister("ns", one)
    assert manager.watches == 2
    manager.unregister("ns", other)
    assert manager.watches == 0


def test_updates_of_pods_cost_nothing() -> None:
    reader = Reader("a")
    needs = needs_of("a")
    manager = watch(reader)
    manager.register("ns", needs)
    reader.run(1.0)
    before = reader.count("LIST")
    manager.updated("ns", needs)
    reader.read(manager, needs)
    reader.run(1.0)

    assert reader.count("LIST") == before
    assert not manager.polls


def test_a_watch_notices_that_an_object_has_come() -> None:
    reader = Reader()
    needs = needs_of("a")
    manager = watch(reader)
    manager.register("ns", needs)
    reader.read(manager, needs)
    reader.run(1.0)
    reader.create("a")
    reader.read(manager, needs)

    assert reader.heard == [(0.1, ['secret "a" not found']), (1.0, [])]
    assert reader.count("LIST") == 1

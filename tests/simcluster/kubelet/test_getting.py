from __future__ import annotations

from plimsoll.simcluster.kubelet.getting import GetManager
from tests.simcluster.kubelet.reading import Reader, needs_of


def test_every_read_is_a_request() -> None:
    reader = Reader("a", "b")
    needs = needs_of("a", "b")
    manager = GetManager(reader.requests)
    manager.register("ns", needs)
    for _ in range(3):
        reader.read(manager, needs)
        reader.run(1.0)

    assert reader.heard == [(0.1, []), (1.1, []), (2.1, [])]
    assert reader.count() == 6


def test_a_missing_object_is_named_and_counted_as_not_found() -> None:
    reader = Reader("a")
    needs = needs_of("a", "gone")
    manager = GetManager(reader.requests)
    reader.read(manager, needs)
    reader.run(1.0)

    assert reader.heard == [(0.1, ['secret "gone" not found'])]
    assert reader.count(code=404) == 1


def test_nothing_is_remembered_of_pods() -> None:
    reader = Reader("a")
    needs = needs_of("a")
    manager = GetManager(reader.requests)
    manager.register("ns", needs)
    manager.updated("ns", needs)
    manager.unregister("ns", needs)
    reader.run(100.0)

    assert reader.count() == 0
    assert manager.polls
    assert manager.watches == 0

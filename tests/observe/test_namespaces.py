"""The census of namespaces."""

from __future__ import annotations

from plimsoll.cluster.port import Change
from plimsoll.kube.resources import Object
from plimsoll.observe.namespaces import NamespaceCensus


def namespace(name: str, *, deleting: bool = False) -> Object:
    return {"metadata": {"name": name, **({"deletionTimestamp": "2020-01-01T00:00:00Z"} if deleting else {})}}


def test_namespaces_are_active_then_terminating_then_gone() -> None:
    census = NamespaceCensus()
    census.relist([namespace("a"), namespace("b")], 0)
    assert dict(census.samples()) == {"namespaces.active": 2, "namespaces.terminating": 0}
    census.update([Change("MODIFIED", namespace("a", deleting=True), 1)])
    assert dict(census.samples()) == {"namespaces.active": 1, "namespaces.terminating": 1}
    assert census.exists("a")
    census.update([Change("DELETED", namespace("a", deleting=True), 2), Change("DELETED", namespace("b"), 2)])
    assert not census.exists("a")
    assert dict(census.samples()) == {"namespaces.active": 0, "namespaces.terminating": 0}


def test_a_listing_replaces_what_was_known() -> None:
    census = NamespaceCensus()
    census.relist([namespace("a"), namespace("b", deleting=True)], 0)
    census.relist([namespace("c")], 1)
    assert (census.active, census.terminating, census.exists("b")) == (1, 0, False)


def test_a_name_that_comes_back_is_active_again() -> None:
    census = NamespaceCensus()
    census.update([Change("ADDED", namespace("a"), 0), Change("DELETED", namespace("a", deleting=True), 1)])
    census.update([Change("ADDED", namespace("a"), 2)])
    assert (census.active, census.terminating) == (1, 0)

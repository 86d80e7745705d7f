"""Counting all pods of a cluster by state, namespace and node."""

from __future__ import annotations

from collections import Counter

from plimsoll.cluster.port import Change
from plimsoll.kube.resources import Object
from plimsoll.observe.overview import Overview
from plimsoll.observe.timelines import PENDING, RUNNING, TERMINATING


def pod(name: str, phase: str = "Pending", node: str | None = None, **metadata: str) -> Object:
    spec = {"nodeName": node} if node else {}
    return {
        "metadata": {"uid": name, "name": name, "namespace": "a", **metadata},
        "spec": spec,
        "status": {"phase": phase},
    }


def test_pods_are_counted_by_state_namespace_and_node() -> None:
    overview = Overview()
    overview.relist(
        [pod("one"), pod("two", "Running", "n1"), pod("three", "Running", "n1", deletionTimestamp="now")], 0.0
    )
    assert (overview.by_state[PENDING], overview.by_state[RUNNING], overview.by_state[TERMINATING]) == (1, 1, 1)
    assert overview.by_namespace == {"a": Counter({PENDING: 1, RUNNING: 1, TERMINATING: 1})}
    assert overview.by_node == {"": Counter({PENDING: 1}), "n1": Counter({RUNNING: 1, TERMINATING: 1})}


def test_what_was_there_when_the_watch_began_did_not_come() -> None:
    overview = Overview()
    overview.relist([pod("one", "Running", "n1")], 0.0)
    assert (overview.created, overview.ran, overview.deleted) == (0, 0, 0)
    overview.update([Change("ADDED", pod("two"), 1.0), Change("MODIFIED", pod("two", "Running", "n1"), 2.0)])
    overview.update([Change("DELETED", pod("one", "Running", "n1"), 3.0)])
    assert (overview.created, overview.ran, overview.deleted) == (1, 1, 1)
    assert overview.by_node == {"n1": Counter({RUNNING: 1})}


def test_what_a_new_listing_lacks_is_gone() -> None:
    overview = Overview()
    overview.relist([pod("one"), pod("two")], 0.0)
    overview.relist([pod("two")], 5.0)
    assert overview.deleted == 1
    assert sum(overview.by_state) == 1

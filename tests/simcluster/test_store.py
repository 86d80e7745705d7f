from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.errors import ApiError
from plimsoll.kernel import Kernel
from plimsoll.kube.resources import CONFIGMAPS, PODS, SECRETS, Object
from plimsoll.simcluster import store as store_module
from plimsoll.simcluster.store import Collection, Store, StoredChange

DELIVERY_SECONDS = 0.005


def thing(name: str, namespace: str = "ns", **parts: Any) -> Object:
    return {"metadata": {"name": name, "namespace": namespace}, **parts}


def new_store(delivery_seconds: float = DELIVERY_SECONDS) -> tuple[Kernel, Store]:
    kernel = Kernel()
    return kernel, Store(kernel, delivery_seconds)


def add(collection: Collection, name: str, namespace: str = "ns", **parts: Any) -> Object:
    return collection.add(namespace, name, thing(name, namespace, **parts))


def test_every_write_takes_the_next_revision_of_one_counter_for_all_resources() -> None:
    _, store = new_store()
    pods, secrets = store.collection(PODS), store.collection(SECRETS)
    pod = add(pods, "a")
    secret = add(secrets, "b")
    changed = pods.replace(pod, status={})
    pods.remove(changed)

    assert [value["metadata"]["resourceVersion"] for value in (pod, secret, changed)] == ["1", "2", "3"]
    assert store.revision == pods.revision == 4


def test_an_update_leaves_the_old_object_as_it_was_and_shares_what_did_not_change() -> None:
    _, store = new_store()
    pods = store.collection(PODS)
    old = add(pods, "a", spec={"containers": []}, status={"phase": "Pending"})
    new = pods.replace(old, status={"phase": "Running"})

    assert old["status"] == {"phase": "Pending"}
    assert old["metadata"]["resourceVersion"] == "1"
    assert new["spec"] is old["spec"]
    assert pods.find("ns", "a") is new


def test_put_can_leave_out_a_part_that_the_object_had() -> None:
    _, store = new_store()
    secrets = store.collection(SECRETS)
    old = add(secrets, "a", data={"key": "value"})
    new = secrets.put(old, {"metadata": old["metadata"]})

    assert "data" not in new
    assert secrets.find("ns", "a") is new


def test_a_name_can_be_taken_once_per_namespace() -> None:
    _, store = new_store()
    pods = store.collection(PODS)
    add(pods, "a", "one")
    add(pods, "a", "two")

    with pytest.raises(ApiError, match='pods "a" already exists') as refused:
        add(pods, "a", "one")

    assert (refused.value.code, refused.value.reason) == (409, "AlreadyExists")
    assert len(pods) == 2


def test_the_objects_of_a_namespace_come_oldest_first() -> None:
    _, store = new_store()
    pods = store.collection(PODS)
    for name in ("c", "a", "b"):
        add(pods, name)
    add(pods, "d", "other")

    assert [pod["metadata"]["name"] for pod in pods.in_namespace("ns")] == ["c", "a", "b"]
    assert pods.in_namespace("nowhere") == ()
    assert len(list(pods)) == len(pods) == 4


def test_watchers_hear_of_a_change_one_delivery_latency_after_it() -> None:
    kernel, store = new_store()
    heard: list[tuple[float, str, int]] = []
    pods = store.collection(PODS)
    pods.watchers.append(lambda change: heard.append((kernel.now, change.type, change.revision)))

    def story() -> None:
        pods.remove(pods.replace(add(pods, "a"), status={}))

    kernel.at(1.0, story)
    kernel.run()

    assert heard == [(1.005, "ADDED", 1), (1.005, "MODIFIED", 2), (1.005, "DELETED", 3)]


def test_a_change_shows_the_object_before_and_after_it() -> None:
    kernel, store = new_store()
    changes: list[StoredChange] = []
    pods = store.collection(PODS)
    pods.watchers.append(changes.append)
    first = add(pods, "a", status={"phase": "Pending"})
    second = pods.replace(first, status={"phase": "Running"})
    pods.remove(second)
    kernel.run()

    assert [(change.object is first, change.old) for change in changes[:1]] == [(True, None)]
    assert (changes[1].object, changes[1].old) == (second, first)
    assert changes[2].old is second
    assert changes[2].object["status"] == {"phase": "Running"}
    assert changes[2].object["metadata"]["resourceVersion"] == "3"


def test_watchers_of_other_resources_hear_nothing() -> None:
    kernel, store = new_store()
    heard: list[StoredChange] = []
    store.collection(SECRETS).watchers.append(heard.append)
    add(store.collection(PODS), "a")
    kernel.run()

    assert heard == []


def test_a_watch_resumes_with_exactly_what_came_after_its_revision() -> None:
    _, store = new_store()
    pods = store.collection(PODS)
    for name in "abc":
        add(pods, name)

    assert [change.revision for change in pods.changes_after(1)] == [2, 3]
    assert pods.changes_after(3) == []


def test_a_revision_that_history_has_forgotten_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "HISTORY_LENGTH", 3)
    _, store = new_store()
    pods = store.collection(PODS)
    for name in "abcde":
        add(pods, name)

    assert [change.revision for change in pods.changes_after(2)] == [3, 4, 5]
    with pytest.raises(ApiError, match="too old resource version: 1") as gone:
        pods.changes_after(1)
    assert (gone.value.code, gone.value.reason) == (410, "Expired")


def test_a_resource_that_changes_rarely_does_not_forget_because_another_changes_often(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(store_module, "HISTORY_LENGTH", 3)
    _, store = new_store()
    add(store.collection(CONFIGMAPS), "calm")
    for index in range(10):
        add(store.collection(PODS), f"busy-{index}")

    assert [change.revision for change in store.collection(CONFIGMAPS).changes_after(0)] == [1]


Writes = st.lists(st.tuples(st.sampled_from(["write", "remove"]), st.sampled_from("abc"), st.sampled_from("xy")))


@given(writes=Writes, cut=st.integers(0, 40))
def test_listing_and_then_watching_from_that_revision_gives_the_final_state(
    writes: list[tuple[str, str, str]], cut: int
) -> None:
    kernel, store = new_store()
    pods = store.collection(PODS)

    def write(verb: str, name: str, namespace: str) -> None:
        stored = pods.find(namespace, name)
        if verb == "remove":
            if stored is not None:
                pods.remove(stored)
        elif stored is None:
            add(pods, name, namespace)
        else:
            pods.replace(stored, status={"revision": store.revision})

    for step in writes[:cut]:
        write(*step)
    known = {(pod["metadata"]["namespace"], pod["metadata"]["name"]): pod for pod in pods}
    revision = store.revision
    for step in writes[cut:]:
        write(*step)
    kernel.run()
    revisions = []
    for change in pods.changes_after(revision):
        metadata = change.object["metadata"]
        revisions.append(change.revision)
        if change.type == "DELETED":
            del known[(metadata["namespace"], metadata["name"])]
        else:
            known[(metadata["namespace"], metadata["name"])] = change.object

    assert revisions == sorted(set(revisions))
    assert known == {(pod["metadata"]["namespace"], pod["metadata"]["name"]): pod for pod in pods}

"""The census of pods, change by change."""

from __future__ import annotations

from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.cluster.port import Change
from plimsoll.kube.resources import Object
from plimsoll.observe.pods import PodCensus
from plimsoll.observe.timelines import STATES, read
from tests.observe.pods_for_tests import CREATING, ended, pod, running
from tests.observe.recorder import Recorder

CLIENT = {"plimsoll.dev/role": "client"}
DONE = {**CLIENT, "plimsoll.dev/exchange-done": "true"}


def modified(seen: Object, seconds: float = 0.0) -> Change:
    return Change("MODIFIED", seen, seconds)


def deleted(seen: Object, seconds: float = 0.0) -> Change:
    return Change("DELETED", seen, seconds)


def counts(census: PodCensus) -> dict[str, int]:
    return {state: count for state, count in zip(STATES, census.totals(), strict=True) if count}


def test_a_pods_way_is_counted_and_its_milestones_told_once_each() -> None:
    recorder = Recorder()
    census = PodCensus(recorder)
    census.update([Change("ADDED", pod(), 1)])
    census.update([modified(pod(node="n"), 2), modified(pod(node="n", containers=[CREATING]), 3)])
    assert counts(census) == {"containerCreating": 1}
    census.update([modified(running(ready=False), 4), modified(running(), 5), modified(running(), 6)])
    assert counts(census) == {"running": 1}
    census.update([modified(running(deleting=True, ready=False), 7), deleted(running(deleting=True, ready=False), 8)])
    assert counts(census) == {}
    assert recorder.pods == [("a", "job")]
    assert recorder.milestones == [
        (2, "uid-a", "apiScheduled"),
        (4, "uid-a", "apiRunning"),
        (5, "uid-a", "apiReady"),
        (7, "uid-a", "deletionRequested"),
        (8, "uid-a", "deleted"),
    ]


def test_jobs_are_counted_apart() -> None:
    census = PodCensus(Recorder())
    census.relist([running("a", job="one"), running("b", job="two"), pod("c", job="two")], 0)
    assert (census.job("one").running, census.job("two").running) == (1, 1)
    assert counts(census) == {"running": 2, "pending": 1}


def test_pods_that_ran_to_their_end_count_as_having_run() -> None:
    census = PodCensus(Recorder())
    census.relist([pod(phase="Succeeded", containers=[ended(0)])], 0)
    assert (census.job("job").running, census.job("job").ready) == (1, 1)


def test_what_a_listing_lacks_was_deleted_while_nobody_watched() -> None:
    recorder = Recorder()
    census = PodCensus(recorder)
    census.relist([running("a"), running("b")], 10)
    census.relist([running("b")], 20)
    assert counts(census) == {"running": 1}
    assert (20, "uid-a", "deleted") in recorder.milestones


def test_a_pod_that_takes_the_name_of_another_is_another() -> None:
    census = PodCensus(Recorder())
    census.update([Change("ADDED", pod(uid="first"), 0), deleted(pod(uid="first")), Change("ADDED", pod(uid="2nd"), 0)])
    assert census.created == 2
    assert counts(census) == {"pending": 1}


def test_a_pod_seen_only_when_it_is_deleted_leaves_no_count() -> None:
    census = PodCensus(Recorder())
    census.update([deleted(running(deleting=True))])
    assert counts(census) == {}
    assert census.created == 1


def test_clients_are_counted_by_how_far_their_exchange_is() -> None:
    census = PodCensus(Recorder())
    job = census.job("job")
    census.relist([pod("a", annotations=CLIENT), running("b", annotations=CLIENT), running("server")], 0)
    assert (job.clients, job.clients_exchanging, job.clients_finished) == (2, 1, 0)
    census.update([modified(running("a", annotations=CLIENT)), modified(running("b", annotations=DONE))])
    assert (job.clients, job.clients_exchanging, job.clients_finished) == (2, 1, 1)
    census.update([deleted(running("a", annotations=CLIENT)), modified(running("b", annotations=DONE))])
    assert (job.clients, job.clients_exchanging, job.clients_finished) == (1, 0, 1)


def test_a_client_whose_containers_have_ended_has_finished() -> None:
    census = PodCensus(Recorder())
    census.relist([pod(phase="Succeeded", containers=[ended(0)], annotations=CLIENT)], 0)
    assert census.job("job").clients_finished == 1


def test_a_namespace_is_empty_when_its_last_pod_is_gone() -> None:
    census = PodCensus(Recorder())
    assert census.is_empty("ns")
    census.relist([running("a")], 0)
    assert not census.is_empty("ns")
    census.relist([], 0)
    assert census.is_empty("ns")


shown_pods = st.builds(
    pod,
    st.sampled_from("abcd"),
    phase=st.sampled_from(["Pending", "Running", "Succeeded", "Failed"]),
    containers=st.lists(st.sampled_from([CREATING, {"running": {}}, ended(0), ended(2)]), max_size=2),
    ready=st.booleans(),
    node=st.none() | st.just("n"),
    deleting=st.booleans(),
    job=st.just("job"),
    annotations=st.sampled_from([{}, CLIENT, DONE]),
)
changes = st.lists(st.tuples(st.sampled_from(["MODIFIED", "DELETED"]), shown_pods), max_size=40)


@given(changes=changes)
def test_counts_are_always_those_of_the_pods_that_exist(
    changes: list[tuple[Literal["MODIFIED", "DELETED"], Object]],
) -> None:
    census = PodCensus(Recorder())
    existing: dict[str, Object] = {}
    for kind, seen in changes:
        name = seen["metadata"]["name"]
        role = existing.get(name, seen)["metadata"]["annotations"].get("plimsoll.dev/role")
        seen["metadata"]["annotations"].setdefault("plimsoll.dev/role", role or "pause")  # a pod's role never changes
        seen["metadata"]["annotations"]["plimsoll.dev/role"] = role or "pause"
        existing[name] = seen
        census.update([Change(kind, seen, 0.0)])
        if kind == "DELETED":
            del existing[name]
        states = [read(shown)[0] for shown in existing.values()]
        job = census.job("job")
        assert job.by_state == [states.count(state) for state in range(len(STATES))]
        assert job.ready_now == sum(read(shown)[1] for shown in existing.values())
        roles = [shown["metadata"]["annotations"]["plimsoll.dev/role"] for shown in existing.values()]
        assert job.clients == roles.count("client")
        assert census.is_empty("ns") is not bool(existing)

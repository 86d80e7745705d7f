"""Workers that keep a pace, against an API whose every request takes a known time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from plimsoll.driver.client import Client
from plimsoll.driver.pacing import Rate, Shape
from plimsoll.driver.sending import Sender, pacer_of
from plimsoll.driver.steps import Call, Chain, Operation
from plimsoll.driver.tally import GivenUp, Tally
from plimsoll.errors import ApiError
from plimsoll.kube.resources import NAMESPACES, SECRETS
from plimsoll.scenario.pace import Pace, RatePoint
from tests.driver.fake_cluster import FakeCluster, with_metadata
from tests.driver.in_virtual_time import now, run
from tests.driver.operations import SELECTOR, body, calls, create_namespace, create_secret, delete


def sender(cluster: FakeCluster, pace: Pace, tally: Tally | None = None) -> Sender:
    return Sender(Client(cluster, tally or Tally()), pace, SELECTOR, on_sent=lambda _: None)


def creation_times(cluster: FakeCluster) -> list[float]:
    return [seconds for seconds, verb, _, _ in cluster.requests if verb == "create"]


def namespaces(count: int) -> list[Operation]:
    return [create_namespace(f"n-{number}") for number in range(count)]


def test_one_worker_sends_one_object_after_another() -> None:
    async def scene() -> None:
        cluster = FakeCluster(latency_seconds=2)
        await sender(cluster, Pace()).send(iter(calls(*namespaces(3))))
        assert creation_times(cluster) == [0, 2, 4]
        assert cluster.most_in_flight == 1

    run(scene())


def test_two_workers_share_the_work() -> None:
    async def scene() -> None:
        cluster = FakeCluster(latency_seconds=2)
        await sender(cluster, Pace(parallelism=2)).send(iter(calls(*namespaces(4))))
        assert creation_times(cluster) == [0, 0, 2, 2]

    run(scene())


def test_a_client_process_takes_its_time_to_start_and_looks_before_it_creates() -> None:
    async def scene() -> None:
        cluster = FakeCluster(latency_seconds=0.01)
        call = Chain((Call(tuple(namespaces(5))),))
        await sender(cluster, Pace(call_seconds=0.36)).send(iter([call]))
        assert [verb for _, verb, _, _ in cluster.requests] == ["get", "create"] * 5
        assert now() == pytest.approx(0.36 + 5 * 2 * 0.01)

    run(scene())


def test_a_rate_limits_the_objects_of_all_calls_together() -> None:
    async def scene() -> None:
        cluster = FakeCluster()
        pace = Pace(parallelism=3, rate_per_second=2, burst=2)
        await sender(cluster, pace).send(iter([Chain((Call(tuple(namespaces(6))),))]))
        assert creation_times(cluster) == pytest.approx([0, 0, 0.5, 1, 1.5, 2])

    run(scene())


def test_a_shape_changes_the_rate_while_a_phase_goes_on() -> None:
    async def scene() -> None:
        cluster = FakeCluster()
        pace = Pace(
            shape=(RatePoint(at_seconds=0.0, rate_per_second=1.0), RatePoint(at_seconds=2.0, rate_per_second=3.0))
        )
        await sender(cluster, pace).send(iter(calls(*namespaces(10))))
        assert now() == pytest.approx(4)  # four in the first two seconds, then three a second

    run(scene())


def test_a_chain_is_followed_in_order_and_its_pause_kept_by_its_worker() -> None:
    async def scene() -> None:
        cluster = FakeCluster()
        pairs = [
            Chain((Call((create_namespace(name),)), Call((create_secret("s", name),))), pause_seconds=30)
            for name in ("a", "b")
        ]
        await sender(cluster, Pace()).send(iter(pairs))
        assert [(at, name) for at, _, _, name in cluster.requests] == [(0, "a"), (0, "s"), (30, "b"), (30, "s")]
        assert now() == 60

    run(scene())


def test_no_more_of_a_phase_is_made_than_is_being_sent() -> None:
    async def scene() -> None:
        cluster = FakeCluster(latency_seconds=1)
        most_ahead = 0

        def lazily() -> Iterator[Chain]:
            nonlocal most_ahead
            for made, chain in enumerate(calls(*namespaces(50)), start=1):
                most_ahead = max(most_ahead, made - len(cluster.requests))
                yield chain

        await sender(cluster, Pace(parallelism=4)).send(lazily())
        assert most_ahead <= 4

    run(scene())


def test_only_what_carries_the_label_of_the_run_is_deleted() -> None:
    async def scene() -> None:
        cluster, tally = FakeCluster(), Tally()
        cluster.put(NAMESPACES, body("ours"))
        cluster.put(NAMESPACES, {"metadata": {"name": "theirs", "labels": {"plimsoll.dev/run": "r2"}}})
        sending = sender(cluster, Pace(), tally)
        await sending.send(iter(calls(delete(NAMESPACES, "ours"), delete(NAMESPACES, "theirs"))))
        assert cluster.names(NAMESPACES) == ["theirs"]
        assert tally.deleted["Namespace"] == 1

    run(scene())


def test_many_deletions_of_a_kind_cost_one_listing() -> None:
    async def scene() -> None:
        cluster = FakeCluster()
        for name in "abc":
            cluster.put(NAMESPACES, body(name))
        await sender(cluster, Pace(parallelism=3)).send(iter(calls(*(delete(NAMESPACES, name) for name in "abc"))))
        assert [verb for _, verb, _, _ in cluster.requests] == ["list", "delete", "delete", "delete"]

    run(scene())


def test_objects_within_namespaces_are_listed_and_deleted_there() -> None:
    async def scene() -> None:
        cluster = FakeCluster()
        for namespace in "ab":
            cluster.put(NAMESPACES, body(namespace))
            cluster.put(SECRETS, with_metadata(body("s"), namespace=namespace))
        sending = sender(cluster, Pace())
        await sending.send(iter(calls(delete(SECRETS, "s", "a"))))
        assert list(cluster.objects["secrets"]) == [("b", "s")]
        assert [operation.name for operation in sending.deleted] == ["s"]

    run(scene())


def test_where_the_cluster_does_not_list_nothing_is_deleted() -> None:
    async def scene() -> None:
        cluster, tally = FakeCluster(), Tally()
        cluster.put(NAMESPACES, body("a"))
        cluster.failures["list", "Namespace"].append(ApiError(403, "Forbidden", "no"))
        sending = sender(cluster, Pace(), tally)
        await sending.send(iter(calls(delete(NAMESPACES, "a"))))
        assert (cluster.names(NAMESPACES), sending.deleted) == (["a"], [])
        assert tally.given_up == {GivenUp("list", "Namespace", "Forbidden"): 1}

    run(scene())


def test_a_pace_is_the_arrival_process_it_describes() -> None:
    assert pacer_of(Pace()) is None
    assert isinstance(pacer_of(Pace(rate_per_second=5.0)), Rate)
    assert isinstance(pacer_of(Pace(shape=(RatePoint(at_seconds=0.0, rate_per_second=5.0),))), Shape)

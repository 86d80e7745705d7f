"""One operation at a time, against an API that fails on demand."""

from __future__ import annotations

from plimsoll.driver.client import Client
from plimsoll.driver.tally import GivenUp, Tally
from plimsoll.errors import ApiError
from plimsoll.kube.resources import NAMESPACES, SECRETS, Object
from tests.driver.fake_cluster import FakeCluster, too_many_requests
from tests.driver.in_virtual_time import now, run

NAMESPACE: Object = {"metadata": {"name": "a", "labels": {"plimsoll.dev/run": "r1"}}}


def verbs(cluster: FakeCluster) -> list[str]:
    return [verb for _, verb, _, _ in cluster.requests]


def test_creating_an_object_is_one_request() -> None:
    async def scene() -> None:
        cluster, tally = FakeCluster(), Tally()
        assert await Client(cluster, tally).create(NAMESPACES, NAMESPACE, None)
        assert verbs(cluster) == ["create"]
        assert tally.created["Namespace"] == 1

    run(scene())


def test_applying_an_object_looks_before_it_creates() -> None:
    async def scene() -> None:
        cluster, tally = FakeCluster(), Tally()
        client = Client(cluster, tally)
        await client.apply(NAMESPACES, NAMESPACE, None)
        await client.apply(NAMESPACES, NAMESPACE, None)
        assert verbs(cluster) == ["get", "create", "get"]
        assert (tally.created["Namespace"], tally.existing["Namespace"]) == (1, 1)

    run(scene())


def test_a_busy_server_is_asked_again_after_the_time_it_named() -> None:
    async def scene() -> None:
        cluster, tally = FakeCluster(), Tally()
        cluster.failures["create", "Namespace"].extend([too_many_requests(3), too_many_requests(4)])
        await Client(cluster, tally).create(NAMESPACES, NAMESPACE, None)
        assert now() == 7
        assert (tally.retries, tally.created["Namespace"], tally.failures) == (2, 1, 0)

    run(scene())


def test_after_ten_retries_the_object_is_given_up_and_counted() -> None:
    async def scene() -> None:
        cluster, tally = FakeCluster(), Tally()
        cluster.failures["create", "Namespace"].extend(too_many_requests() for _ in range(11))
        assert not await Client(cluster, tally).create(NAMESPACES, NAMESPACE, None)
        assert len(cluster.requests) == 11
        assert tally.given_up == {GivenUp("create", "Namespace", "TooManyRequests"): 1}

    run(scene())


def test_an_object_whose_first_answer_was_lost_is_not_created_twice_nor_counted_as_failed() -> None:
    async def scene() -> None:
        cluster, tally = FakeCluster(), Tally()
        cluster.lost_answers["create", "Namespace"].append(ConnectionResetError())
        assert await Client(cluster, tally).create(NAMESPACES, NAMESPACE, None)
        assert verbs(cluster) == ["create", "create", "get"]
        assert (tally.created["Namespace"], tally.failures) == (1, 0)

    run(scene())


def test_an_object_that_an_earlier_process_of_the_run_created_is_done() -> None:
    async def scene() -> None:
        cluster, tally = FakeCluster(), Tally()
        cluster.put(NAMESPACES, NAMESPACE)
        assert await Client(cluster, tally).create(NAMESPACES, NAMESPACE, None)
        assert (tally.created["Namespace"], tally.existing["Namespace"], tally.failures) == (0, 1, 0)

    run(scene())


def test_an_object_of_somebody_else_is_a_failure() -> None:
    async def scene() -> None:
        cluster, tally = FakeCluster(), Tally()
        cluster.put(NAMESPACES, {"metadata": {"name": "a"}})
        assert not await Client(cluster, tally).create(NAMESPACES, NAMESPACE, None)
        assert tally.given_up == {GivenUp("create", "Namespace", "AlreadyExists"): 1}

    run(scene())


def test_nothing_is_created_in_the_namespace_of_somebody_else() -> None:
    async def scene() -> None:
        for verb in ("create", "apply"):
            cluster, tally = FakeCluster(), Tally()
            cluster.put(NAMESPACES, {"metadata": {"name": "a", "labels": {"plimsoll.dev/run": "another"}}})
            client = Client(cluster, tally)
            await getattr(client, verb)(NAMESPACES, NAMESPACE, None)
            await client.create(SECRETS, {"metadata": {"name": "s"}}, "a")
            assert cluster.names(SECRETS) == []
            assert tally.given_up[GivenUp("create", "Secret", "ForeignNamespace")] == 1

    run(scene())


def test_a_refused_look_is_given_up_without_creating() -> None:
    async def scene() -> None:
        cluster, tally = FakeCluster(), Tally()
        cluster.failures["get", "Namespace"].append(ApiError(403, "Forbidden", "no"))
        assert not await Client(cluster, tally).apply(NAMESPACES, NAMESPACE, None)
        assert verbs(cluster) == ["get"]
        assert tally.given_up == {GivenUp("get", "Namespace", "Forbidden"): 1}

    run(scene())


def test_an_object_of_the_same_name_but_another_uid_is_left_alone() -> None:
    async def scene() -> None:
        cluster, tally = FakeCluster(), Tally()
        cluster.put(NAMESPACES, NAMESPACE)
        assert not await Client(cluster, tally).delete(NAMESPACES, "a", None, "another")
        assert cluster.names(NAMESPACES) == ["a"]
        assert tally.given_up == {GivenUp("delete", "Namespace", "Conflict"): 1}

    run(scene())


def test_deleting_what_is_gone_already_is_done() -> None:
    async def scene() -> None:
        cluster, tally = FakeCluster(), Tally()
        uid = cluster.put(NAMESPACES, NAMESPACE)["metadata"]["uid"]
        cluster.lost_answers["delete", "Namespace"].append(TimeoutError())
        assert await Client(cluster, tally).delete(NAMESPACES, "a", None, uid)
        assert (tally.deleted["Namespace"], tally.failures) == (1, 0)

    run(scene())


def test_a_listing_the_server_refuses_is_none_and_counted() -> None:
    async def scene() -> None:
        cluster, tally = FakeCluster(), Tally()
        cluster.failures["list", "Secret"].append(ApiError(403, "Forbidden", "no"))
        assert await Client(cluster, tally).list(SECRETS, None, "plimsoll.dev/run=r1") is None
        assert tally.given_up == {GivenUp("list", "Secret", "Forbidden"): 1}

    run(scene())

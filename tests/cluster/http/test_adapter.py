"""The port's verbs over real sockets."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from plimsoll.cluster.http.limits import RateLimit
from plimsoll.errors import ApiError
from plimsoll.kube.resources import DEPLOYMENTS, NAMESPACES, PODS, SECRETS, Object
from tests.cluster.http.fake_api import FakeApi, status
from tests.cluster.http.in_wall_time import run, scene


def secret(name: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "labels": {"a": "b"}},
        "data": {"x": "eA=="},
    }


def put_secrets(api: FakeApi, count: int) -> None:
    for number in range(count):
        api.put(
            "secrets",
            {"metadata": {"name": f"s-{number}", "namespace": "kube-system", "labels": {"n": str(number % 2)}}},
        )


def test_an_object_is_created_got_patched_and_deleted() -> None:
    async def main() -> None:
        async with scene() as (api, _, cluster, _):
            await cluster.create(SECRETS, secret("one"), "kube-system")
            created = await cluster.get(SECRETS, "one", "kube-system")
            assert (await cluster.get(SECRETS, "one", "kube-system"))["data"] == {"x": "eA=="}
            patched = await cluster.patch(SECRETS, "one", {"data": {"y": "eQ==", "x": None}}, "kube-system")
            assert patched["data"] == {"y": "eQ=="}
            assert api.requests[-1].headers["Content-Type"] == "application/merge-patch+json"
            await cluster.delete(SECRETS, "one", "kube-system", uid=created["metadata"]["uid"])
            assert api.names("secrets") == []

    run(main())


def test_resources_of_a_group_are_under_apis() -> None:
    async def main() -> None:
        async with scene() as (api, _, cluster, _):
            with pytest.raises(ApiError):
                await cluster.get(DEPLOYMENTS, "a b", "ns")
            assert api.requests[-1].raw_path == "/apis/apps/v1/namespaces/ns/deployments/a%20b"

    run(main())


def test_a_refusal_is_an_api_error_with_the_fields_of_its_status() -> None:
    async def main() -> None:
        async with scene() as (_, _, cluster, _):
            with pytest.raises(ApiError) as refusal:
                await cluster.get(PODS, "none", "kube-system")
            assert (refusal.value.code, refusal.value.reason) == (404, "NotFound")
            assert refusal.value.message == 'pods "none" not found'

    run(main())


def test_the_time_to_wait_is_read_from_the_header_and_from_the_details() -> None:
    async def main() -> None:
        async with scene() as (api, _, cluster, _):
            api.answers.append(lambda _: status(429, "TooManyRequests", "slow down", **{"Retry-After": "7"}))
            details = {"kind": "Status", "code": 503, "message": "", "details": {"retryAfterSeconds": 3}}
            api.answers.append(lambda _: web.json_response(details, status=503))
            api.answers.append(lambda _: web.Response(status=502, text="<html>Bad Gateway</html>"))
            for expected in (7.0, 3.0, None):
                with pytest.raises(ApiError) as refusal:
                    await cluster.get(PODS, "a", "b")
                assert refusal.value.retry_after_seconds == expected
            assert refusal.value.message == "<html>Bad Gateway</html>"

    run(main())


def test_an_object_is_deleted_only_while_it_has_the_uid_that_was_seen() -> None:
    async def main() -> None:
        async with scene() as (api, _, cluster, _):
            put_secrets(api, 1)
            with pytest.raises(ApiError) as refusal:
                await cluster.delete(SECRETS, "s-0", "kube-system", uid="another")
            assert refusal.value.code == 409
            assert api.names("secrets") == ["s-0"]

    run(main())


def test_long_lists_come_in_pages() -> None:
    async def main() -> None:
        async with scene() as (api, _, cluster, counts):
            put_secrets(api, 1203)
            listing = await cluster.list(SECRETS)
            assert len(listing.items) == 1203
            assert listing.resource_version == str(api.revision)
            assert api.page_size_seen == ["500", "500", "500"]
            assert [request.verb for request in counts.requests] == ["LIST"] * 3
            assert len((await cluster.list(SECRETS, label_selector="n=1")).items) == 601

    run(main())


def test_a_list_whose_revision_is_forgotten_between_pages_is_read_at_once() -> None:
    async def main() -> None:
        async with scene() as (api, _, cluster, _):
            put_secrets(api, 600)
            api.answers.append(lambda _: None)
            api.answers.append(lambda _: status(410, "Expired", "too old"))
            assert len((await cluster.list(SECRETS)).items) == 600
            assert api.page_size_seen == ["500", ""]

    run(main())


def test_requests_one_after_another_share_a_connection() -> None:
    async def main() -> None:
        async with scene() as (api, _, cluster, _):
            for _ in range(5):
                await cluster.list(SECRETS)
            assert len({request.transport for request in api.requests}) == 1

    run(main())


def test_no_more_requests_are_under_way_than_there_are_connections_and_the_wait_is_counted() -> None:
    async def main() -> None:
        async with scene(connections=2) as (api, _, cluster, counts):
            await asyncio.gather(*(cluster.list(SECRETS) for _ in range(10)))
            assert len({request.transport for request in api.requests}) == 2
            assert sum(request.throttle_seconds > 0 for request in counts.requests) >= 8

    run(main())


def test_a_rate_limit_holds_requests_back_and_what_it_costs_is_counted_apart_from_latency() -> None:
    async def main() -> None:
        async with scene(limit=RateLimit(100.0, 1)) as (_, _, cluster, counts):
            await asyncio.gather(*(cluster.list(SECRETS) for _ in range(5)))
            assert max(request.throttle_seconds for request in counts.requests) >= 0.035

    run(main())


def test_a_connection_that_breaks_is_a_connection_error_and_is_counted() -> None:
    async def main() -> None:
        async with scene() as (api, _, cluster, counts):

            def cut(request: web.Request) -> web.StreamResponse | None:
                assert request.transport is not None
                request.transport.abort()
                return None

            api.answers.append(cut)
            with pytest.raises(ConnectionError):
                await cluster.create(NAMESPACES, {"metadata": {"name": "a"}})
            assert [(each.verb, each.code) for each in counts.requests] == [("POST", 0)]
            await cluster.list(SECRETS)

    run(main())


def test_a_server_that_closes_after_each_answer_gets_a_new_connection_each_time() -> None:
    async def main() -> None:
        async with scene() as (api, _, cluster, _):
            for _ in range(3):
                api.answers.append(lambda _: web.json_response({"metadata": {}}, headers={"Connection": "close"}))
                await cluster.list(SECRETS)
            assert len({id(request.transport) for request in api.requests}) >= 1
            await cluster.list(SECRETS)

    run(main())


def test_a_cancelled_request_does_not_leave_its_answer_to_the_next() -> None:
    async def main() -> None:
        async with scene(connections=1) as (api, _, cluster, _):
            put_secrets(api, 3)
            task = asyncio.create_task(cluster.list(SECRETS))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert (await cluster.get(SECRETS, "s-2", "kube-system"))["metadata"]["name"] == "s-2"

    run(main())


def test_a_server_that_cannot_be_reached_is_a_connection_error() -> None:
    async def main() -> None:
        async with scene() as (_, session, cluster, _):
            object.__setattr__(session.endpoint, "url", "http://127.0.0.1:9")
            with pytest.raises(ConnectionError):
                await cluster.list(SECRETS)

    run(main())

"""Watches that go on over what ends or breaks them."""

from __future__ import annotations

import pytest
from aiohttp import web

from plimsoll.cluster.http import watch as watching
from plimsoll.cluster.port import Change
from plimsoll.errors import ApiError
from plimsoll.kube.resources import NODES, SECRETS
from tests.cluster.http.fake_api import FakeApi, event, status
from tests.cluster.http.in_wall_time import run, scene


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "FIRST_BACKOFF_SECONDS", 0.01)


def put(api: FakeApi, name: str) -> None:
    api.put("secrets", {"metadata": {"name": name, "namespace": "kube-system"}})


def names(batch: object) -> list[str]:
    return [change.object["metadata"]["name"] for change in batch if isinstance(change, Change)]  # type: ignore[attr-defined]


def test_a_watch_brings_what_came_after_its_revision_together_and_then_what_comes() -> None:
    async def main() -> None:
        async with scene() as (api, _, cluster, counts):
            start = str(api.revision)
            put(api, "a")
            put(api, "b")
            changes = cluster.watch(SECRETS, resource_version=start)
            seen = names(await anext(changes))
            while len(seen) < 2:
                seen += names(await anext(changes))
            assert seen == ["a", "b"]
            api.remove(("secrets", "kube-system", "a"))
            (change,) = await anext(changes)
            assert (change.type, change.object["metadata"]["name"]) == ("DELETED", "a")
            assert counts.requests[0].verb == "WATCH"

    run(main())


def test_a_watch_that_the_server_ends_goes_on_from_the_last_revision_seen() -> None:
    async def main() -> None:
        async with scene() as (api, _, cluster, _):
            changes = cluster.watch(SECRETS, resource_version=str(api.revision))
            put(api, "a")
            assert names(await anext(changes)) == ["a"]
            api.end_watches()
            put(api, "b")
            assert names(await anext(changes)) == ["b"]
            assert api.watches_opened == 2
            assert api.requests[-1].query["allowWatchBookmarks"] == "true"

    run(main())


def test_a_bookmark_moves_the_revision_on_that_a_broken_watch_resumes_from() -> None:
    async def main() -> None:
        async with scene() as (api, _, cluster, _):
            api.bookmark_at_once = True
            start = api.revision
            changes = cluster.watch(SECRETS, resource_version=str(start))
            put(api, "a")
            await anext(changes)
            api.put("nodes", {"metadata": {"name": "other"}})
            api.end_watches()
            put(api, "b")
            assert names(await anext(changes)) == ["b"]
            api.end_watches()
            put(api, "c")
            await anext(changes)
            revisions = [
                int(request.query["resourceVersion"]) for request in api.requests if request.query.get("watch")
            ]
            assert revisions == sorted(revisions)
            assert revisions[1] > start

    run(main())


def test_a_watch_whose_history_is_gone_ends_with_410_so_that_the_caller_lists_again() -> None:
    async def main() -> None:
        async with scene() as (api, _, cluster, _):
            start = str(api.revision)
            api.forget_history()
            with pytest.raises(ApiError) as refusal:
                await anext(cluster.watch(SECRETS, resource_version=start))
            assert refusal.value.code == 410

    run(main())


def test_an_error_in_the_middle_of_a_watch_is_the_refusal_that_it_tells_of() -> None:
    async def main() -> None:
        async with scene() as (api, _, cluster, _):
            gone = {"kind": "Status", "code": 410, "reason": "Expired", "message": "too old resource version: 1 (5)"}
            api.answers.append(lambda _: web.Response(body=event("ERROR", gone)))
            with pytest.raises(ApiError) as refusal:
                await anext(cluster.watch(SECRETS, resource_version="1"))
            assert (refusal.value.code, refusal.value.reason) == (410, "Expired")

    run(main())


def test_a_busy_server_and_broken_connections_are_waited_out() -> None:
    async def main() -> None:
        async with scene() as (api, _, cluster, _):

            def cut(request: web.Request) -> None:
                assert request.transport is not None
                request.transport.abort()

            api.answers.append(lambda _: status(500, "InternalError", "etcd leader changed"))
            api.answers.append(cut)
            start = str(api.revision)
            put(api, "a")
            assert names(await anext(cluster.watch(SECRETS, resource_version=start))) == ["a"]
            assert len(api.requests) == 3

    run(main())


def test_a_refused_watch_is_not_tried_again() -> None:
    async def main() -> None:
        async with scene() as (api, _, cluster, _):
            api.answers.append(lambda _: status(403, "Forbidden", "no"))
            with pytest.raises(ApiError) as refusal:
                await anext(cluster.watch(NODES))
            assert refusal.value.code == 403

    run(main())


def test_an_event_that_comes_in_pieces_is_put_together() -> None:
    async def main() -> None:
        async with scene() as (api, _, cluster, _):
            whole = event("ADDED", {"metadata": {"name": "ä" * 300_000, "resourceVersion": "7"}})

            async def in_pieces(request: web.Request) -> web.StreamResponse:
                response = web.StreamResponse()
                await response.prepare(request)
                for start in range(0, len(whole), 100_001):
                    await response.write(whole[start : start + 100_001])
                return response

            api.answers.append(in_pieces)
            changes = cluster.watch(SECRETS, resource_version="1")
            assert names(await anext(changes)) == ["ä" * 300_000]

    run(main())

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from plimsoll.serve import watching
from tests.serve.frontends import Served, served

CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"


def events_of(api: Served, target: str, *, until: int, changes: int = 0, accept: str = "") -> list[dict[str, Any]]:
    """Watch until so many events have come, while so many config maps are created; then the client goes."""
    events: list[dict[str, Any]] = []

    def on_message(message: Any) -> None:
        events.extend(json.loads(line) for line in message.get("body", b"").splitlines())
        if len(events) >= until:
            api.connection.go()

    async def main() -> None:
        headers = {"accept": accept} if accept else {}
        task = asyncio.create_task(api.answer("GET", target, headers=headers, on_message=on_message))
        await asyncio.sleep(0)
        for number in range(changes):
            await api.answer("POST", CONFIG_MAPS, {"metadata": {"name": f"new-{number}"}})
            api.clock[0] += 1.0
            api.pacer.catch_up()
        await asyncio.wait_for(task, 10)

    asyncio.run(main())
    return events


def test_a_watch_tells_what_is_there_and_then_what_changes() -> None:
    api = served()
    events = events_of(api, f"{CONFIG_MAPS}?watch=1", until=3, changes=2)
    assert [(event["type"], event["object"]["metadata"]["name"]) for event in events] == [
        ("ADDED", "kube-root-ca.crt"),
        ("ADDED", "new-0"),
        ("ADDED", "new-1"),
    ]
    assert len(api.front.watches) == 0
    assert api.connection.on_lost == []


def test_the_first_table_of_a_watch_has_the_columns() -> None:
    table = "application/json;as=Table;v=v1;g=meta.k8s.io"
    events = events_of(served(), f"{CONFIG_MAPS}?watch=1", until=2, changes=1, accept=table)
    columns = [event["object"]["columnDefinitions"] for event in events]
    assert [column["name"] for column in columns[0]] == ["Name", "Data", "Age"]
    assert columns[1] is None


def test_a_streamed_list_ends_with_a_bookmark() -> None:
    query = "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
    events = events_of(served(), f"{CONFIG_MAPS}?{query}", until=2)
    assert [event["type"] for event in events] == ["ADDED", "BOOKMARK"]
    assert events[1]["object"]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}


def test_a_client_that_does_not_read_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "MAX_BACKLOG_BYTES", 2000)
    api = served()

    async def main() -> None:
        gone = asyncio.Event()
        api.connection.on_lost.append(gone.set)

        async def stuck(message: Any) -> None:
            if message["type"] == "http.response.body" and message["body"]:
                await gone.wait()

        task = asyncio.create_task(api.answer("GET", f"{CONFIG_MAPS}?watch=1", on_message=stuck))
        await asyncio.sleep(0)
        for number in range(20):
            await api.answer("POST", CONFIG_MAPS, {"metadata": {"name": f"new-{number}"}})
            api.clock[0] += 1.0
            api.pacer.catch_up()
        await asyncio.wait_for(task, 10)

    asyncio.run(main())
    assert api.connection.aborted
    assert len(api.front.watches) == 0


def test_watches_end_when_the_server_stops() -> None:
    api = served()

    async def main() -> int:
        task = asyncio.create_task(api.answer("GET", f"{CONFIG_MAPS}?watch=1"))
        await asyncio.sleep(0)
        open_watches = len(api.front.watches)
        api.front.watches.end()
        await asyncio.wait_for(task, 10)
        return open_watches

    assert asyncio.run(main()) == 1

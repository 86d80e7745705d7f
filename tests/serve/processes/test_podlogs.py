"""``pods/log`` of containers that really run."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
import uvloop

from plimsoll.errors import ApiError
from plimsoll.serve.podlogs import PodLogs
from plimsoll.serve.responses import Response
from tests.serve.frontends import FakeConnection
from tests.serve.processes.running import Bench, running


def ask(bench: Bench, name: str, *, connection: FakeConnection | None = None, **options: Any) -> Any:
    scope = {"extensions": {"plimsoll.connection": connection or FakeConnection()}}
    info = SimpleNamespace(namespace="ns", name=name)
    exchange = cast("Any", SimpleNamespace(info=info, options=options, scope=scope))
    return PodLogs(bench.cluster, bench.runtime)(exchange)


def body(answer: Any) -> str:
    assert isinstance(answer, Response)
    assert isinstance(answer.body, bytes)
    return answer.body.decode()


def refusal(bench: Bench, name: str, **options: Any) -> tuple[int, str]:
    with pytest.raises(ApiError) as caught:
        ask(bench, name, **options)
    return caught.value.code, caught.value.message


def run(story: Any) -> None:
    async def main() -> None:
        async with running() as bench:
            await story(bench)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())


def test_a_log_is_shown_as_it_is_asked_for() -> None:
    async def story(bench: Bench) -> None:
        bench.pod("talker", "sh", "-c", "echo one; echo two; echo three", restartPolicy="Never")
        await bench.until("talker", lambda pod: pod["status"].get("phase") == "Succeeded")

        assert body(ask(bench, "talker")) == "one\ntwo\nthree\n"
        assert body(ask(bench, "talker", tailLines="1", follow="true")) == "three\n"
        assert body(ask(bench, "talker", tailLines="0")) == ""
        assert body(ask(bench, "talker", limitBytes="5")) == "one\nt"
        assert body(ask(bench, "talker", sinceSeconds="60", container="main")) == "one\ntwo\nthree\n"
        assert body(ask(bench, "talker", sinceTime="2999-01-01T00:00:00Z")) == ""
        assert body(ask(bench, "talker", sinceTime="2000-01-01T00:00:00+01:00")) == "one\ntwo\nthree\n"
        stamped = body(ask(bench, "talker", timestamps="true")).splitlines()
        assert [line.split(" ")[1] for line in stamped] == ["one", "two", "three"]
        assert stamped[0].split(" ")[0].endswith("Z")

    run(story)


def test_what_cannot_be_shown_is_refused_as_a_real_server_does() -> None:
    async def story(bench: Bench) -> None:
        bench.pod("talker", "sleep", "600")
        await bench.until("talker", lambda pod: pod["status"].get("phase") == "Running")

        assert refusal(bench, "nobody") == (404, 'pods "nobody" not found')
        assert refusal(bench, "talker", container="other") == (400, "container other is not valid for pod talker")
        missing = 'previous terminated container "main" in pod "talker" not found'
        assert refusal(bench, "talker", previous="true") == (400, missing)
        assert refusal(bench, "talker", tailLines="many")[0] == 400
        assert refusal(bench, "talker", sinceTime="yesterday")[0] == 400

    run(story)


def test_a_followed_log_goes_on_until_its_container_ends() -> None:
    async def story(bench: Bench) -> None:
        program = "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done"
        bench.pod("talker", "sh", "-c", program, terminationGracePeriodSeconds=20)
        await bench.until("talker", lambda pod: pod["status"].get("phase") == "Running")
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)
            if b"up" in message.get("body", b""):
                bench.delete("talker")

        await ask(bench, "talker", follow="true").run(send)

        assert sent[0]["status"] == 200
        assert b"".join(message.get("body", b"") for message in sent) == b"up\nbye\n"

    run(story)


def test_nobody_follows_for_a_client_that_has_gone() -> None:
    async def story(bench: Bench) -> None:
        bench.pod("talker", "sleep", "600")
        await bench.until("talker", lambda pod: pod["status"].get("phase") == "Running")
        connection = FakeConnection()

        async def send(_: Any) -> None:
            asyncio.get_running_loop().call_soon(connection.go)

        await ask(bench, "talker", connection=connection, follow="true").run(send)

        assert connection.on_lost == []

    run(story)

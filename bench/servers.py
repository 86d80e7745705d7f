"""The servers that ``bench.serving`` loads: a served cluster, and the bare HTTP server that it is built on.

Run as ``python -m bench.servers cluster|echo CORE``: pins itself to a core, prints one line of JSON with its address,
and serves until its standard input ends.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from typing import Any

import uvloop
from uvicorn import Config, Server

from plimsoll.serve.certificates import CertificateAuthority, server_context
from plimsoll.serve.memory import map_large_buffers, settle

NODES = 10
KEEP_ALIVE_SECONDS = 180


async def _stopped() -> None:
    """Wait for the end of standard input."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()


def _announce(port: int, token: str) -> None:
    settle()
    print(json.dumps({"port": port, "token": token, "pid": os.getpid()}), flush=True)


async def _cluster() -> None:
    from plimsoll.scenario.cluster import ClusterSpec  # noqa: PLC0415 - the echo server goes without
    from plimsoll.serve.composition import compose  # noqa: PLC0415
    from plimsoll.serve.metrics.counting import Totals  # noqa: PLC0415
    from plimsoll.serve.server import serving  # noqa: PLC0415

    cluster = compose(ClusterSpec(nodes=NODES), seed=1, telemetry=Totals(), epoch_seconds=time.time())
    async with serving(cluster) as served:
        _announce(served.port, served.token)
        await _stopped()


class _Echo:
    """Answers a POST with its body, and keeps every GET open until a POST, which all of them then get."""

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[bytes]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["method"] == "GET":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            while True:
                future = asyncio.get_running_loop().create_future()
                self._waiting.append(future)
                await send({"type": "http.response.body", "body": await future, "more_body": True})
        body = (await receive())["body"]
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            future.set_result(body)
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 201, "headers": headers})
        await send({"type": "http.response.body", "body": body})


async def _echo() -> None:
    config = Config(_Echo(), port=0, http="httptools", lifespan="off", log_config=None, access_log=False, backlog=4096)
    config.timeout_keep_alive = KEEP_ALIVE_SECONDS  # the connections rest while other servers have their turn
    config.load()
    config.ssl = server_context(CertificateAuthority(), "127.0.0.1")
    server = Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    _announce(server.servers[0].sockets[0].getsockname()[1], "")
    await _stopped()
    os._exit(0)  # its streams have no end


def main() -> None:
    """Serve what the command line names, on the core that it names."""
    kind, core = sys.argv[1:]
    os.sched_setaffinity(0, {int(core)})
    map_large_buffers()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_cluster() if kind == "cluster" else _echo())


if __name__ == "__main__":
    main()

"""A served cluster: the simulation, its clock, and the HTTPS server in front of it, from start to stop."""

from __future__ import annotations

import asyncio
import logging
import secrets
import socket
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from uvicorn import Config, Server

from plimsoll.embed.pacer import Pacer
from plimsoll.errors import Complaint, InputError, Place
from plimsoll.serve.certificates import CertificateAuthority, server_context
from plimsoll.serve.frontend import begin, build
from plimsoll.serve.processes.apiservice import ApiService
from plimsoll.serve.processes.runtime import ProcessRuntime
from plimsoll.serve.protocol import Protocol
from plimsoll.serve.tokens import ADMINISTRATOR

if TYPE_CHECKING:
    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

    from plimsoll.registry.registry import Registry
    from plimsoll.registry.requests import User
    from plimsoll.serve.application import Application
    from plimsoll.simcluster.assembly import SimulatedCluster

BACKLOG = 4096
"""Connections that may wait to be accepted."""

KEEP_ALIVE_SECONDS = 180
"""How long an idle connection stays open (Go's server closes it after three minutes: apiserver, server/secure_serving.go
gives HTTP/1.1 the default of ``IdleTimeout``)."""

STOP_SECONDS = 2.0
"""How long requests may take to end when the server stops."""

TOKEN_BYTES = 32

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Listening:
    """Where and how a server listens. Port 0 is any free one; ``rate`` is simulated seconds per second."""

    host: str = "127.0.0.1"
    port: int = 0
    rate: float = 1.0
    tokens: Mapping[str, User] = field(default_factory=dict)


ANYWHERE = Listening()
"""Any free port of the loopback address."""


@dataclass(frozen=True, slots=True)
class ServedCluster:
    """A server that is ready. ``token`` is the administrator's."""

    cluster: SimulatedCluster
    registry: Registry
    pacer: Pacer
    authority: CertificateAuthority
    url: str
    port: int
    token: str


@asynccontextmanager
async def serving(
    cluster: SimulatedCluster, listening: Listening = ANYWHERE, *, processes: bool = False
) -> AsyncIterator[ServedCluster]:
    """Serve a cluster on the running loop for as long as the context is open; with ``processes`` its containers run.

    Raises ``InputError`` where the address cannot be listened on.
    """
    listener = _bound(listening.host, listening.port)
    port: int = listener.getsockname()[1]
    token = secrets.token_urlsafe(TOKEN_BYTES)
    authority = CertificateAuthority()
    registry = begin(cluster)
    pacer = Pacer(cluster.kernel, time.monotonic, rate=listening.rate)
    runtime = ProcessRuntime(cluster, pacer) if processes else None
    address = f"{_bracketed(listening.host)}:{port}"
    front = build(registry, pacer, address, {**listening.tokens, token: ADMINISTRATOR}, runtime)
    if runtime is not None:
        runtime.service = ApiService(listening.host, port, front.account_tokens.issue)
    cluster.controllers.publish_ca_bundle(authority.certificate.decode())
    server = _server(front.application, authority, listening.host)
    tasks: list[asyncio.Task[Any]] = []
    try:
        await _start(server, listener)
        tasks += map(asyncio.create_task, (_keep_pace(pacer), front.watches.run(), server.main_loop()))
        async with runtime or nullcontext():
            yield ServedCluster(cluster, registry, pacer, authority, f"https://{address}", port, token)
    finally:
        front.health.stopping = True
        front.watches.end()
        await _stop(server, tasks)
        listener.close()


async def _keep_pace(pacer: Pacer) -> None:
    """Run the simulation. What fails in it is logged, and the rest goes on: so does a cluster whose controller panics."""
    while True:
        try:
            await pacer.run()
        except Exception:
            logger.exception("the simulation failed, and goes on")


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _bound(host: str, port: int) -> socket.socket:
    """A socket that is bound; nobody can connect before the server listens on it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        place = Place(f"{_bracketed(host)}:{port}")
        remedy = "Take another --port, or 0 for any that is free; --bind takes an address of this machine"
        raise InputError(Complaint(place, f"cannot be listened on: {error.strerror}", remedy)) from error
    return listener


def _server(application: Application, authority: CertificateAuthority, host: str) -> Server:
    config = Config(
        application,
        http=Protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=round(STOP_SECONDS),
    )
    config.load()
    config.loaded_app = application  # what load() wraps it in only logs
    config.ssl = server_context(authority, host)
    return Server(config)


async def _start(server: Server, listener: socket.socket) -> None:
    server.lifespan = server.config.lifespan_class(server.config)
    await server.startup(sockets=[listener])
    await server.on_tick(0)


async def _stop(server: Server, tasks: list[asyncio.Task[Any]]) -> None:
    """Let requests end, close connections, and leave nothing behind."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    if server.started:
        connections = cast("set[Protocol]", server.server_state.connections)
        _drop(protocol for protocol in tuple(connections) if _is_idle(protocol))
        await server.shutdown(sockets=[])
        _drop(tuple(connections))
        while connections:  # noqa: ASYNC110 - they are gone within a few turns of the loop
            await asyncio.sleep(0)


def _is_idle(protocol: Protocol) -> bool:
    cycle = cast("RequestResponseCycle | None", protocol.cycle)
    return cycle is None or cycle.response_complete


def _drop(connections: Iterable[Protocol]) -> None:
    """Close connections without a farewell: TLS would wait for the client's, and idle clients do not listen."""
    for protocol in connections:
        protocol.connection.abort()

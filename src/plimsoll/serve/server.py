"""A served cluster: the simulation, its clock, and the HTTPS server in front of it, from start to stop."""

from __future__ import annotations

import asyncio
import secrets
import socket
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from uvicorn import Config, Server

from plimsoll.embed.pacer import Pacer
from plimsoll.errors import Complaint, InputError, Place
from plimsoll.registry.authentication.serviceaccounts import ISSUER, ServiceAccountTokens
from plimsoll.registry.authentication.signing import TokenSigner
from plimsoll.registry.authorization.aggregation import RoleAggregation
from plimsoll.registry.authorization.authorizer import Authorizer
from plimsoll.registry.authorization.bootstrap import install_roles
from plimsoll.registry.questions import Questions
from plimsoll.registry.registry import Registry
from plimsoll.serve.application import Application
from plimsoll.serve.authentication import Authenticator
from plimsoll.serve.certificates import CertificateAuthority, server_context
from plimsoll.serve.discovery import Discovery
from plimsoll.serve.gate import Gate
from plimsoll.serve.health import Health
from plimsoll.serve.paths import Paths
from plimsoll.serve.protocol import Protocol
from plimsoll.serve.resources import Resources
from plimsoll.serve.station import Station
from plimsoll.serve.tokens import ADMINISTRATOR
from plimsoll.serve.version import version_page
from plimsoll.serve.views import Views
from plimsoll.serve.watches import Watches

if TYPE_CHECKING:
    from plimsoll.registry.requests import User
    from plimsoll.simcluster.assembly import SimulatedCluster

BACKLOG = 4096
"""Connections that may wait to be accepted."""

KEEP_ALIVE_SECONDS = 180
"""How long an idle connection stays open (Go's server closes it after three minutes: apiserver, server/secure_serving.go
gives HTTP/1.1 the default of ``IdleTimeout``)."""

STOP_SECONDS = 2.0
"""How long requests may take to end when the server stops."""

TOKEN_BYTES = 32


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
    """A server that is ready. ``token`` is the administrator's; ``simulation`` ends only if the simulation breaks."""

    cluster: SimulatedCluster
    registry: Registry
    pacer: Pacer
    authority: CertificateAuthority
    url: str
    port: int
    token: str
    simulation: asyncio.Future[Any]


@asynccontextmanager
async def serving(cluster: SimulatedCluster, listening: Listening = ANYWHERE) -> AsyncIterator[ServedCluster]:
    """Serve a cluster on the running loop for as long as the context is open.

    Raises ``InputError`` where the address cannot be listened on.
    """
    listener = _bound(listening.host, listening.port)
    port: int = listener.getsockname()[1]
    token = secrets.token_urlsafe(TOKEN_BYTES)
    authority = CertificateAuthority()
    pacer = Pacer(cluster.kernel, time.monotonic, rate=listening.rate)
    registry = Registry(cluster)
    install_roles(cluster.store, registry.backing.identity)
    RoleAggregation(cluster.store)
    authorizer = Authorizer(cluster.store)
    signer = TokenSigner()
    account_tokens = ServiceAccountTokens(signer, cluster.store, registry.backing.identity)
    tokens = {**listening.tokens, token: ADMINISTRATOR}
    authenticator = Authenticator(tokens, account_tokens.user_of, ISSUER)
    identity = registry.backing.identity
    registry.questions = Questions(authorizer, account_tokens, identity, authenticator.user_of).by_resource()
    watches = Watches(registry, Views(), secrets.SystemRandom().random)
    health = Health()
    address = f"{_bracketed(listening.host)}:{port}"
    application = Application(
        Gate(authenticator, authorizer),
        Station(cluster, pacer),
        Resources(registry, Views(), watches, {}),
        Paths(Discovery(registry, address), health, {"/version": version_page}),
    )
    server = _server(application, authority, listening.host)
    tasks: list[asyncio.Task[Any]] = []
    try:
        await _start(server, listener)
        tasks += map(asyncio.create_task, (pacer.run(), watches.run(), server.main_loop()))
        yield ServedCluster(cluster, registry, pacer, authority, f"https://{address}", port, token, tasks[0])
    finally:
        health.stopping = True
        watches.end()
        await _stop(server, tasks)
        listener.close()


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
        await server.shutdown(sockets=[])

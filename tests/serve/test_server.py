"""The server on a loopback port: what only connections show."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from plimsoll.errors import InputError
from plimsoll.serve.certificates import CertificateAuthority
from plimsoll.serve.protocol import MAX_HEADER_BYTES
from plimsoll.serve.server import Listening, ServedCluster, serving
from plimsoll.simcluster.assembly import SimulatedCluster, assemble
from plimsoll.simcluster.nodes import NodeShape
from plimsoll.simcluster.profile import load_profile
from plimsoll.telemetry import NullTelemetry

T = TypeVar("T")


def cluster() -> SimulatedCluster:
    return assemble(load_profile("ideal"), [NodeShape("worker-0", 4000, 8 << 30, 1e10)], 1, NullTelemetry())


def with_server(work: Callable[[ServedCluster], Awaitable[T]]) -> T:
    async def main() -> T:
        async with serving(cluster()) as served:
            return await asyncio.wait_for(work(served), 20)

    return asyncio.run(main())


def trust(served: ServedCluster) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=served.authority.certificate.decode())


async def exchange(served: ServedCluster, request: bytes, context: ssl.SSLContext | None = None) -> bytes:
    """All that the server says until it closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port, ssl=context or trust(served))
    writer.write(request)
    answer = await reader.read()
    writer.close()
    return answer


def get(path: str, *headers: str) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: x", "Connection: close", *headers, "", ""]).encode()


def test_the_certificate_is_good_for_the_address_and_the_token_for_everything() -> None:
    async def work(served: ServedCluster) -> bytes:
        return await exchange(served, get("/api/v1/nodes", f"Authorization: Bearer {served.token}"))

    answer = with_server(work)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b'"worker-0"' in answer


def test_a_client_certificate_names_its_user(tmp_path: Path) -> None:
    async def work(served: ServedCluster) -> bytes:
        pair = served.authority.issue_client("carol", ("system:masters",))
        file = tmp_path / "client.pem"
        file.write_bytes(pair.key + pair.certificate)
        context = trust(served)
        context.load_cert_chain(file)
        body = b"{}"
        head = f"POST /apis/authentication.k8s.io/v1/selfsubjectreviews HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
        return await exchange(served, head.encode() + body, context)

    user = json.loads(with_server(work).partition(b"\r\n\r\n")[2])["status"]["userInfo"]
    assert (user["username"], user["groups"]) == ("carol", ["system:masters", "system:authenticated"])


def test_a_certificate_of_somebody_else_is_refused(tmp_path: Path) -> None:
    async def work(served: ServedCluster) -> bytes:
        pair = CertificateAuthority().issue_client("mallory", ("system:masters",))
        file = tmp_path / "client.pem"
        file.write_bytes(pair.key + pair.certificate)
        context = trust(served)
        context.load_cert_chain(file)
        try:
            return await exchange(served, get("/version"), context)
        except (ssl.SSLError, ConnectionError):
            return b""

    assert with_server(work) == b""


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"\0\1\2 nonsense\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"400"),
        (b"GET /version HTTP/1.0\r\n\r\n", b"200"),
        (get("/version", "X: " + "y" * (MAX_HEADER_BYTES + 1)), b"431"),
        (get("/version", *(f"X-{n}: y" for n in range(1200))), b"431"),
        (get("/%zz/\xff".encode("latin-1").decode("latin-1")), b"4"),
    ],
)
def test_malformed_requests_get_an_answer_and_no_traceback(request_bytes: bytes, status: bytes) -> None:
    answer = with_server(lambda served: exchange(served, request_bytes))
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert b"Traceback" not in answer


def test_requests_that_come_together_are_answered_in_order() -> None:
    async def work(served: ServedCluster) -> bytes:
        first = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
        return await exchange(served, first + first + get("/readyz"))

    assert with_server(work).count(b"HTTP/1.1 200 OK") == 3


def test_the_head_of_an_answer_without_a_body_is_sent() -> None:
    answer = with_server(lambda served: exchange(served, get("/livez").replace(b"GET", b"HEAD")))
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert answer.endswith(b"\r\n\r\n")


def test_a_watch_begins_at_once_and_ends_with_the_server() -> None:
    async def main() -> bytes:
        async with serving(cluster()) as served:
            reader, writer = await asyncio.open_connection("127.0.0.1", served.port, ssl=trust(served))
            writer.write(get("/api/v1/pods?watch=1", f"Authorization: Bearer {served.token}"))
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        rest = await asyncio.wait_for(reader.read(), 10)
        writer.close()
        return head + rest

    answer = asyncio.run(main())
    assert b"transfer-encoding: chunked" in answer
    assert answer.endswith(b"0\r\n\r\n")


def test_several_servers_live_side_by_side() -> None:
    async def main() -> set[int]:
        async with serving(cluster()) as one, serving(cluster()) as other:
            return {one.port, other.port}

    assert len(asyncio.run(main())) == 2


def test_a_port_that_is_taken_is_a_complaint() -> None:
    async def main() -> None:
        async with serving(cluster()) as first, serving(cluster(), Listening(port=first.port)):
            pass

    with pytest.raises(InputError, match="cannot be listened on"):
        asyncio.run(main())

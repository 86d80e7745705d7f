"""What no client should send, over sockets: it is refused or the connection ends, and the next request works."""

from __future__ import annotations

import gzip
import json
import os
import socket
from collections.abc import Iterator

import pytest

from plimsoll.serve import protocol
from plimsoll.serve.bodies import MAX_BODY_BYTES
from tests.robustness.servers import Server, read_all, running

CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"
BODY = b'{"metadata":{"name":"smuggled"}}'


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running() as started:
        yield started


@pytest.fixture(autouse=True)
def nothing_happened(server: Server) -> Iterator[None]:
    yield
    assert server.is_well()
    assert server.ask("GET", f"{CONFIG_MAPS}/smuggled")[0] == 404


def request(server: Server, *headers: str, body: bytes = BODY) -> bytes:
    return server.head("POST", CONFIG_MAPS, "Content-Type: application/json", "Connection: close", *headers) + body


@pytest.mark.parametrize(
    "line",
    [
        b"\r\n\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /version\r\n\r\n",
        b"GET /version HTTP/9.9\r\n\r\n",
        b"GET  /version HTTP/1.1\r\n\r\n",
        b"get /version HTTP/1.1\r\n\r\n",
        b"BREW /version HTTP/1.1\r\n\r\n",
        b"GET version HTTP/1.1\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\n\r\n",
        b"GET http://[::1 HTTP/1.1\r\n\r\n",
        b"GET /version HTTP/1.1\r\nHost x\r\n\r\n",
        b"GET /version HTTP/1.1\r\nX\x00Y: z\r\n\r\n",
        b"GET /version HTTP/1.1\r\n : z\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 40 + b"\r\n\r\n",
        b"A" * 200_000,
        b"GET /" + b"a" * (2 << 20) + b" HTTP/1.1\r\n\r\n",
    ],
)
def test_what_is_no_request_is_refused(server: Server, line: bytes) -> None:
    with server.connect() as connection:
        try:
            connection.sendall(line)
            connection.unwrap()
        except (OSError, ValueError):
            pass
        answer = read_all(connection)
    assert not answer or answer.startswith((b"HTTP/1.1 4", b"HTTP/1.1 200"))
    assert b"Traceback" not in answer


@pytest.mark.parametrize(
    "headers",
    [
        ("Content-Length: 32", "Content-Length: 33"),
        ("Content-Length: 32", "Transfer-Encoding: chunked"),
        ("Content-Length: +32",),
        ("Content-Length: 0x20",),
        ("Content-Length: 99999999999999999999999",),
        ("Transfer-Encoding: chunked, identity",),
        ("Transfer-Encoding: xchunked",),
    ],
)
def test_a_body_of_doubtful_length_is_not_read(server: Server, headers: tuple[str, ...]) -> None:
    answer = server.say(request(server, *headers))
    assert not answer or answer.startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize(
    "chunks",
    [
        b"zz\r\n" + BODY + b"\r\n0\r\n\r\n",
        b"-1\r\n" + BODY + b"\r\n0\r\n\r\n",
        b"fffffffffffffffff\r\n" + BODY + b"\r\n0\r\n\r\n",
        b"1f\r\n" + BODY + b"\r\n0\r\n\r\n",
        b"20\r\n" + BODY + b"0\r\n\r\n",
    ],
)
def test_chunks_that_make_no_sense_are_not_put_together(server: Server, chunks: bytes) -> None:
    answer = server.say(request(server, "Transfer-Encoding: chunked", body=chunks))
    assert not answer or answer.startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("count", [protocol.MAX_HEADERS, 100_000])
def test_a_flood_of_headers_is_refused_before_the_request_is_served(server: Server, count: int) -> None:
    answer = server.say(request(server, *(f"X-{number}: y" for number in range(count)), "Content-Length: 32"))
    assert not answer or answer.startswith(b"HTTP/1.1 431")


def test_a_huge_header_is_refused_before_the_request_is_served(server: Server) -> None:
    answer = server.say(request(server, f"X: {'y' * protocol.MAX_HEADER_BYTES}", "Content-Length: 32"))
    assert not answer or answer.startswith(b"HTTP/1.1 431")


def test_a_body_beyond_the_limit_gets_a_status_and_the_connection_goes_on(server: Server) -> None:
    body = b" " * (MAX_BODY_BYTES + 1)
    with server.connect() as connection:
        connection.sendall(server.head("POST", CONFIG_MAPS, f"Content-Length: {len(body)}") + body)
        connection.sendall(server.head("GET", "/livez", "Connection: close"))
        first, _, rest = read_all(connection).partition(b"\r\n\r\n")
    assert first.startswith(b"HTTP/1.1 413")
    status, _ = json.JSONDecoder().raw_decode(rest.decode())
    assert (status["kind"], status["reason"]) == ("Status", "RequestEntityTooLarge")
    assert b"HTTP/1.1 200" in rest


def test_a_body_without_end_is_refused_while_it_comes(server: Server) -> None:
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    with server.connect() as connection:
        connection.sendall(server.head("POST", CONFIG_MAPS, "Transfer-Encoding: chunked"))
        for _ in range(2 + MAX_BODY_BYTES // 0x10000):
            connection.sendall(chunk)
        assert connection.recv(1 << 16).startswith(b"HTTP/1.1 413")


def test_a_compressed_body_is_not_unpacked(server: Server) -> None:
    code, status = server.ask("POST", CONFIG_MAPS, gzip.compress(BODY), "Content-Encoding: gzip")
    assert (code, status["kind"]) == (400, "Status")


def test_http_1_0_is_answered_and_closed(server: Server) -> None:
    head = server.head("GET", "/api/v1/namespaces/default").replace(b"HTTP/1.1", b"HTTP/1.0")
    answer = server.say(head)
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"connection: close" in answer


def test_a_watch_over_http_1_0_ends_with_its_time(server: Server) -> None:
    head = server.head("GET", "/api/v1/pods?watch=1&timeoutSeconds=1").replace(b"HTTP/1.1", b"HTTP/1.0")
    assert server.say(head).startswith(b"HTTP/1.1 200")


def test_nonsense_behind_a_request_ends_the_connection_without_a_second_answer_to_it(server: Server) -> None:
    answer = server.say(server.head("GET", "/api/v1/pods?watch=1&timeoutSeconds=5") + b"\0nonsense\r\n\r\n")
    assert answer.count(b"HTTP/1.1 ") <= 1
    assert b"400" not in answer


def test_a_thousand_requests_that_come_together_are_answered_in_order(server: Server) -> None:
    names = [f"default{number % 7}" for number in range(1000)]
    with server.connect() as connection:
        asked = b"".join(server.head("GET", f"/api/v1/namespaces/{name}") for name in names)
        connection.sendall(asked + server.head("GET", "/livez", "Connection: close"))
        answer = read_all(connection)
    assert answer.count(b"HTTP/1.1 ") == 1001
    told = [json.loads(part.partition(b"\n")[0])["details"]["name"] for part in answer.split(b"\r\n\r\n")[1:-1]]
    assert told == names


def test_a_client_that_closes_its_side_gets_its_answer_or_an_end(server: Server) -> None:
    with server.connect() as connection:
        connection.sendall(server.head("GET", "/livez"))
        with socket.socket(fileno=os.dup(connection.fileno())) as below_tls:
            below_tls.shutdown(socket.SHUT_WR)
        answer = read_all(connection)
    assert not answer or answer.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "data", [b"", b"\0" * 1000, b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\xff\xff" + b"\xff" * 70000]
)
def test_garbage_instead_of_a_handshake_ends_the_connection(server: Server, data: bytes) -> None:
    with server.connect_plainly() as connection:
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            return
        assert b"HTTP/1.1 2" not in read_all(connection)


@pytest.mark.parametrize(
    "sent",
    [b"", b"GET /version HT", b"GET /version HTTP/1.1\r\nHost:", b"POST /x HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf"],
)
def test_a_request_that_does_not_come_to_its_end_is_dropped(
    server: Server, sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "REQUEST_SECONDS", 0.05)
    with server.connect() as connection:
        connection.sendall(sent)
        assert b"200" not in read_all(connection)


def test_a_second_request_that_does_not_come_to_its_end_is_dropped(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "REQUEST_SECONDS", 0.05)
    with server.connect() as connection:
        connection.sendall(server.head("GET", "/livez"))
        assert connection.recv(1 << 16).startswith(b"HTTP/1.1 200")
        connection.sendall(b"GET /version HTTP/1.1\r\nX: ")
        assert read_all(connection) == b""

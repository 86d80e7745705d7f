"""Clients and servers that really exchange data, over loopback."""

from __future__ import annotations

import contextlib
import signal
import socket
from pathlib import Path

from tests.workloads.programs import Program, server


def test_every_client_sends_what_it_should_and_gets_it_back() -> None:
    with server() as (_, where):
        options = ("--server", where, "--bytes", "300000", "--message-bytes", "1000", "--clients", "3")
        with Program("client", *options, pod="client-0") as client:
            results = client.end()

    assert [result["client"] for result in results] == [0, 1, 2]
    for result in results:
        measures, trips = result["measures"], result["durations"]["roundTrip"]
        assert (measures["bytesSent"], measures["bytesReceived"]) == (300_000, 300_000)
        assert (measures["attempts"], measures["connections"], measures["corrupt"]) == (1, 1, 0)
        assert trips["count"] == measures["messages"] == 300
        assert 0 < trips["p50Seconds"] <= trips["p99Seconds"] <= trips["maxSeconds"]
        assert measures["firstConnectionSeconds"] > 0
        assert result["complete"]
        assert (result["pod"], result["namespace"], result["clients"]) == ("client-0", "ns", 3)


def test_the_server_counts_the_same_bytes() -> None:
    with server() as (serving, where):
        with Program("client", "--server", where, "--bytes", "5000", "--message-bytes", "1000") as client:
            client.end()
        serving.end(signal.SIGTERM)
        served = serving.until("served")["measures"]

    assert served == {"connections": 1, "bytesReceived": 5000, "bytesSent": 5000}


def test_a_rate_bounds_what_is_sent_in_a_time() -> None:
    with server() as (_, where):
        options = ("--server", where, "--rate", "100000", "--seconds", "0.3", "--message-bytes", "1000")
        with Program("client", *options) as client:
            (result,) = client.end()

    assert result["measures"]["bytesReceived"] <= 100_000 * 0.3 + 1000


def test_a_client_tries_until_there_is_a_server_and_counts_its_attempts() -> None:
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    options = ("--server", f"127.0.0.1:{port}", "--bytes", "1000", "--message-bytes", "1000", "--retry-most", "0.05")
    with Program("client", *options) as client:
        client.until("begun")
        with server(port):
            (result,) = client.end()

    measures = result["measures"]
    assert measures["connections"] == 1
    assert measures["attempts"] == measures["refused"] + 1


def test_a_client_survives_a_restart_of_its_server() -> None:
    with server() as (first, where):
        port = int(where.rpartition(":")[2])
        options = ("--server", where, "--rate", "200000", "--bytes", "100000", "--message-bytes", "1000")
        with Program("client", *options, "--retry-most", "0.05") as client:
            client.until("begun")
            first.end(signal.SIGTERM)
            with server(port):
                (result,) = client.end()

    measures = result["measures"]
    assert measures["bytesReceived"] == 100_000
    assert measures["connections"] == measures["disconnects"] + 1
    assert result["complete"]


def test_a_client_that_finds_nobody_gives_up_and_says_so() -> None:
    with Program("client", "--server", "127.0.0.1:1", "--bytes", "1", "--give-up", "0.1") as client:
        (result,) = client.end()

    assert result["measures"]["refused"] == result["measures"]["attempts"] >= 1
    assert result["measures"]["unfinished"] == 1
    assert "firstConnectionSeconds" not in result["measures"]


def test_sigterm_ends_an_exchange_with_what_there_is() -> None:
    with server() as (_, where):
        options = ("--server", where, "--rate", "1000000", "--seconds", "600", "--clients", "2", "--idle")
        with Program("client", *options) as client:
            client.until("begun")
            results = client.end(signal.SIGTERM)

    assert [result["complete"] for result in results] == [False, False]


def test_the_server_sends_whoever_does_not_speak_its_language_away() -> None:
    with server() as (serving, where):
        host, _, port = where.rpartition(":")
        for greeting in (b"GET / HTTP/1.1\r\n\r\n", b'{"messageBytes": 1e12}\n', b"x" * 5000):
            with socket.create_connection((host, int(port)), timeout=10) as connection:
                connection.sendall(greeting)
                with contextlib.suppress(ConnectionResetError):  # what it did not read any more resets
                    assert connection.recv(100) == b""
        serving.end(signal.SIGTERM)


def test_a_name_is_looked_up_in_the_hosts_file_where_there_is_one(tmp_path: Path) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 server.ns.svc.cluster.local server.ns.svc server.ns\n", encoding="utf-8")
    with server() as (_, where):
        options = ("--server", f"server:{where.rpartition(':')[2]}", "--bytes", "10", "--message-bytes", "10")
        with Program("client", *options, PLIMSOLL_HOSTS=str(hosts)) as client:
            (result,) = client.end()

    assert result["measures"]["bytesReceived"] == 10

"""A real dnsmasq on loopback, in front of a name server that lives in the test."""

from __future__ import annotations

import socket
import struct
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

A, AAAA = 1, 28
NOERROR, NXDOMAIN, REFUSED = 0, 3, 5

LOOPBACK = "127.0.0.1"
READY = "ready.test"
"""A name that dnsmasq knows by itself, so that asking for it takes no forward."""

_SOA = b"\0" + struct.pack(">HHIH", 6, 1, 60, 22) + b"\0\0" + struct.pack(">IIIII", 1, 60, 60, 60, 60)
_ADDRESS = b"\xc0\x0c" + struct.pack(">HHIH", A, 1, 60, 4) + bytes([192, 0, 2, 1])

Manner = Literal["silent", "denying", "answering"]


def question(number: int, name: str, record: int = A) -> bytes:
    """A query as a resolver sends it."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return struct.pack(">HHHHHH", number, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">HH", record, 1)


def code(answer: bytes) -> int:
    """The response code of an answer."""
    return answer[3] & 15


class Upstream:
    """A name server that never answers, denies every name, or has an IPv4 address for each and no IPv6 address."""

    def __init__(self, manner: Manner) -> None:
        self.manner = manner
        self.queries: list[bytes] = []
        self._arrived = threading.Condition()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((LOOPBACK, 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def received(self, count: int) -> list[bytes]:
        """The queries once there are so many, which this thread may hear of later than who asked is answered."""
        with self._arrived:
            self._arrived.wait_for(lambda: len(self.queries) >= count, timeout=10)
            return list(self.queries)

    def close(self) -> None:
        """Answer no more."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stopping:
            stopping.sendto(b"", (LOOPBACK, self.port))
        self._thread.join(timeout=10)
        self._socket.close()

    def _serve(self) -> None:
        while query := self._receive():
            packet, sender = query
            with self._arrived:
                self.queries.append(packet)
                self._arrived.notify_all()
            if self.manner != "silent":
                self._socket.sendto(self._answer(packet), sender)

    def _receive(self) -> tuple[bytes, tuple[str, int]] | None:
        packet, sender = self._socket.recvfrom(4096)
        return (packet, sender) if packet else None

    def _answer(self, packet: bytes) -> bytes:
        end = packet.index(0, 12) + 5
        asked = packet[12:end]
        record = struct.unpack(">H", packet[end - 4 : end - 2])[0]
        if self.manner == "denying":
            return packet[:2] + struct.pack(">HHHHH", 0x8180 | NXDOMAIN, 1, 0, 1, 0) + asked + _SOA
        if record == AAAA:
            return packet[:2] + struct.pack(">HHHHH", 0x8180, 1, 0, 1, 0) + asked + _SOA
        return packet[:2] + struct.pack(">HHHHH", 0x8180, 1, 1, 0, 0) + asked + _ADDRESS


class Dnsmasq:
    """A running dnsmasq."""

    def __init__(self, program: str, upstream: Upstream, *options: str) -> None:
        self.upstream = upstream
        self.port = _free_port()
        self._log: str | None = None
        self._process = subprocess.Popen(
            [
                program,
                "--no-daemon",
                "--conf-file=/dev/null",
                "--no-resolv",
                "--no-hosts",
                "--log-facility=-",
                f"--port={self.port}",
                f"--listen-address={LOOPBACK}",
                "--bind-interfaces",
                f"--server={LOOPBACK}#{upstream.port}",
                f"--address=/{READY}/192.0.2.2",
                *options,
            ],
            stderr=subprocess.PIPE,
            text=True,
        )

    def ask(self, name: str, record: int = A, *, seconds: float = 5.0) -> bytes:
        """The answer to one query; ``TimeoutError`` where none comes, ``ConnectionRefusedError`` where nobody listens."""
        with self.send(name, record) as client:
            client.settimeout(seconds)
            return client.recv(4096)

    def send(self, name: str, record: int = A) -> socket.socket:
        """Send a query; its answer comes to the socket."""
        client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        client.connect((LOOPBACK, self.port))
        client.send(question(client.getsockname()[1], name, record))
        return client

    def wait_until_ready(self) -> None:
        """Ask until it answers."""
        for _ in range(100):
            if self._process.poll() is not None:
                break
            try:
                self.ask(READY, seconds=0.1)
            except (TimeoutError, ConnectionRefusedError):
                threading.Event().wait(0.05)
            else:
                return
        raise TimeoutError(self.stop())

    def stop(self) -> str:
        """End it; returns its log."""
        if self._log is None:
            self._process.terminate()
            self._log = self._process.communicate(timeout=10)[1]
        return self._log


@contextmanager
def running(program: str, manner: Manner, *options: str) -> Iterator[Dnsmasq]:
    """A dnsmasq that answers, in front of a name server of this manner."""
    upstream = Upstream(manner)
    dnsmasq = Dnsmasq(program, upstream, *options)
    try:
        while True:
            try:
                dnsmasq.wait_until_ready()
            except TimeoutError as error:
                if "Address already in use" not in str(error):  # somebody was faster with the port that was free
                    raise
                dnsmasq = Dnsmasq(program, upstream, *options)
            else:
                break
        yield dnsmasq
    finally:
        dnsmasq.stop()
        upstream.close()


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port

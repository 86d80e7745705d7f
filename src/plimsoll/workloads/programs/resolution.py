"""From the name of a service to addresses.

A cluster has DNS for that. Where pods are plain processes of one machine there is none, and ``PLIMSOLL_HOSTS`` names a
file in the format of ``/etc/hosts`` instead; it changes while pods come and go, so it is read at each look-up.
"""

from __future__ import annotations

import os
import socket
from typing import Any, NamedTuple


class Endpoint(NamedTuple):
    """A server to connect to, by name or address."""

    host: str
    port: int


def parse_endpoint(text: str) -> Endpoint:
    """Read ``HOST:PORT``, also ``[::1]:PORT``; ``ValueError`` where it is not of that form."""
    host, separator, port = text.rpartition(":")
    if not separator or not host:
        raise ValueError("{!r} is not HOST:PORT".format(text))
    return Endpoint(host.strip("[]"), int(port))


def addresses(endpoint: Endpoint) -> list[tuple[int, Any]]:
    """Families and socket addresses of a server; ``socket.gaierror`` where its name is not known."""
    hosts_file = os.environ.get("PLIMSOLL_HOSTS")
    host = endpoint.host
    if hosts_file:
        host = _in_hosts_file(hosts_file, host, os.environ.get("PLIMSOLL_NAMESPACE", "")) or host
    found = socket.getaddrinfo(host, endpoint.port, type=socket.SOCK_STREAM)
    return [(family, address) for family, _, _, _, address in found]


def connect(endpoint: Endpoint, timeout_seconds: float) -> socket.socket:
    """Connect to the first address that answers; ``OSError`` of the last that did not."""
    failure: OSError = OSError("no address")
    for family, address in addresses(endpoint):
        connection = socket.socket(family, socket.SOCK_STREAM)
        try:
            connection.settimeout(timeout_seconds)
            connection.connect(address)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            connection.close()
            failure = error
        else:
            return connection
    raise failure


def notice_silence(connection: socket.socket) -> None:
    """Have the system notice a peer whose machine is gone: after 25 seconds without an answer to its questions."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 10), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, name):  # not on every platform
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _in_hosts_file(path: str, host: str, namespace: str) -> str | None:
    """The address of a name, or of a service of the own namespace by its short name."""
    wanted = {host, "{}.{}.svc".format(host, namespace)}
    try:
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                address, *names = line.split("#", 1)[0].split() or [""]
                if not wanted.isdisjoint(names):
                    return address
    except OSError:
        return None
    return None

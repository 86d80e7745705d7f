"""Where a cluster's API is and how to get there: directly or through a proxy, with TLS or without."""

from __future__ import annotations

import asyncio
import base64
import math
import ssl
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from plimsoll.cluster.http.connection import Connection
from plimsoll.errors import RunError

CONNECT_SECONDS = 30.0
"""client-go's dialer (``net.Dialer.Timeout`` in ``transport/cache.go``)."""
_DEFAULT_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An API server. ``tls`` is None for plain HTTP."""

    url: str
    tls: ssl.SSLContext | None = None
    server_name: str | None = None
    """Whose certificate is expected, where it is not that of the URL's host."""
    proxy_url: str | None = None

    @property
    def host(self) -> str:
        """The value of the ``Host`` header."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    @property
    def base_path(self) -> str:
        """What comes before ``/api`` in every path: empty, unless the API is behind another server."""
        return urlsplit(self.url).path.rstrip("/")

    async def connect(self) -> Connection:
        """Open a connection: ``ConnectionError`` or ``TimeoutError`` where that fails, ``RunError`` where it always will."""
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                return await (self._through_proxy() if self.proxy_url else self._directly())
        except ssl.SSLCertVerificationError as error:
            raise RunError(
                f"the certificate of {self.url} is not trusted: {error.verify_message}. Name its authority as "
                "`certificate-authority` of the cluster in the kubeconfig, or its name as `tls-server-name`"
            ) from error
        except TimeoutError as error:
            raise TimeoutError(f"cannot reach {self.url} within {CONNECT_SECONDS:g} s") from error
        except OSError as error:
            kind = type(error) if isinstance(error, ConnectionError) else ConnectionError
            raise kind(f"cannot reach {self.url}: {error.strerror or error}") from error

    async def _directly(self) -> Connection:
        host, port = _address(self.url)
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(
            Connection, host, port, ssl=self.tls, server_hostname=self._expected_name(host)
        )
        return connection

    async def _through_proxy(self) -> Connection:
        """A tunnel (``CONNECT``, RFC 9110 9.3.6), then TLS inside of it."""
        assert self.proxy_url is not None  # noqa: S101 - asked for only where there is one
        loop = asyncio.get_running_loop()
        proxy_host, proxy_port = _address(self.proxy_url)
        proxy_tls = ssl.create_default_context() if urlsplit(self.proxy_url).scheme == "https" else None
        transport, tunnel = await loop.create_connection(Connection, proxy_host, proxy_port, ssl=proxy_tls)
        host, port = _address(self.url)
        response = await tunnel.send(_connect_request(host, port, self.proxy_url), math.inf, streaming=True)
        if response.status != 200:  # noqa: PLR2004 - the only answer that opens a tunnel
            tunnel.close()
            raise ConnectionError(f"the proxy {proxy_host}:{proxy_port} answered {response.status}")
        connection = Connection()
        if self.tls is None:
            transport.set_protocol(connection)
            connection.connection_made(transport)
            return connection
        secured = await loop.start_tls(transport, connection, self.tls, server_hostname=self._expected_name(host))
        assert secured is not None  # noqa: S101 - typeshed: None only for a transport that is closed
        connection.connection_made(secured)
        return connection

    def _expected_name(self, host: str) -> str | None:
        return (self.server_name or host) if self.tls is not None else None


def _address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or _DEFAULT_PORTS.get(parts.scheme, 80)


def _connect_request(host: str, port: int, proxy_url: str) -> bytes:
    authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    lines = [f"CONNECT {authority} HTTP/1.1", f"Host: {authority}"]
    parts = urlsplit(proxy_url)
    if parts.username is not None:
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        lines.append(f"Proxy-Authorization: Basic {base64.b64encode(login.encode()).decode()}")
    return "\r\n".join([*lines, "", ""]).encode()

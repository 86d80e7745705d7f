"""Identities that a program gives: the exec plugins of client-go (``plugin/pkg/client/auth/exec``).

What a plugin answered is used until it expires, or until the server refuses it; then the plugin is run again, once for
all requests that wait for it.
"""

from __future__ import annotations

import asyncio
import json
import os
import ssl
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from plimsoll.cluster.credentials.headers import bearer
from plimsoll.cluster.http.identity import Identity
from plimsoll.kube.timestamps import parse_rfc3339

if TYPE_CHECKING:
    from plimsoll.cluster.credentials.settings import Settings

API_VERSIONS = ("client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1")
KIND = "ExecCredential"
_CLUSTER_FIELDS = (
    "server", "tls-server-name", "insecure-skip-tls-verify", "certificate-authority-data", "proxy-url",
)  # fmt: skip
"""What a plugin with ``provideClusterInfo`` is told (``client.authentication.k8s.io`` Cluster)."""


class Plugin:
    """One plugin. ``certify`` makes the TLS context with a certificate that the plugin gives."""

    def __init__(
        self,
        settings: Settings,
        cluster: Settings,
        headers: bytes,
        certify: Callable[[bytes | None, bytes | None], ssl.SSLContext | None],
        clock: Callable[[], float],
    ) -> None:
        self._settings, self._cluster = settings, cluster
        self._headers, self._certify, self._clock = headers, certify, clock
        self._identity: Identity | None = None
        self._expires_seconds: float | None = None
        self._running = asyncio.Lock()
        self._check()

    def current(self) -> Identity | None:
        """What the plugin answered last, unless it has expired. ``clock`` tells Unix seconds."""
        if self._expires_seconds is not None and self._clock() >= self._expires_seconds:
            return None
        return self._identity

    async def renew(self, refused: Identity | None) -> Identity:
        """Run the plugin, unless somebody else has had it run since."""
        async with self._running:
            current = self.current()
            if current is None or current is refused:
                current = self._identity = self._read(await self._run())
            return current

    def _check(self) -> None:
        settings = self._settings
        if not settings.text("command"):
            settings.complain("command", "is missing", "Name the program that gives the credentials")
        if settings.text("apiVersion") not in API_VERSIONS:
            settings.complain(
                "apiVersion", f"{settings.text('apiVersion')!r} is not supported", f"Write {API_VERSIONS[0]}"
            )
        if settings.text("interactiveMode") == "Always" and not sys.stdin.isatty():
            settings.complain("interactiveMode", "the plugin needs a terminal", "Run from a terminal, or use a token")

    async def _run(self) -> bytes:
        settings = self._settings
        command = settings.text("command")
        if os.sep in command:
            command = str(settings.file.parent / command)
        arguments = [str(argument) for argument in settings.items("args")]
        stdin = None if self._is_interactive else asyncio.subprocess.DEVNULL
        try:
            process = await asyncio.create_subprocess_exec(
                command, *arguments, stdin=stdin, stdout=asyncio.subprocess.PIPE, env=self._environment()
            )
        except OSError as error:
            remedy = settings.text("installHint").strip() or "Install it, or put it on the PATH"
            settings.complain("command", f"{command} cannot be run: {error.strerror}", remedy)
        output, _ = await process.communicate()
        if process.returncode:
            settings.complain(
                "command", f"{command} ended with exit code {process.returncode}", "See what it printed above"
            )
        return output

    @property
    def _is_interactive(self) -> bool:
        return self._settings.text("interactiveMode") != "Never" and sys.stdin is not None and sys.stdin.isatty()

    def _environment(self) -> Mapping[str, str]:
        spec: dict[str, Any] = {"interactive": self._is_interactive}
        if self._settings.flag("provideClusterInfo"):
            spec["cluster"] = {
                name: self._cluster.values[name] for name in _CLUSTER_FIELDS if name in self._cluster.values
            }
        info = {"apiVersion": self._settings.text("apiVersion"), "kind": KIND, "spec": spec}
        given = {str(each.get("name")): str(each.get("value")) for each in self._settings.items("env")}
        return {**os.environ, **given, "KUBERNETES_EXEC_INFO": json.dumps(info)}

    def _read(self, output: bytes) -> Identity:
        settings = self._settings
        try:
            answer = json.loads(output)
            status = answer["status"]
            kind, version = answer["kind"], answer["apiVersion"]
        except (ValueError, KeyError, TypeError):
            settings.complain("command", f"its output is not an {KIND} with a status", "Try it by hand")
        if kind != KIND or version != settings.text("apiVersion"):
            problem = f"it answered {version} {kind}, not {settings.text('apiVersion')} {KIND}"
            settings.complain("apiVersion", problem, "Write the version that the plugin speaks")
        token = status.get("token")
        certificate, key = status.get("clientCertificateData"), status.get("clientKeyData")
        if not token and not (certificate and key):
            settings.complain("command", "it gave neither a token nor a certificate with its key", "Try it by hand")
        self._expires_seconds = parse_rfc3339(status.get("expirationTimestamp") or "")
        tls = self._certify(certificate.encode() if certificate else None, key.encode() if key else None)
        return Identity((bearer(token) if token else b"") + self._headers, tls)

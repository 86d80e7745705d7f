"""Probes that really ask: a command's exit code, an HTTP status, an open port."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from plimsoll.kube.resources import Object

Execute = Callable[[list[str], float], Awaitable[bool]]
"""Runs a command in a container's surroundings within a time; whether it exited with 0."""


class Probe:
    """One probe of a container, as ``core/v1`` describes it; unset fields have that API's defaults."""

    def __init__(self, spec: Object, container: Object, address: str, execute: Execute) -> None:
        self.initial_delay_seconds = float(spec.get("initialDelaySeconds") or 0)
        self.period_seconds = float(spec.get("periodSeconds") or 10)
        self.failure_threshold = int(spec.get("failureThreshold") or 3)
        self.success_threshold = int(spec.get("successThreshold") or 1)
        self._timeout_seconds = float(spec.get("timeoutSeconds") or 1)
        self._spec = spec
        self._container = container
        self._address = address
        self._execute = execute

    async def ask(self) -> bool:
        """Whether the container answers as it should; also where this kind of probe is not known here."""
        spec = self._spec
        try:
            async with asyncio.timeout(self._timeout_seconds):
                if "exec" in spec:
                    return await self._execute(list(spec["exec"].get("command", ())), self._timeout_seconds)
                if "httpGet" in spec:
                    return await self._get(spec["httpGet"])
                if "tcpSocket" in spec:
                    return await self._connect(spec["tcpSocket"])
        except (OSError, TimeoutError, ValueError):
            return False
        return True

    async def _get(self, wish: Object) -> bool:
        host = wish.get("host") or self._address
        reader, writer = await asyncio.open_connection(host, self._port(wish["port"]))
        try:
            head = [f"GET {wish.get('path') or '/'} HTTP/1.1", f"Host: {host}", "Connection: close"]
            head += [f"{header['name']}: {header['value']}" for header in wish.get("httpHeaders", ())]
            writer.write("\r\n".join([*head, "", ""]).encode())
            status = (await reader.readline()).split()
            return len(status) > 1 and HTTPStatus.OK <= int(status[1]) < HTTPStatus.BAD_REQUEST
        finally:
            writer.close()

    async def _connect(self, wish: Object) -> bool:
        _, writer = await asyncio.open_connection(wish.get("host") or self._address, self._port(wish["port"]))
        writer.close()
        return True

    def _port(self, wish: int | str) -> int:
        if isinstance(wish, int):
            return wish
        ports = {port.get("name"): port["containerPort"] for port in self._container.get("ports", ())}
        if wish not in ports:
            raise ValueError(f"no port {wish!r}")
        return int(ports[wish])


async def watch(probe: Probe, told: Callable[[bool], None], *, once: bool = False) -> None:
    """Ask at the probe's period, and tell what the thresholds make of it; with ``once`` until the first success."""
    await asyncio.sleep(probe.initial_delay_seconds)
    streak, last = 0, None
    while True:
        answer = await probe.ask()
        streak = streak + 1 if answer is last else 1
        last = answer
        if streak >= (probe.success_threshold if answer else probe.failure_threshold):
            told(answer)
            if answer and once:
                return
        await asyncio.sleep(probe.period_seconds)

"""What each kind of phase does, and when it is over."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plimsoll.driver.sending import Sender, namespace_of
from plimsoll.kube.resources import NAMESPACES

if TYPE_CHECKING:
    from collections.abc import Callable

    from plimsoll.driver.client import Client
    from plimsoll.driver.observation import JobPods, Observation
    from plimsoll.driver.steps import Operation, Phase

EXCHANGE_PATIENCE = 10.0
"""An exchange may take this many times as long as its rate says, because the network is shared, …"""
EXCHANGE_ALLOWANCE_SECONDS = 600.0
"""… and this much longer, until it is taken to hang."""


@dataclass(slots=True)
class PhaseRun:
    """A phase and how far it is. Live progress reads it."""

    phase: Phase
    done: int = 0
    """Operations carried out."""
    started_seconds: float | None = None
    ended_seconds: float | None = None


class PhaseRunner:
    """Carries out single phases."""

    def __init__(self, client: Client, observation: Observation, label_selector: str) -> None:
        self._client = client
        self._observation = observation
        self._label_selector = label_selector

    async def carry_out(self, run: PhaseRun) -> str:
        """Carry out a phase; return what it fell short of, or nothing."""
        phase = run.phase
        match phase.kind:
            case "create" | "delete":
                return await self._send(run)
            case "wait":
                return await self._wait(phase)
            case "exchange":
                return await self._exchange(phase)
            case "pause":
                await asyncio.sleep(phase.duration_seconds)
                return ""

    async def _send(self, run: PhaseRun) -> str:
        phase = run.phase

        def count(_: Operation) -> None:
            run.done += 1

        sender = Sender(self._client, phase.pace, self._label_selector, count)
        await sender.send(phase.chains())
        return await self._until_gone(phase, sender.deleted) if phase.until_gone else ""

    async def _until_gone(self, phase: Phase, deleted: list[Operation]) -> str:
        """Deleted namespaces must be gone; where only their contents were deleted, their pods."""
        left = list(dict.fromkeys(map(namespace_of, deleted)))
        whole = any(operation.resource is NAMESPACES for operation in deleted)

        def is_over(namespace: str) -> bool:
            # Namespaces and pods are watched apart: a namespace may be seen to go before its last pod is.
            return self._observation.is_empty(namespace) and (not whole or self._observation.is_gone(namespace))

        def all_gone() -> bool:
            while left and is_over(left[-1]):
                left.pop()  # asked after each change: so each namespace is found gone once, and never looked at again
            return not left

        if await self._in_time(all_gone, phase.timeout_seconds):
            return ""
        remaining = sum(not is_over(namespace) for namespace in left)
        return f"{remaining:,} namespaces still {'exist' if whole else 'hold pods'}"

    async def _wait(self, phase: Phase) -> str:
        pods = self._observation.job(phase.job)
        assert phase.wait is not None  # noqa: S101 - a wait for nothing is a bug of the plan
        goal = phase.wait.for_
        if await self._in_time(lambda: _reached(pods, goal) >= phase.pods, phase.timeout_seconds):
            return ""
        return f"{_reached(pods, goal):,} of {phase.pods:,} pods are {goal}"

    async def _exchange(self, phase: Phase) -> str:
        """Until every client has finished. When the time is up, only those that are still at it are waited for."""
        pods = self._observation.job(phase.job)
        if await self._in_time(lambda: 0 < pods.clients <= pods.clients_finished, phase.duration_seconds):
            return ""
        patience_seconds = (EXCHANGE_PATIENCE - 1) * phase.duration_seconds + EXCHANGE_ALLOWANCE_SECONDS
        if await self._in_time(lambda: pods.clients_exchanging == 0, patience_seconds):
            return ""
        return f"{pods.clients_exchanging:,} clients have not finished exchanging data"

    async def _in_time(self, condition: Callable[[], bool], timeout_seconds: float | None) -> bool:
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._observation.until(condition)
        except TimeoutError:
            return False
        return True


def _reached(pods: JobPods, goal: str) -> int:
    return pods.ready if goal == "ready" else pods.running

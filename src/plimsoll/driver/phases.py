"""What each kind of phase does, and when it is over."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from plimsoll.driver.acting import Actor
from plimsoll.driver.departures import Departures
from plimsoll.driver.sending import Sender

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from plimsoll.driver.client import Client
    from plimsoll.driver.observation import JobPods, Observation
    from plimsoll.driver.steps import Operation, Phase
    from plimsoll.driver.tally import Tally

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


class Hands(Protocol):
    """Others who create objects for the driver."""

    async def create(self, phase: Phase, tally: Tally, on_sent: Callable[[int], None]) -> None:
        """Create all objects of a phase, count them, and tell how many more have been sent."""
        ...


class PhaseRunner:
    """Carries out single phases; ``hands`` create the objects where there are any."""

    def __init__(
        self, client: Client, observation: Observation, label_selector: str, hands: Hands | None = None
    ) -> None:
        self._client = client
        self._hands = hands
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
            case "act":
                return await self._act(run)
            case "pause":
                await asyncio.sleep(phase.duration_seconds)
                return ""

    async def _send(self, run: PhaseRun) -> str:
        phase = run.phase

        def count(_: Operation) -> None:
            run.done += 1

        def count_more(sent: int) -> None:
            run.done += sent

        if self._hands is not None and phase.kind == "create":
            await self._hands.create(phase, self._client.tally, count_more)
            return ""
        sender = Sender(self._client, phase.pace, self._label_selector, count)
        await sender.send(phase.chains())
        if not phase.until_gone:
            return ""
        departures = Departures(self._client, self._observation, self._label_selector, sender.deleted)
        return "" if await _in_time(departures.over(), phase.timeout_seconds) else departures.remaining

    async def _act(self, run: PhaseRun) -> str:
        def count(_: Operation) -> None:
            run.done += 1

        assert run.phase.action is not None  # noqa: S101 - as above
        return await Actor(self._client, run.phase, run.phase.action, self._label_selector).act(count)

    async def _wait(self, phase: Phase) -> str:
        pods = self._observation.job(phase.job)
        assert phase.wait is not None  # noqa: S101 - a wait for nothing is a bug of the plan
        goal = phase.wait.for_
        if await self._until(lambda: _reached(pods, goal) >= phase.pods, phase.timeout_seconds):
            return ""
        return f"{_reached(pods, goal):,} of {phase.pods:,} pods are {goal}"

    async def _exchange(self, phase: Phase) -> str:
        """Until every client has finished. When the time is up, only those that are still at it are waited for."""
        pods = self._observation.job(phase.job)
        if await self._until(lambda: 0 < pods.clients <= pods.clients_finished, phase.duration_seconds):
            return ""
        patience_seconds = (EXCHANGE_PATIENCE - 1) * phase.duration_seconds + EXCHANGE_ALLOWANCE_SECONDS
        if phase.barrier is not None:
            patience_seconds += phase.barrier.timeout_seconds
        if await self._until(lambda: pods.clients_exchanging == 0, patience_seconds):
            return ""
        return f"{pods.clients_exchanging:,} clients have not finished exchanging data"

    async def _until(self, condition: Callable[[], bool], timeout_seconds: float | None) -> bool:
        return await _in_time(self._observation.until(condition), timeout_seconds)


async def _in_time(waiting: Awaitable[None], timeout_seconds: float | None) -> bool:
    """Whether it was over before its time was."""
    try:
        async with asyncio.timeout(timeout_seconds):
            await waiting
    except TimeoutError:
        return False
    return True


def _reached(pods: JobPods, goal: str) -> int:
    return pods.ready if goal == "ready" else pods.running

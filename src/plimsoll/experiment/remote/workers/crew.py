"""The leader's side: workers are told what to do and listened to, until each has done its share or is lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from plimsoll.driver.tally import GivenUp
from plimsoll.errors import RunError
from plimsoll.experiment.remote.workers.messages import Progress, Task, add, encode, read_progress
from plimsoll.experiment.remote.workers.share import Share

if TYPE_CHECKING:
    from plimsoll.driver.steps import Phase
    from plimsoll.driver.tally import Tally
    from plimsoll.telemetry import Telemetry

LOST = "WorkerLost"


class Colleague(Protocol):
    """A worker as its leader knows it."""

    async def hear(self) -> bytes:
        """The next line that it says; nothing once it is gone."""
        ...

    async def fate(self) -> str:
        """What has become of one that is gone, in words that follow its number."""
        ...


class Crew:
    """Workers that create objects together (see ``plimsoll.driver.phases.Hands``). ``tell`` reaches all of them."""

    def __init__(
        self,
        colleagues: Sequence[Colleague],
        tell: Callable[[bytes], Awaitable[None]],
        phases: Sequence[Phase],
        telemetry: Telemetry,
    ) -> None:
        self._colleagues = colleagues
        self._tell = tell
        self._phases = phases
        self._telemetry = telemetry
        self._foreign: set[str] = set()

    async def gather(self, patience_seconds: float) -> None:
        """Wait until every worker has said that it is there; :class:`RunError` naming one that is not in time."""
        for place, colleague in enumerate(self._colleagues):
            try:
                async with asyncio.timeout(patience_seconds):
                    line = await colleague.hear()
            except TimeoutError:
                message = f"worker {place} is not there after {patience_seconds:g} s: it {await colleague.fate()}"
                raise RunError(message) from None
            if not line:
                raise RunError(f"worker {place} {await colleague.fate()}")

    async def create(self, phase: Phase, tally: Tally, on_sent: Callable[[int], None]) -> None:
        """Have a phase's objects created.

        The share of a worker that is lost is counted as given up; :class:`RunError` names it when the others are done.
        """
        number = next(number for number, each in enumerate(self._phases) if each is phase)
        await self._tell(encode(Task(number, tuple(sorted(self._foreign)))))
        async with asyncio.TaskGroup() as group:
            parts = [
                group.create_task(self._listen(colleague, Share(place, len(self._colleagues)), phase, tally, on_sent))
                for place, colleague in enumerate(self._colleagues)
            ]
        losses = [loss for part in parts if (loss := part.result())]
        if losses:
            raise RunError("\n".join(losses))

    async def _listen(
        self, colleague: Colleague, share: Share, phase: Phase, tally: Tally, on_sent: Callable[[int], None]
    ) -> str:
        """Count what a worker does; what is to be said of it where it is lost before its share is done."""
        done: Counter[str] = Counter()
        over = False
        while not over:
            line = await colleague.hear()
            if not line:
                return await self._lose(colleague, share, phase, tally, done)
            progress = read_progress(line)
            add(tally, progress)
            done += _kinds(progress)
            self._foreign.update(progress.foreign)
            self._telemetry.requests(progress.requests)
            on_sent(progress.sent)
            over = progress.over
        return ""

    async def _lose(self, colleague: Colleague, share: Share, phase: Phase, tally: Tally, done: Counter[str]) -> str:
        wanted = share.kinds(phase)
        missing = wanted - done
        for kind, count in missing.items():
            tally.given_up[GivenUp("create", kind, LOST)] += count
        message = (
            f"worker {share.number} {await colleague.fate()}: of its {wanted.total():,} objects "
            f"{missing.total():,} are missing, or it did not say that they are there"
        )
        self._telemetry.log(asyncio.get_running_loop().time(), "driver", "", 0, message)
        return message


def _kinds(progress: Progress) -> Counter[str]:
    """What became of how many objects of each kind."""
    kinds = Counter(progress.created) + Counter(progress.existing)
    for _, kind, _, count in progress.given_up:
        kinds[kind] += count
    return kinds

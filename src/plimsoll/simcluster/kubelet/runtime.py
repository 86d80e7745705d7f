"""A node's container runtime: how long pods take to start and stop, how many at a time, and when the kubelet notices."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.kernel import Kernel, Random
    from plimsoll.simcluster.settings import RuntimeSettings

Started = Callable[[float], None]
"""Called when all containers of a pod run, with the moment at which its sandbox was ready."""


class Runtime:
    """Starts and stops pods. With limited parallelism further starts wait, first come first served."""

    def __init__(self, kernel: Kernel, settings: RuntimeSettings, random: Random) -> None:
        self._kernel = kernel
        self._settings = settings
        self._random = random
        self._starting = 0
        self._waiting: deque[tuple[int, Started]] = deque()
        self._held: list[Callable[[], None]] | None = None
        """What the runtime has not answered since it hangs; None while it answers."""

    @property
    def hangs(self) -> bool:
        """Whether the runtime does not answer."""
        return self._held is not None

    def hang(self) -> None:
        """Stop answering; containers that run go on running."""
        if self._held is None:
            self._held = []

    def recover(self) -> None:
        """Answer again, first what was asked for meanwhile."""
        held, self._held = self._held or [], None
        for answer in held:
            answer()

    def start(self, containers: int, started: Started) -> None:
        """Create a sandbox with its network, then create and start the containers one after the other."""
        if self._settings.parallelism and self._starting >= self._settings.parallelism:
            self._waiting.append((containers, started))
            return
        self._starting += 1
        sandbox_ready = self._kernel.now + self._draw(self._settings.sandbox_seconds)
        containers_seconds = sum(self._draw(self._settings.container_seconds) for _ in range(containers))
        self._kernel.at(sandbox_ready + containers_seconds, self._started, sandbox_ready, started)

    def stop(self, stopped: Callable[[], None]) -> None:
        """Kill a pod's containers, which obey, and remove its sandbox."""
        self._kernel.after(self._draw(self._settings.stop_seconds), self._answer, stopped)

    def _answer(self, answer: Callable[[], None]) -> None:
        if self._held is None:
            answer()
        else:
            self._held.append(answer)

    def _started(self, sandbox_ready: float, started: Started) -> None:
        if self._held is not None:
            self._held.append(lambda: self._started(self._kernel.now, started))
            return
        self._starting -= 1
        started(sandbox_ready)
        if self._waiting:
            self.start(*self._waiting.popleft())

    def _draw(self, mean_seconds: float) -> float:
        jitter = self._settings.jitter
        return mean_seconds * (1.0 - jitter + 2.0 * jitter * self._random.random())


class Pleg:
    """The pod lifecycle event generator: the kubelet learns what the runtime did when it lists all pods again.

    Relists come at a fixed period. Since the evented lists of recent versions a relist can also be asked for at once.
    """

    def __init__(self, period_seconds: float, on_demand_seconds: float, offset_seconds: float) -> None:
        self._period_seconds = period_seconds
        self._on_demand_seconds = on_demand_seconds
        self._offset_seconds = offset_seconds

    def notices(self, now_seconds: float) -> float:
        """When the kubelet notices what happened in the runtime just now."""
        period = self._period_seconds
        if not period:
            return now_seconds
        offset = self._offset_seconds
        tick = offset + math.ceil((now_seconds - offset) / period) * period
        return min(tick, now_seconds + self._on_demand_seconds) if self._on_demand_seconds else tick

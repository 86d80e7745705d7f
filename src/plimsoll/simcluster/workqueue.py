"""The work queue of controllers: keys that wait for one of a few workers."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from plimsoll.kernel import TokenBucket

if TYPE_CHECKING:
    from plimsoll.kernel import Kernel

Key = tuple[str, str]
"""Namespace and name."""

Sync = Callable[[Key, Callable[[], None]], None]
"""Brings one object nearer to what it should be; calls its second argument, once, when the worker is free again."""

FIRST_RETRY_SECONDS = 0.005
LONGEST_RETRY_SECONDS = 1000.0
_MOST_DOUBLINGS = 18  # 5 ms doubled so often is more than the longest retry

RETRIES_PER_SECOND = 10.0
RETRIES_BURST = 100
"""client-go's default controller rate limiter: per key 5 ms doubling to 1000 s, for all keys 10 a second in bursts of
100; the longer of the two waits counts (client-go/util/workqueue/default_rate_limiters.go)."""


class WorkQueue:
    """A key is queued once, and never worked on by two workers at a time (client-go/util/workqueue)."""

    def __init__(self, kernel: Kernel, workers: int, sync: Sync) -> None:
        self._kernel = kernel
        self._idle = workers
        self._sync = sync
        self._taken = 0
        self._waited_seconds = 0.0
        self._queue: deque[Key] = deque()
        self._queued_seconds: deque[float] = deque()
        """When each key came into the queue."""
        self._queued: set[Key] = set()
        self._working: set[Key] = set()
        self._again: set[Key] = set()
        self._failures: dict[Key, int] = {}
        self._awaiting_quiet: dict[Key, tuple[float, float]] = {}
        """When each key that waits for quiet was first asked for, and when it is due."""
        self._retries = TokenBucket(RETRIES_PER_SECOND, RETRIES_BURST)
        self._pauses = 0

    def __len__(self) -> int:
        return len(self._queue)

    def waits(self) -> tuple[int, float]:
        """How many keys workers have taken so far, and the seconds for which all of them had waited."""
        return self._taken, self._waited_seconds

    def add(self, key: Key) -> None:
        """Have a key worked on; one that is being worked on is taken up again afterwards."""
        if key in self._working:
            self._again.add(key)
        elif key not in self._queued:
            self._queued.add(key)
            self._queue.append(key)
            self._queued_seconds.append(self._kernel.now)
            self._dispatch()

    def add_after(self, key: Key, delay_seconds: float) -> None:
        """Add a key later."""
        self._kernel.after(delay_seconds, self.add, key)

    def add_when_quiet(self, key: Key, quiet_seconds: float, longest_seconds: float) -> None:
        """Add a key once nobody has asked for it for so long, but no later than ``longest_seconds`` after the first did."""
        now = self._kernel.now
        first_seconds, _ = self._awaiting_quiet.get(key, (now, now))
        due_seconds = min(now + quiet_seconds, first_seconds + longest_seconds)
        self._awaiting_quiet[key] = (first_seconds, due_seconds)
        self._kernel.after(due_seconds - now, self._add_if_quiet, key)

    def _add_if_quiet(self, key: Key) -> None:
        _, due_seconds = self._awaiting_quiet.get(key, (0.0, math.inf))
        if due_seconds <= self._kernel.now:
            del self._awaiting_quiet[key]
            self.add(key)

    def retry(self, key: Key) -> None:
        """Add a key whose sync failed, later each time."""
        failures = self._failures.get(key, 0)
        self._failures[key] = failures + 1
        own_seconds = min(FIRST_RETRY_SECONDS * 2 ** min(failures, _MOST_DOUBLINGS), LONGEST_RETRY_SECONDS)
        self.add_after(key, max(own_seconds, self._retries.reserve(self._kernel.now)))

    def forget_failures(self, key: Key) -> None:
        """The key's sync succeeded: its next failure is a first one."""
        self._failures.pop(key, None)

    def pause(self) -> None:
        """Hand out no more work: the controller manager is down. Changes are still noticed, as after a re-list."""
        self._pauses += 1

    def resume(self) -> None:
        """Hand out work again, once it was called as often as :meth:`pause`."""
        self._pauses -= 1
        if not self._pauses:
            for _ in range(min(self._idle, len(self._queue))):
                self._dispatch()

    def _dispatch(self) -> None:
        if self._idle and not self._pauses:
            self._idle -= 1
            self._kernel.after(0.0, self._work)

    def _work(self) -> None:
        """A worker takes keys until none is left, or one that takes time."""
        while self._queue and not self._pauses:
            key = self._queue.popleft()
            self._taken += 1
            self._waited_seconds += self._kernel.now - self._queued_seconds.popleft()
            self._queued.discard(key)
            self._working.add(key)
            worker = _Worker(self, key)
            self._sync(key, worker.done)
            if not worker.leave():
                return
        self._idle += 1

    def finished(self, key: Key) -> None:
        """A key's sync is over."""
        self._working.discard(key)
        if key in self._again:
            self._again.discard(key)
            self.add(key)

    def go_on(self) -> None:
        """The worker of a sync that took time is free again."""
        self._kernel.after(0.0, self._work)


class _Worker:
    """One sync: whether it is over by the time that it returns, as those are that need no request."""

    __slots__ = ("_key", "_left", "_over", "_queue")

    def __init__(self, queue: WorkQueue, key: Key) -> None:
        self._queue = queue
        self._key = key
        self._over = False
        self._left = False

    def done(self) -> None:
        """The sync is over."""
        self._over = True
        self._queue.finished(self._key)
        if self._left:
            self._queue.go_on()

    def leave(self) -> bool:
        """The sync has returned; whether it is over, so that its worker can take the next key."""
        self._left = True
        return self._over

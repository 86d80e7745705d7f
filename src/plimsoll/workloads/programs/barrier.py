"""When workers that wait for each other may begin. Nothing in here does input or output: time is passed in.

All begin as soon as everybody is there. Where somebody stays away they begin without, in one of two ways: enough of them
are there (``quorum``) and nobody has come for a while (``patience_seconds``); or it has all taken too long
(``timeout_seconds``), however few there are. So whatever becomes of a worker, the others begin.
"""

from __future__ import annotations

import math


class Barrier:
    """Counts workers by name. All times are seconds of one clock that never goes back."""

    def __init__(
        self, expected: int, quorum: float, patience_seconds: float, timeout_seconds: float, now_seconds: float
    ) -> None:
        self.expected = expected
        self.enough = math.ceil(expected * quorum)
        self.present: set[str] = set()
        self.lost: set[str] = set()
        """Workers that were here and went away without a result."""
        self.finished: set[str] = set()
        self.reason = ""
        """Why the workers were told to begin: ``all``, ``quorum``, ``deadline`` or, after a restart, ``resumed``."""
        self._patience_seconds = patience_seconds
        self._timeout_seconds = timeout_seconds
        self._deadline_seconds = now_seconds + timeout_seconds
        self._newcomer_seconds = now_seconds

    @property
    def open(self) -> bool:
        """Whether the workers have been told to begin."""
        return bool(self.reason)

    def join(self, worker: str, now_seconds: float, waited_seconds: float = 0.0) -> None:
        """A worker is here. One that waited at an earlier coordinator brings the time that has been waited already."""
        self.lost.discard(worker)
        if worker in self.present:
            return
        self.present.add(worker)
        self._newcomer_seconds = now_seconds
        self._deadline_seconds = min(self._deadline_seconds, now_seconds - waited_seconds + self._timeout_seconds)

    def leave(self, worker: str) -> None:
        """A worker is gone; unless it had finished, it is lost until it comes back."""
        if worker in self.present:
            self.present.discard(worker)
            if worker not in self.finished:
                self.lost.add(worker)

    def finish(self, worker: str) -> None:
        """A worker has delivered all of its results."""
        self.finished.add(worker)
        self.lost.discard(worker)

    def resume(self) -> None:
        """A worker says that it has begun already: this coordinator is not the first."""
        self.reason = self.reason or "resumed"

    def decide(self, now_seconds: float) -> bool:
        """Whether the workers are to begin, now or since earlier."""
        if not self.reason:
            here = len(self.present | self.finished)
            if here >= self.expected:
                self.reason = "all"
            elif now_seconds >= self._deadline_seconds:
                self.reason = "deadline"
            elif here and here >= self.enough and now_seconds >= self._newcomer_seconds + self._patience_seconds:
                self.reason = "quorum"
        return self.open

    def due_seconds(self) -> float:
        """When to decide again if nobody comes until then."""
        if len(self.present | self.finished) >= max(self.enough, 1):
            return min(self._deadline_seconds, self._newcomer_seconds + self._patience_seconds)
        return self._deadline_seconds

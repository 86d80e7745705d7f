"""In which order the status manager brings statuses to the API server.

Both versions make passes over all statuses that are newer than what was sent, each status as it is when the pass
begins. Up to 1.26 or so updates also queue one by one in a channel, and passes come every 10 s only; what finds the
channel full waits for a pass. Later versions begin a pass whenever there is something to send.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plimsoll.kernel import Random
    from plimsoll.kube.resources import Object

CHANNEL_PLACES = 1000
"""podStatusChannel of 1.14."""


class Reporting:
    """What the status manager knows of one pod: its status with a version, and the version that was sent."""

    __slots__ = ("changed_seconds", "deletable", "name", "namespace", "sent", "status", "uid", "version")

    def __init__(self, namespace: str, name: str, uid: str) -> None:
        self.namespace = namespace
        self.name = name
        self.uid = uid
        self.status: Object = {}
        self.version = 0
        self.sent = 0
        self.changed_seconds = 0.0
        """When the oldest change that was not sent yet was made."""
        self.deletable = False
        """The pod has ended and is being deleted: its last status is followed by the final DELETE."""


Update = tuple[Reporting, int, "Object"]
"""A status of a pod, and its version."""


class StatusQueue(Protocol):
    """Decides what is sent next."""

    def push(self, pod: Reporting) -> None:
        """A pod has a new status."""
        ...

    def pop(self, now_seconds: float) -> Update | None:
        """What to send now; None where nothing is to be sent before :meth:`due_seconds`."""
        ...

    def due_seconds(self, now_seconds: float) -> float | None:
        """When to ask again though nothing new was pushed."""
        ...


class PassQueue:
    """One pass after the other, as long as there is something to send."""

    def __init__(self, unsent: Mapping[str, Reporting], random: Random) -> None:
        self._unsent = unsent
        self._random = random
        self._pass: list[Update] = []

    def push(self, pod: Reporting) -> None:
        """Wait for the next pass, which begins when this one is over."""

    def pop(self, now_seconds: float) -> Update | None:  # noqa: ARG002 - a pass may begin at any time
        """The next status of the pass; the pass under way never gets to see newer ones."""
        return self._next_of_pass() or (self._begin_pass() if self._unsent else None)

    def due_seconds(self, now_seconds: float) -> float | None:  # noqa: ARG002
        """Never: whoever pushes asks."""
        return None

    def _begin_pass(self) -> Update | None:
        updates = [(pod, pod.version, pod.status) for pod in self._unsent.values()]
        if len(updates) > 1:
            self._random.shuffle(updates)  # Go iterates over a map in no particular order
        self._pass = updates
        return self._next_of_pass()

    def _next_of_pass(self) -> Update | None:
        while self._pass:
            update = self._pass.pop()
            if update[0].uid in self._unsent:
                return update
        return None


class ChannelQueue(PassQueue):
    """A channel with a limited number of places, and a pass at every tick of a ticker.

    Where both the channel and the ticker are ready, Go's ``select`` takes either with the same probability.
    """

    def __init__(self, unsent: Mapping[str, Reporting], random: Random, tick_seconds: float) -> None:
        super().__init__(unsent, random)
        self._tick_seconds = tick_seconds
        self._tick = 0
        self._channel: deque[Update] = deque()

    def push(self, pod: Reporting) -> None:
        """Take a place in the channel, if there is one; else the next pass will find the status."""
        if len(self._channel) < CHANNEL_PLACES:
            self._channel.append((pod, pod.version, pod.status))

    def pop(self, now_seconds: float) -> Update | None:
        """The next status of a pass under way; else what the channel or, at a tick, a new pass brings."""
        update = self._next_of_pass()
        while update is None:
            tick = int(now_seconds / self._tick_seconds)
            if tick > self._tick and (not self._channel or self._random.random() < 0.5):  # noqa: PLR2004 - one of two
                self._tick = tick
                update = self._begin_pass()
            elif self._channel:
                update = self._from_channel()
            else:
                return None
        return update

    def due_seconds(self, now_seconds: float) -> float | None:
        """The next tick, where the channel was full when some status came."""
        if not self._unsent:
            return None
        return (int(now_seconds / self._tick_seconds) + 1) * self._tick_seconds

    def _from_channel(self) -> Update | None:
        """The oldest update in the channel, unless a newer status of that pod was sent already."""
        pod, version, status = self._channel.popleft()
        return (pod, version, status) if version > pod.sent and pod.uid in self._unsent else None

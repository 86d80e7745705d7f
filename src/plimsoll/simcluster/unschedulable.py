"""The pods that no node took: each is tried again after its back-off, when something has changed, or after long."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from plimsoll.kernel import Kernel
    from plimsoll.kube.resources import Object
    from plimsoll.simcluster.settings import SchedulerSettings

_MOST_DOUBLINGS = 30  # beyond them every back-off is at its longest


class Unschedulable:
    """A pod that no node took: how often that happened, and from when on it may be tried again."""

    __slots__ = ("attempts", "message", "pod", "queued", "retry_seconds")

    def __init__(self, pod: Object) -> None:
        self.pod = pod
        self.attempts = 0
        self.message = ""
        """What was last said about it."""
        self.queued = False
        """It is in the active queue again."""
        self.retry_seconds = 0.0


class UnschedulablePods:
    """The scheduler's queue of such pods; ``activate`` puts one into the active queue."""

    def __init__(self, kernel: Kernel, settings: SchedulerSettings, activate: Callable[[Object], None]) -> None:
        self._kernel = kernel
        self._settings = settings
        self._activate = activate
        self._entries: dict[str, Unschedulable] = {}
        self._retrying = False

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, pod: Object) -> Unschedulable:
        """Take a pod in after one more attempt has failed."""
        settings = self._settings
        entry = self._entries.setdefault(pod["metadata"]["uid"], Unschedulable(pod))
        backoff = settings.initial_backoff_seconds * 2 ** min(entry.attempts, _MOST_DOUBLINGS)
        entry.attempts += 1
        entry.queued = False
        entry.retry_seconds = self._kernel.now + min(backoff, settings.max_backoff_seconds)
        self._kernel.after(settings.unschedulable_flush_seconds, self._flush, entry, entry.attempts)
        return entry

    def remove(self, uid: str) -> None:
        """Forget a pod that is placed or gone."""
        self._entries.pop(uid, None)

    def clear(self) -> None:
        """Forget all of them."""
        self._entries = {}

    def retry(self) -> None:
        """Something has changed in their favour: try them again, each after its back-off."""
        if self._entries and not self._retrying:
            self._retrying = True
            self._kernel.after(self._settings.initial_backoff_seconds, self._requeue_all)

    def _requeue_all(self) -> None:
        self._retrying = False
        now = self._kernel.now
        early = [entry for entry in self._entries.values() if not entry.queued and entry.retry_seconds > now]
        for entry in self._entries.values():
            if not entry.queued and entry.retry_seconds <= now:
                self._requeue(entry)
        if early:
            self._retrying = True
            self._kernel.at(min(entry.retry_seconds for entry in early), self._requeue_all)

    def _flush(self, entry: Unschedulable, attempts: int) -> None:
        """Try a pod again that nothing has moved for long."""
        if entry.attempts == attempts and not entry.queued:
            self._requeue(entry)

    def _requeue(self, entry: Unschedulable) -> None:
        if self._entries.get(entry.pod["metadata"]["uid"]) is entry:
            entry.queued = True
            self._activate(entry.pod)

"""What the replica set controller knows of one replica set's pods: those it has seen, and those it waits to see."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from plimsoll.simcluster.api import FINISHED_PHASES, is_ready

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.simcluster.store import StoredChange
    from plimsoll.simcluster.workqueue import Key

EXPECTATIONS_TIMEOUT_SECONDS = 300.0
"""Expectations that were not met in so long are dropped (pkg/controller/controller_utils.go)."""

FIRST_FAILURE_PAUSE_SECONDS = 1.0
LONGEST_FAILURE_PAUSE_SECONDS = 900.0
"""Back-off before pods that failed are replaced, as in pkg/controller/daemon (failedPodsBackoff).

The real replica set controller has none: where kubelets reject its pods (OutOfpods) and nothing keeps new ones away
from them, it makes failed pods as fast as its client's limiter lets it, for as long as it is left alone. A model in
which that limiter may be off has to do better.
"""


class OwnedPods:
    """One replica set's active pods, expectations, and failures."""

    __slots__ = (
        "_deleting",
        "_expected",
        "_expected_since_seconds",
        "_failure_pause_seconds",
        "_replace_after_seconds",
        "failure",
        "key",
        "metadata",
        "owner",
        "pods",
        "ready",
    )

    def __init__(self, key: Key, owner: str, metadata: Object) -> None:
        self.key = key
        self.owner = owner
        """The UID of the replica set."""
        self.metadata = metadata
        """The part of every pod's metadata that is the same for all of them."""
        self.pods: dict[str, Object] = {}
        """Neither finished nor being deleted, by UID."""
        self.ready = 0
        self.failure = ""
        """Why the last attempt to create pods failed."""
        self._deleting: set[str] | None = None
        """Pods whose deletion was asked for and has not been seen; few replica sets ever have any."""
        self._expected = 0
        self._expected_since_seconds = 0.0
        self._failure_pause_seconds = 0.0
        self._replace_after_seconds = 0.0

    def observe(self, change: StoredChange) -> bool:
        """Bring the counts up to date; whether that changed anything the controller acts on."""
        pod = change.object
        uid = pod["metadata"]["uid"]
        before = self.pods.get(uid)
        was_ready = before is not None and is_ready(before)
        if change.type == "ADDED":
            self.lower_expectation(1)
        if change.type == "DELETED" or not _is_active(pod):
            if self._deleting is not None:
                self._deleting.discard(uid)
            self.pods.pop(uid, None)
            self.ready -= was_ready
            return before is not None
        self.pods[uid] = pod
        ready = is_ready(pod)
        self.ready += ready - was_ready
        if ready:
            self._failure_pause_seconds = 0.0
        return before is None or ready != was_ready

    def take(self, pod: Object) -> None:
        """Count a pod that was just adopted, or no longer count one that was released."""
        uid = pod["metadata"]["uid"]
        before = self.pods.pop(uid, None)
        self.ready -= before is not None and is_ready(before)
        if any(one["uid"] == self.owner for one in pod["metadata"].get("ownerReferences") or ()):
            self.pods[uid] = pod
            self.ready += is_ready(pod)

    # --- expectations -----------------------------------------------------------------------------------------------------

    def expect(self, creates: int, now_seconds: float) -> None:
        """So many pods are going to be created."""
        self._expected = creates
        self._expected_since_seconds = now_seconds

    def expect_deletes(self, uids: Iterable[str]) -> None:
        """These pods are going to be deleted."""
        self._deleting = set(uids)

    def lower_expectation(self, creates: int) -> None:
        """So many of the expected pods have been seen, or will never come."""
        self._expected = max(self._expected - creates, 0)

    def is_awaiting(self, now_seconds: float) -> bool:
        """Whether the watch has yet to show what was asked for."""
        if self._deleting:
            return True
        return self._expected > 0 and now_seconds - self._expected_since_seconds < EXPECTATIONS_TIMEOUT_SECONDS

    # --- failures ---------------------------------------------------------------------------------------------------------

    def note_failure(self, now_seconds: float) -> float:
        """A pod has failed; returns how long its replacement has to wait, or 0 where others that failed wait already."""
        if now_seconds < self._replace_after_seconds:
            return 0.0
        doubled = max(2 * self._failure_pause_seconds, FIRST_FAILURE_PAUSE_SECONDS)
        self._failure_pause_seconds = min(doubled, LONGEST_FAILURE_PAUSE_SECONDS)
        self._replace_after_seconds = now_seconds + self._failure_pause_seconds
        return self._failure_pause_seconds

    def may_replace(self, now_seconds: float) -> bool:
        """Whether pods may be created now."""
        return now_seconds >= self._replace_after_seconds


def _is_active(pod: Object) -> bool:
    return "deletionTimestamp" not in pod["metadata"] and pod["status"].get("phase") not in FINISHED_PHASES

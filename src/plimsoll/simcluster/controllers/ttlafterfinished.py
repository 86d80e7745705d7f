"""Deletes jobs some time after they have finished (pkg/controller/ttlafterfinished)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.errors import ApiError
from plimsoll.kube.resources import JOBS
from plimsoll.simcluster.controllers.jobstatus import is_finished
from plimsoll.simcluster.controllers.reconciling import Steps, follow, key_of

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.simcluster.controllers.context import ControllerContext
    from plimsoll.simcluster.store import StoredChange
    from plimsoll.simcluster.workqueue import Key

WORKERS = 5
"""--concurrent-ttl-after-finished-syncs."""


class TtlAfterFinished:
    """Keeps finished jobs for as long as they ask for."""

    def __init__(self, context: ControllerContext) -> None:
        self._jobs = context.api.store.collection(JOBS)
        self._reconciler = context.reconciler("ttl-after-finished-controller", self._story, workers=WORKERS)
        self.queue = self._reconciler.queue
        follow(self._jobs, self._observe)

    def _observe(self, change: StoredChange) -> None:
        if change.type != "DELETED" and "ttlSecondsAfterFinished" in change.object["spec"]:
            self.queue.add(key_of(change.object))

    def _story(self, key: Key) -> Steps:
        job = self._jobs.find(*key)
        if job is None or not is_finished(job) or "deletionTimestamp" in job["metadata"]:
            return
        left = self._seconds_left(job)
        if left is None:
            return
        if left > 0:
            self.queue.add_after(key, left)
            return
        try:
            yield self._reconciler.verbs.delete(JOBS, job, "Foreground")
        except ApiError as error:
            if error.reason != "NotFound":
                raise

    def _seconds_left(self, job: Object) -> float | None:
        """How long the job is to stay; None where it is to stay for good."""
        kept_seconds = job["spec"].get("ttlSecondsAfterFinished")
        if kept_seconds is None:
            return None
        ended = [
            one["lastTransitionTime"]
            for one in job["status"]["conditions"]
            if one["type"] in {"Complete", "Failed"} and one["status"] == "True"
        ]
        return self._reconciler.api.seconds_of(ended[0]) + float(kept_seconds) - self._reconciler.kernel.now

"""The cron job controller: makes jobs when they are due, and clears up old ones (pkg/controller/cronjob, version 2)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from plimsoll.errors import ApiError
from plimsoll.kube.resources import CRONJOBS, JOBS
from plimsoll.kube.timestamps import rfc3339
from plimsoll.simcluster.controllers.cronschedule import Schedule, parse_schedule
from plimsoll.simcluster.controllers.jobstatus import is_finished
from plimsoll.simcluster.controllers.ownership import controller_reference, reference_to
from plimsoll.simcluster.controllers.reconciling import Steps, follow, key_of
from plimsoll.simcluster.recording import EventType

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.simcluster.controllers.context import ControllerContext
    from plimsoll.simcluster.store import StoredChange
    from plimsoll.simcluster.workqueue import Key

WORKERS = 5
"""--concurrent-cron-job-syncs."""

SCHEDULED_ANNOTATION = "batch.kubernetes.io/cronjob-scheduled-timestamp"
KEPT_SUCCESSFUL = 3
KEPT_FAILED = 1
"""History limits (pkg/apis/batch/v1/defaults.go)."""

_LONGEST_NAME = 52
_UTC_NAMES = frozenset({"", "UTC", "Etc/UTC", "GMT", "Etc/GMT", "Z"})


class CronJobController:
    """Starts the jobs of cron jobs. Schedules are in UTC; a cron job of another time zone is reported and left alone."""

    def __init__(self, context: ControllerContext) -> None:
        self._api = context.api
        self._cron_jobs = context.api.store.collection(CRONJOBS)
        self._index = context.ownership.index(JOBS)
        self._due: dict[str, int] = {}
        """The moment, by UID, for which each cron job has a sync in the queue."""
        self._reconciler = context.reconciler("cronjob-controller", self._story, workers=WORKERS)
        self.queue = self._reconciler.queue
        follow(self._cron_jobs, lambda change: self.queue.add(key_of(change.object)))
        follow(context.api.store.collection(JOBS), self._observe_job)

    def _observe_job(self, change: StoredChange) -> None:
        reference = controller_reference(change.object)
        if reference is not None and reference["kind"] == "CronJob":
            self.queue.add((change.object["metadata"]["namespace"], reference["name"]))

    def _story(self, key: Key) -> Steps:
        cron_job = self._cron_jobs.find(*key)
        if cron_job is None or "deletionTimestamp" in cron_job["metadata"]:
            return
        status = dict(cron_job.get("status") or {})
        jobs = self._index.owned(cron_job["metadata"]["uid"])
        self._note_finished(cron_job, jobs, status)
        schedule = self._schedule(cron_job)
        if schedule is not None and not cron_job["spec"].get("suspend"):
            yield from self._start_due(cron_job, schedule, jobs, status)
            self._await_next(cron_job, schedule)
        if status != (cron_job.get("status") or {}):
            yield self._reconciler.verbs.update_status(CRONJOBS, cron_job, status)
        yield from self._clear(cron_job, jobs)

    def _schedule(self, cron_job: Object) -> Schedule | None:
        spec = cron_job["spec"]
        if spec.get("timeZone", "") not in _UTC_NAMES:
            self._emit(cron_job, "Warning", "UnknownTimeZone", "invalid timeZone: %s", spec["timeZone"])
            return None
        try:
            return parse_schedule(spec["schedule"].removeprefix("TZ=UTC ").removeprefix("CRON_TZ=UTC "))
        except ValueError as error:
            self._emit(
                cron_job, "Warning", "UnparseableSchedule", "unparseable schedule: %s : %s", spec["schedule"], error
            )
            return None

    def _note_finished(self, cron_job: Object, jobs: list[Object], status: Object) -> None:
        """Drop from ``status.active`` what has ended, and take in what was adopted."""
        running = [job for job in jobs if not is_finished(job)]
        known = {one["uid"] for one in status.get("active") or ()}
        for job in jobs:
            if is_finished(job) and job["metadata"]["uid"] in known:
                kind = "Complete" if _succeeded(job) else "Failed"
                name = job["metadata"]["name"]
                self._emit(cron_job, "Normal", "SawCompletedJob", "Saw completed job: %s, condition: %s", name, kind)
            completed = (job.get("status") or {}).get("completionTime")
            if completed and completed > status.get("lastSuccessfulTime", ""):
                status["lastSuccessfulTime"] = completed
        status.pop("active", None)
        if running:
            status["active"] = [_reference(job) for job in running]

    def _start_due(self, cron_job: Object, schedule: Schedule, jobs: list[Object], status: Object) -> Steps:
        """Start the latest job that is due, if its policy and its deadline let it."""
        spec, now = cron_job["spec"], self._now()
        due = self._latest_due(cron_job, schedule, status)
        if due is None:
            return
        deadline = spec.get("startingDeadlineSeconds")
        if deadline is not None and due + deadline < now:
            self._emit(cron_job, "Warning", "MissSchedule", "Missed scheduled time to start a job: %s", rfc3339(due))
            return
        running = [job for job in jobs if not is_finished(job)]
        policy = spec.get("concurrencyPolicy", "Allow")
        if policy == "Forbid" and running:
            message = "Not starting job because prior execution is running and concurrency policy is Forbid"
            self._emit(cron_job, "Normal", "JobAlreadyActive", message)
            return
        if policy == "Replace":
            for job in running:
                yield from self._delete(cron_job, job)
            status.pop("active", None)
        yield from self._start(cron_job, due, status)

    def _start(self, cron_job: Object, due: int, status: Object) -> Steps:
        body = _job_of(cron_job, due)
        try:
            job = yield self._reconciler.verbs.create(JOBS, cron_job["metadata"]["namespace"], body)
        except ApiError as error:
            if error.reason == "AlreadyExists":
                return
            self._emit(cron_job, "Warning", "FailedCreate", "Error creating job: %s", error.message)
            raise
        self._emit(cron_job, "Normal", "SuccessfulCreate", "Created job %s", job["metadata"]["name"])
        status["active"] = [*(status.get("active") or ()), _reference(job)]
        status["lastScheduleTime"] = rfc3339(due)

    def _latest_due(self, cron_job: Object, schedule: Schedule, status: Object) -> int | None:
        """The last moment at which a job was due and none has been started for."""
        metadata = cron_job["metadata"]
        since = self._api.seconds_of(status.get("lastScheduleTime") or metadata["creationTimestamp"])
        due = schedule.next_after(since + self._api.epoch_seconds)
        latest = None
        while due is not None and due <= self._now():
            latest, due = due, schedule.next_after(due)
        return latest

    def _await_next(self, cron_job: Object, schedule: Schedule) -> None:
        due = schedule.next_after(self._now())
        uid = cron_job["metadata"]["uid"]
        if due is not None and self._due.get(uid) != due:
            self._due[uid] = due
            self.queue.add_after(key_of(cron_job), due - self._now())

    def _now(self) -> float:
        """The Unix time, to the microsecond: what is due now is due."""
        return math.floor((self._reconciler.kernel.now + self._api.epoch_seconds) * 1e6 + 0.5) / 1e6

    def _clear(self, cron_job: Object, jobs: list[Object]) -> Steps:
        """Delete the oldest finished jobs beyond the limits."""
        spec = cron_job["spec"]
        limits = (
            (True, spec.get("successfulJobsHistoryLimit", KEPT_SUCCESSFUL)),
            (False, spec.get("failedJobsHistoryLimit", KEPT_FAILED)),
        )
        for succeeded, limit in limits:
            ended = [job for job in jobs if is_finished(job) and _succeeded(job) is succeeded]
            ended.sort(key=lambda job: str((job.get("status") or {}).get("startTime", "")))
            for job in ended[: max(len(ended) - limit, 0)]:
                yield from self._delete(cron_job, job)

    def _delete(self, cron_job: Object, job: Object) -> Steps:
        try:
            yield self._reconciler.verbs.delete(JOBS, job)
        except ApiError as error:
            if error.reason != "NotFound":
                raise
            return
        self._emit(cron_job, "Normal", "SuccessfulDelete", "Deleted job %s", job["metadata"]["name"])

    def _emit(self, cron_job: Object, kind: str, reason: str, message: str, *arguments: object) -> None:
        event_type: EventType = "Warning" if kind == "Warning" else "Normal"
        self._reconciler.events.emit(cron_job, event_type, reason, message, *arguments)


def _succeeded(job: Object) -> bool:
    conditions = (job.get("status") or {}).get("conditions") or ()
    return any(one["type"] == "Complete" and one["status"] == "True" for one in conditions)


def _reference(job: Object) -> Object:
    metadata = job["metadata"]
    return {
        "kind": "Job",
        "namespace": metadata["namespace"],
        "name": metadata["name"],
        "uid": metadata["uid"],
        "apiVersion": "batch/v1",
        "resourceVersion": metadata["resourceVersion"],
    }


def _job_of(cron_job: Object, due: int) -> Object:
    """The job for a moment; its name says which, so that none is made twice."""
    template = cron_job["spec"]["jobTemplate"]
    metadata = template.get("metadata") or {}
    annotations = {**(metadata.get("annotations") or {}), SCHEDULED_ANNOTATION: rfc3339(due)}
    return {
        "metadata": {
            "name": f"{cron_job['metadata']['name'][:_LONGEST_NAME]}-{due // 60}",
            **({"labels": metadata["labels"]} if metadata.get("labels") else {}),
            "annotations": annotations,
            "ownerReferences": [reference_to(cron_job)],
        },
        "spec": template["spec"],
    }

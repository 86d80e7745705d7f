"""The job controller: pods until enough of them have succeeded, or too many have failed.

From pkg/controller/job. Finished pods are kept by a finalizer until they are counted: first they are written down as
uncounted, then they lose the finalizer, then they count. So none is counted twice, and none is forgotten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.errors import ApiError
from plimsoll.kube.resources import JOBS, PODS
from plimsoll.kube.selectors import selector_of
from plimsoll.simcluster.api import NamespaceTerminatingError
from plimsoll.simcluster.controllers import jobstatus
from plimsoll.simcluster.controllers.jobpods import TRACKING, JobPods, backoff_seconds, pod_of
from plimsoll.simcluster.controllers.ownership import claim, controller_reference, selects
from plimsoll.simcluster.controllers.reconciling import Reconciler, Steps, follow, key_of, raise_first

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.simcluster.controllers.context import ControllerContext
    from plimsoll.simcluster.store import StoredChange
    from plimsoll.simcluster.workqueue import Key

WORKERS = 5
"""--concurrent-job-syncs."""

MOST_CREATES = 500
"""MaxPodCreateDeletePerSync."""


class JobController:
    """Runs jobs."""

    def __init__(self, context: ControllerContext) -> None:
        self._jobs = context.api.store.collection(JOBS)
        self._index = context.ownership.index(PODS)
        self._uids: dict[Key, str] = {}
        self._reconciler = context.reconciler("job-controller", self._story, workers=WORKERS)
        self.queue = self._reconciler.queue
        follow(self._jobs, self._observe_job)
        follow(context.api.store.collection(PODS), self._observe_pod)

    def _observe_job(self, change: StoredChange) -> None:
        self._uids[key_of(change.object)] = change.object["metadata"]["uid"]
        self.queue.add(key_of(change.object))

    def _observe_pod(self, change: StoredChange) -> None:
        reference = controller_reference(change.object)
        if reference is not None and reference["kind"] == "Job":
            self.queue.add((change.object["metadata"]["namespace"], reference["name"]))

    def _story(self, key: Key) -> Steps:
        job = self._jobs.find(*key)
        if job is None or jobstatus.is_finished(job):
            uid = job["metadata"]["uid"] if job is not None else self._uids.pop(key, "")
            yield from self._untrack(self._index.owned(uid))
            return
        selector = selector_of(job["spec"].get("selector"))
        matches = selects(selector) if selector.requirements else (lambda _: True)
        pods = yield from claim(self._reconciler.verbs, self._index, PODS, job, matches)
        if "deletionTimestamp" in job["metadata"]:
            yield from self._untrack(pods)
            return
        yield from _Sync(self._reconciler, job, JobPods(job, pods)).run()

    def _untrack(self, pods: list[Object]) -> Steps:
        """Let go pods that need no more counting."""
        yield from untrack(self._reconciler, pods)


def untrack(reconciler: Reconciler, pods: list[Object]) -> Steps:
    """Take the finalizer off pods, all at once; those that are gone meanwhile do not matter."""
    tracked = [pod for pod in pods if TRACKING in (pod["metadata"].get("finalizers") or ())]
    answers = yield [reconciler.verbs.update(PODS, _untracked(pod)) for pod in tracked]
    raise_first([answer for answer in answers if not (isinstance(answer, ApiError) and answer.reason == "NotFound")])


class _Sync:
    """One sync of one job."""

    def __init__(self, reconciler: Reconciler, job: Object, pods: JobPods) -> None:
        self._reconciler = reconciler
        self._job = job
        self._pods = pods
        self._status: Object = dict(job.get("status") or {})

    def run(self) -> Steps:
        """Count what has ended, decide whether the job is over, and have as many pods as it wants."""
        now = self._reconciler.api.timestamp()
        suspended = bool(self._job["spec"].get("suspend"))
        self._begin(now, suspended=suspended)
        yield from self._count()
        verdict = self._verdict()
        if verdict is not None:
            yield from self._finish(verdict, now)
            return
        if suspended:
            yield from self._delete(self._pods.active)
        else:
            yield from self._manage()
        yield from self._put_status()

    # --- status -------------------------------------------------------------------------------------------------------------

    def _begin(self, now: str, *, suspended: bool) -> None:
        """The job's clock runs while it is not suspended."""
        events, before = self._reconciler.events, jobstatus.condition(self._status, "Suspended")
        was_suspended = before is not None and before["status"] == "True"
        if suspended and not was_suspended:
            self._status = jobstatus.with_condition(self._status, "Suspended", "JobSuspended", "Job suspended", now)
            self._status.pop("startTime", None)
            events.emit(self._job, "Normal", "Suspended", "Job suspended")
        elif not suspended and was_suspended:
            self._status = jobstatus.with_condition(
                self._status, "Suspended", "JobResumed", "Job resumed", now, state="False"
            )
            events.emit(self._job, "Normal", "Resumed", "Job resumed")
        deadline = self._job["spec"].get("activeDeadlineSeconds")
        if not suspended and "startTime" not in self._status:
            self._status["startTime"] = now
            if deadline is not None:
                self._reconciler.queue.add_after(key_of(self._job), deadline)

    def _put_status(self) -> Steps:
        self._status = jobstatus.counted(self._status, self._pods)
        if self._status != self._job.get("status"):
            self._job = yield self._reconciler.verbs.update_status(JOBS, self._job, self._status)

    def _count(self) -> Steps:
        """Count the pods that have ended since the last sync."""
        noted = jobstatus.noted(self._status, self._pods)
        pending = jobstatus.uncounted_uids(noted)
        if pending:
            self._status = noted
            yield from self._put_status()
            yield from untrack(self._reconciler, [pod for pod in self._pods.all if pod["metadata"]["uid"] in pending])
        self._status = jobstatus.settled(self._status)

    def _verdict(self) -> jobstatus.Verdict | None:
        api = self._reconciler.api
        started = self._status.get("startTime")
        active_seconds = self._reconciler.kernel.now - api.seconds_of(started) if started else 0.0
        return jobstatus.verdict(self._job, self._status, self._pods, active_seconds)

    def _finish(self, verdict: jobstatus.Verdict, now: str) -> Steps:
        """Say how the job is going to end, end its pods, and say that it has ended when they have."""
        target = "FailureTarget" if verdict.failed else "SuccessCriteriaMet"
        self._status = jobstatus.with_condition(self._status, target, verdict.reason, verdict.message, now)
        yield from self._delete(self._pods.active)
        if self._pods.active or (verdict.failed and self._pods.terminating):
            yield from self._put_status()
            return
        final = "Failed" if verdict.failed else "Complete"
        self._status = jobstatus.with_condition(self._status, final, verdict.reason, verdict.message, now)
        if not verdict.failed:
            self._status["completionTime"] = now
        yield from self._put_status()
        if verdict.failed:
            self._reconciler.events.emit(self._job, "Warning", verdict.reason, verdict.message)
        else:
            self._reconciler.events.emit(self._job, "Normal", "Completed", "Job completed")

    # --- pods ---------------------------------------------------------------------------------------------------------------

    def _manage(self) -> Steps:
        """Create or delete pods until as many are active as the job wants at a time."""
        wanted = jobstatus.wanted_active(self._job, self._status, self._pods)
        surplus = len(self._pods.active) - wanted
        if surplus > 0:
            yield from self._delete(sorted(self._pods.active, key=_usefulness)[:surplus])
        elif surplus < 0:
            pause = backoff_seconds(self._pods, self._reconciler.api.seconds_of, self._reconciler.kernel.now)
            if pause > 0:
                self._reconciler.queue.add_after(key_of(self._job), pause)
                return
            yield from self._create(min(-surplus, MOST_CREATES))

    def _create(self, count: int) -> Steps:
        """Create pods in batches that double, as long as none fails."""
        indexes = self._pods.missing_indexes(self._status, count)
        bodies = [pod_of(self._job, index) for index in indexes[:count]]
        size = 1
        while bodies:
            batch, bodies = bodies[:size], bodies[size:]
            verbs, namespace = self._reconciler.verbs, self._job["metadata"]["namespace"]
            answers = yield [verbs.create(PODS, namespace, body) for body in batch]
            for answer in answers:
                if isinstance(answer, NamespaceTerminatingError):
                    return
                self._report(answer)
            raise_first(answers)
            size *= 2

    def _report(self, answer: Object | ApiError) -> None:
        events = self._reconciler.events
        if isinstance(answer, ApiError):
            events.emit(self._job, "Warning", "FailedCreate", "Error creating: %s", answer.message)
            return
        self._pods.active.append(answer)
        events.emit(self._job, "Normal", "SuccessfulCreate", "Created pod: %s", answer["metadata"]["name"])

    def _delete(self, pods: list[Object]) -> Steps:
        doomed = list(pods)
        answers = yield [self._reconciler.verbs.delete(PODS, pod) for pod in doomed]
        for pod, answer in zip(doomed, answers, strict=True):
            if not isinstance(answer, ApiError):
                name = pod["metadata"]["name"]
                self._reconciler.events.emit(self._job, "Normal", "SuccessfulDelete", "Deleted pod: %s", name)
            self._pods.active.remove(pod)
            self._pods.terminating.append(pod)


def _usefulness(pod: Object) -> tuple[bool, bool]:
    return pod["spec"].get("nodeName") is not None, pod["status"].get("phase") == "Running"


def _untracked(pod: Object) -> Object:
    left = [one for one in pod["metadata"]["finalizers"] if one != TRACKING]
    metadata = {key: part for key, part in pod["metadata"].items() if key != "finalizers"}
    return {**pod, "metadata": {**metadata, **({"finalizers": left} if left else {})}}

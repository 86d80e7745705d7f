"""A job's status: which pods have been counted, how many it wants, and whether it is over (pkg/controller/job)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from plimsoll.simcluster.controllers.jobpods import (
    TRACKING,
    JobPods,
    completed_indexes,
    has_failed,
    index_of,
    is_indexed,
    policy_action,
    write_indexes,
)

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object

DEFAULT_BACKOFF_LIMIT = 6
"""``backoffLimit`` (pkg/apis/batch/v1/defaults.go)."""


class Verdict(NamedTuple):
    """How a job ends."""

    failed: bool
    reason: str
    message: str


def condition(status: Object, kind: str) -> Object | None:
    """The condition of a type."""
    return next((one for one in status.get("conditions") or () if one["type"] == kind), None)


def is_finished(job: Object) -> bool:
    """Whether a job is complete or has failed."""
    status = job.get("status") or {}
    return any(
        one["type"] in {"Complete", "Failed"} and one["status"] == "True" for one in status.get("conditions") or ()
    )


def with_condition(status: Object, kind: str, reason: str, message: str, now: str, *, state: str = "True") -> Object:
    """The status with a condition, unless it says so already."""
    present = condition(status, kind)
    if present is not None and present["status"] == state:
        return status
    made = {
        "type": kind,
        "status": state,
        "lastProbeTime": now,
        "lastTransitionTime": now,
        "reason": reason,
        "message": message,
    }
    others = [one for one in status.get("conditions") or () if one["type"] != kind]
    return {**status, "conditions": [*others, made]}


def _uncounted(status: Object) -> tuple[list[str], list[str]]:
    noted = status.get("uncountedTerminatedPods") or {}
    return list(noted.get("succeeded") or ()), list(noted.get("failed") or ())


def uncounted_uids(status: Object) -> frozenset[str]:
    """The pods that are written down as ended and do not count yet."""
    succeeded, failed = _uncounted(status)
    return frozenset((*succeeded, *failed))


def noted(status: Object, pods: JobPods) -> Object:
    """The status with the pods that have ended written down; those of a job with indexes count by index at once."""
    succeeded, failed = _uncounted(status)
    known = {*succeeded, *failed}
    done = set(completed_indexes(status))
    for pod in pods.all:
        uid = pod["metadata"]["uid"]
        if uid in known or TRACKING not in (pod["metadata"].get("finalizers") or ()):
            continue
        if pod["status"].get("phase") == "Succeeded":
            index = index_of(pod)
            if is_indexed(pods.job) and index is not None:
                done.add(index)
            succeeded.append(uid)
        elif has_failed(pod) and policy_action(pods.job, pod)[0] != "Ignore":
            failed.append(uid)
    written = {name: uids for name, uids in (("succeeded", succeeded), ("failed", failed)) if uids}
    indexes = {"completedIndexes": write_indexes(done)} if done else {}
    return {**status, "uncountedTerminatedPods": written, **indexes}


def settled(status: Object) -> Object:
    """The status once the pods that were written down have lost their finalizers: now they count."""
    succeeded, failed = _uncounted(status)
    whole = len(completed_indexes(status)) if status.get("completedIndexes") else None
    totals = {
        "succeeded": status.get("succeeded", 0) + len(succeeded) if whole is None else whole,
        "failed": status.get("failed", 0) + len(failed),
    }
    rest = {key: part for key, part in status.items() if key not in totals}
    return {**rest, **{name: count for name, count in totals.items() if count}, "uncountedTerminatedPods": {}}


def counted(status: Object, pods: JobPods) -> Object:
    """The status with its counts of living pods; those that would be zero are left out where the API does."""
    rest = {key: part for key, part in status.items() if key != "active"}
    active = {"active": len(pods.active)} if pods.active else {}
    return {**rest, **active, "ready": pods.ready, "terminating": len(pods.terminating)}


def wanted_active(job: Object, status: Object, pods: JobPods) -> int:
    """How many pods are to be active."""
    parallelism: int = job["spec"].get("parallelism", 1)
    completions = job["spec"].get("completions", 1 if "parallelism" not in job["spec"] else None)
    succeeded: int = status.get("succeeded", 0)
    if completions is None:  # a work queue: its first success means that no more pods are needed
        return min(len(pods.active), parallelism) if succeeded else parallelism
    return int(min(max(completions - succeeded, 0), parallelism))


def verdict(job: Object, status: Object, pods: JobPods, active_seconds: float) -> Verdict | None:
    """Whether the job is over, and how; None while it goes on."""
    spec = job["spec"]
    for kind, failed in (("FailureTarget", True), ("SuccessCriteriaMet", False)):
        decided = condition(status, kind)
        if decided is not None and decided["status"] == "True":
            return Verdict(failed, decided["reason"], decided["message"])
    for pod in pods.failed:
        action, message = policy_action(job, pod)
        if action == "FailJob":
            return Verdict(True, "PodFailurePolicy", message)
    limit = spec.get("backoffLimit", DEFAULT_BACKOFF_LIMIT)
    if status.get("failed", 0) > limit or _restarted_too_often(job, pods, limit):
        return Verdict(True, "BackoffLimitExceeded", "Job has reached the specified backoff limit")
    deadline = spec.get("activeDeadlineSeconds")
    if deadline is not None and not spec.get("suspend") and active_seconds >= deadline:
        return Verdict(True, "DeadlineExceeded", "Job was active longer than specified deadline")
    if _is_complete(job, status, pods):
        return Verdict(False, "CompletionsReached", "Reached expected number of succeeded pods")
    return None


def _restarted_too_often(job: Object, pods: JobPods, limit: int) -> bool:
    if job["spec"]["template"]["spec"].get("restartPolicy") != "OnFailure":
        return False
    restarts = pods.restarts()
    return restarts > 0 if limit == 0 else restarts >= limit


def _is_complete(job: Object, status: Object, pods: JobPods) -> bool:
    spec = job["spec"]
    if spec.get("suspend") and not status.get("succeeded"):
        return False
    completions = spec.get("completions", 1 if "parallelism" not in spec else None)
    succeeded = status.get("succeeded", 0)
    if completions is None:
        return succeeded > 0 and not pods.active
    return bool(succeeded >= completions)

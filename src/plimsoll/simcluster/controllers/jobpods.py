"""A job's pods: what they are made of, how they stand, and what their failures mean.

From pkg/controller/job (indexed_job_utils.go, backoff_utils.go, pod_failure_policy.go).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from plimsoll.simcluster.api import FINISHED_PHASES, is_ready
from plimsoll.simcluster.controllers.templates import pod_metadata

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object

TRACKING = "batch.kubernetes.io/job-tracking"
INDEX = "batch.kubernetes.io/job-completion-index"

FIRST_BACKOFF_SECONDS = 10.0
LONGEST_BACKOFF_SECONDS = 600.0
"""After pods have failed one after the other: DefaultJobPodFailureBackOff, MaxJobPodFailureBackOff."""

_MOST_DOUBLINGS = 6


class JobPods:
    """The pods that a job controls, sorted by how they stand."""

    def __init__(self, job: Object, pods: Sequence[Object]) -> None:
        self.job = job
        self.all = list(pods)
        self.active = [pod for pod in pods if not _is_over(pod) and "deletionTimestamp" not in pod["metadata"]]
        self.terminating = [pod for pod in pods if not _is_over(pod) and "deletionTimestamp" in pod["metadata"]]
        self.succeeded = [pod for pod in pods if pod["status"].get("phase") == "Succeeded"]
        self.failed = [pod for pod in pods if has_failed(pod)]

    @property
    def ready(self) -> int:
        """How many active pods are ready."""
        return sum(is_ready(pod) for pod in self.active)

    def missing_indexes(self, status: Object, count: int) -> list[int | None]:
        """The indexes that new pods are to get; a job without indexes has ``None`` for each of ``count`` pods."""
        if not is_indexed(self.job):
            return [None] * count
        taken = {index_of(pod) for pod in (*self.active, *self.succeeded)} | completed_indexes(status)
        free: list[int | None] = [one for one in range(self.job["spec"].get("completions", 0)) if one not in taken]
        return free[:count]

    def restarts(self) -> int:
        """How often containers of active pods were restarted."""
        return sum(
            one.get("restartCount", 0)
            for pod in self.active
            for one in (
                *(pod["status"].get("initContainerStatuses") or ()),
                *(pod["status"].get("containerStatuses") or ()),
            )
        )


def _is_over(pod: Object) -> bool:
    return pod["status"].get("phase") in FINISHED_PHASES


def has_failed(pod: Object) -> bool:
    """Whether a pod counts as failed: it has ended so, or was deleted before it could succeed."""
    phase = pod["status"].get("phase")
    return phase == "Failed" or ("deletionTimestamp" in pod["metadata"] and phase != "Succeeded")


def is_indexed(job: Object) -> bool:
    """Whether every pod of the job has a task of its own."""
    return bool(job["spec"].get("completionMode") == "Indexed")


def index_of(pod: Object) -> int | None:
    """The index that a pod was given."""
    text = (pod["metadata"].get("annotations") or {}).get(INDEX, "")
    return int(text) if text.isdigit() else None


def completed_indexes(status: Object) -> frozenset[int]:
    """The indexes in ``status.completedIndexes``, such as ``1,3-5``."""
    found: set[int] = set()
    for part in filter(None, (status.get("completedIndexes") or "").split(",")):
        first, _, last = part.partition("-")
        found.update(range(int(first), int(last or first) + 1))
    return frozenset(found)


def write_indexes(indexes: Iterable[int]) -> str:
    """Write indexes as ``status.completedIndexes`` has them: three and more in a row as a range."""
    parts: list[list[int]] = []
    for index in sorted(indexes):
        if parts and index == parts[-1][-1] + 1:
            parts[-1].append(index)
        else:
            parts.append([index])
    return ",".join(_write_run(run) for run in parts)


def _write_run(run: Sequence[int]) -> str:
    if len(run) == 1:
        return str(run[0])
    return f"{run[0]}{'-' if len(run) > 2 else ','}{run[-1]}"  # noqa: PLR2004 - two in a row are no range


def pod_of(job: Object, index: int | None) -> Object:
    """The pod for an index, or one of many alike."""
    template = job["spec"]["template"]
    metadata = pod_metadata(job, template)
    metadata["finalizers"] = [*(metadata.get("finalizers") or ()), TRACKING]
    spec = template["spec"]
    if index is None:
        return {"metadata": metadata, "spec": spec}
    name = job["metadata"]["name"]
    metadata["generateName"] = f"{name}-{index}-"
    metadata["annotations"] = {**(metadata.get("annotations") or {}), INDEX: str(index)}
    metadata["labels"] = {**(metadata.get("labels") or {}), INDEX: str(index)}
    source = {"fieldRef": {"fieldPath": f"metadata.labels['{INDEX}']"}}
    variable = {"name": "JOB_COMPLETION_INDEX", "valueFrom": source}
    containers = [{**one, "env": [*(one.get("env") or ()), variable]} for one in spec["containers"]]
    return {"metadata": metadata, "spec": {**spec, "hostname": f"{name}-{index}", "containers": containers}}


def backoff_seconds(pods: JobPods, read: Callable[[str], float], now_seconds: float) -> float:
    """How long to wait before failed pods are replaced: longer with each failure since the last success."""
    last_success = max((ended_seconds(pod, read) for pod in pods.succeeded), default=float("-inf"))
    failures = [moment for pod in pods.failed if (moment := ended_seconds(pod, read)) > last_success]
    if not failures:
        return 0.0
    doublings = min(len(failures) - 1, _MOST_DOUBLINGS)
    pause = min(FIRST_BACKOFF_SECONDS * 2.0**doublings, LONGEST_BACKOFF_SECONDS)
    return max(max(failures) + pause - now_seconds, 0.0)


def ended_seconds(pod: Object, read: Callable[[str], float]) -> float:
    """When a pod's last container ended; when it was deleted or created where none says."""
    times = [
        terminated["finishedAt"]
        for one in pod["status"].get("containerStatuses") or ()
        if (terminated := (one.get("state") or {}).get("terminated")) and terminated.get("finishedAt")
    ]
    metadata = pod["metadata"]
    return max(map(read, times or [metadata.get("deletionTimestamp") or metadata["creationTimestamp"]]))


def policy_action(job: Object, pod: Object) -> tuple[str, str]:
    """What the job's ``podFailurePolicy`` says to a failed pod: ``FailJob``, ``Ignore`` or ``Count``, and why."""
    for number, rule in enumerate((job["spec"].get("podFailurePolicy") or {}).get("rules") or ()):
        reason = _match_exit_codes(rule.get("onExitCodes"), pod) or _match_conditions(rule.get("onPodConditions"), pod)
        if reason:
            return rule["action"], f"{reason} matching {rule['action']} rule at index {number}"
    return "Count", ""


def _match_exit_codes(requirement: Object | None, pod: Object) -> str:
    if requirement is None:
        return ""
    metadata = pod["metadata"]
    statuses = (*(pod["status"].get("initContainerStatuses") or ()), *(pod["status"].get("containerStatuses") or ()))
    for one in statuses:
        code = ((one.get("state") or {}).get("terminated") or {}).get("exitCode", 0)
        named = requirement.get("containerName") in {None, one["name"]}
        if code and named and (code in requirement["values"]) is (requirement["operator"] == "In"):
            return f"Container {one['name']} for pod {metadata['namespace']}/{metadata['name']} failed with exit code {code}"
    return ""


def _match_conditions(patterns: Sequence[Object] | None, pod: Object) -> str:
    present = {(one["type"], one["status"]) for one in pod["status"].get("conditions") or ()}
    for pattern in patterns or ():
        if (pattern["type"], pattern.get("status", "True")) in present:
            metadata = pod["metadata"]
            return f"Pod {metadata['namespace']}/{metadata['name']} has condition {pattern['type']}"
    return ""

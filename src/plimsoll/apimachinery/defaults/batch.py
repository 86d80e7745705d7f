"""Defaults of jobs and cron jobs (pkg/apis/batch/v1/defaults.go)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from plimsoll.apimachinery.defaults.apps import default_template
from plimsoll.kube.resources import Object

_BACKOFF_LIMIT = 6
_NO_LIMIT = 2**31 - 1


def default_job(job: Object) -> None:
    """One pod, six attempts; its labels are those of its template."""
    spec = default_template(job)
    labels = spec["template"]["metadata"].get("labels")
    metadata = job.setdefault("metadata", {})
    if labels and not metadata.get("labels"):
        metadata["labels"] = dict(labels)
    default_job_spec(spec)


def default_job_spec(spec: Object) -> None:
    """Fill in a job's own fields, its template left out."""
    if spec.get("completions") is None and spec.get("parallelism") is None:
        spec["completions"] = 1
    spec.setdefault("parallelism", 1)
    spec.setdefault("backoffLimit", _NO_LIMIT if spec.get("backoffLimitPerIndex") is not None else _BACKOFF_LIMIT)
    spec.setdefault("completionMode", "NonIndexed")
    spec.setdefault("suspend", False)
    spec.setdefault("podReplacementPolicy", "Failed" if spec.get("podFailurePolicy") else "TerminatingOrFailed")
    spec.setdefault("manualSelector", False)
    for rule in (spec.get("podFailurePolicy") or {}).get("rules") or ():
        for pattern in rule.get("onPodConditions") or ():
            pattern["status"] = pattern.get("status") or "True"


def default_cron_job(cron_job: Object) -> None:
    """Runs may overlap; three that succeeded and one that failed are kept. Of the job only its pods are filled in."""
    spec = cron_job.setdefault("spec", {})
    spec["concurrencyPolicy"] = spec.get("concurrencyPolicy") or "Allow"
    spec.setdefault("suspend", False)
    spec.setdefault("successfulJobsHistoryLimit", 3)
    spec.setdefault("failedJobsHistoryLimit", 1)
    template = spec.setdefault("jobTemplate", {})
    template.setdefault("metadata", {})
    default_template(template)


DEFAULTS: Iterable[tuple[str, str, Callable[[Object], None]]] = (
    ("batch", "jobs", default_job),
    ("batch", "cronjobs", default_cron_job),
)

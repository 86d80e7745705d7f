"""How the controllers of pods are shown, and what limits their disruption and number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from plimsoll.apimachinery.tables.cells import (
    NONE,
    UNKNOWN,
    age_of,
    containers,
    human_duration,
    is_true,
    labels_text,
    name_of,
    selector_text,
    since,
    unix_seconds,
)
from plimsoll.apimachinery.tables.columns import AGE, CONTAINER_COLUMNS, NAME, SELECTOR, Column, Layout, counted, named
from plimsoll.kube.resources import Object

_WIDE = (*CONTAINER_COLUMNS, SELECTOR)
_MOST_METRICS = 2
_JOB_STATES = (
    ("Suspended", "Suspended"),
    ("FailureTarget", "FailureTarget"),
    ("SuccessCriteriaMet", "SuccessCriteriaMet"),
)


def _parts(object_: Object) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    return object_.get("spec") or {}, object_.get("status") or {}


def _deployment(deployment: Object, now: float) -> list[Any]:
    spec, status = _parts(deployment)
    return [
        name_of(deployment),
        f"{status.get('readyReplicas', 0)}/{spec.get('replicas', 0)}",
        status.get("updatedReplicas", 0),
        status.get("availableReplicas", 0),
        age_of(deployment, now),
        *containers(spec.get("template")),
        selector_text(spec.get("selector")),
    ]


def _replica_set(replica_set: Object, now: float) -> list[Any]:
    spec, status = _parts(replica_set)
    selector = spec.get("selector")
    plain = replica_set.get("kind") == "ReplicationController"
    return [
        name_of(replica_set),
        spec.get("replicas", 0),
        status.get("replicas", 0),
        status.get("readyReplicas", 0),
        age_of(replica_set, now),
        *containers(spec.get("template")),
        labels_text(selector) if plain else selector_text(selector),
    ]


def _stateful_set(stateful_set: Object, now: float) -> list[Any]:
    spec, status = _parts(stateful_set)
    ready = f"{status.get('readyReplicas', 0)}/{spec.get('replicas', 0)}"
    return [name_of(stateful_set), ready, age_of(stateful_set, now), *containers(spec.get("template"))]


def _daemon_set(daemon_set: Object, now: float) -> list[Any]:
    spec, status = _parts(daemon_set)
    keys = (
        "desiredNumberScheduled",
        "currentNumberScheduled",
        "numberReady",
        "updatedNumberScheduled",
        "numberAvailable",
    )
    template = spec.get("template") or {}
    return [
        name_of(daemon_set),
        *(status.get(key, 0) for key in keys),
        labels_text((template.get("spec") or {}).get("nodeSelector")),
        age_of(daemon_set, now),
        *containers(template),
        selector_text(spec.get("selector")),
    ]


def _job(job: Object, now: float) -> list[Any]:
    spec, status = _parts(job)
    succeeded, wanted, parallelism = status.get("succeeded", 0), spec.get("completions"), spec.get("parallelism") or 0
    if wanted is not None:
        completions = f"{succeeded}/{wanted}"
    else:
        completions = f"{succeeded}/1 of {parallelism}" if parallelism > 1 else f"{succeeded}/1"
    start, end = unix_seconds(status.get("startTime")), unix_seconds(status.get("completionTime"))
    duration = "" if start is None else human_duration((now if end is None else end) - start)
    return [
        name_of(job),
        _job_state(job),
        completions,
        duration,
        age_of(job, now),
        *containers(spec.get("template")),
        selector_text(spec.get("selector")),
    ]


def _job_state(job: Object) -> str:
    if is_true(job, "Complete"):
        return "Complete"
    if is_true(job, "Failed"):
        return "Failed"
    if (job.get("metadata") or {}).get("deletionTimestamp"):
        return "Terminating"
    return next((shown for condition, shown in _JOB_STATES if is_true(job, condition)), "Running")


def _cron_job(cron_job: Object, now: float) -> list[Any]:
    spec, status = _parts(cron_job)
    job = (spec.get("jobTemplate") or {}).get("spec") or {}
    suspended = spec.get("suspend")
    return [
        name_of(cron_job),
        spec.get("schedule", ""),
        spec.get("timeZone") or NONE,
        "<unset>" if suspended is None else str(suspended),
        len(status.get("active") or ()),
        since(status["lastScheduleTime"], now) if status.get("lastScheduleTime") else NONE,
        age_of(cron_job, now),
        *containers(job.get("template")),
        selector_text(job.get("selector")),
    ]


def _budget(budget: Object, now: float) -> list[Any]:
    spec, status = _parts(budget)
    bounds = [str(spec[key]) if spec.get(key) is not None else "N/A" for key in ("minAvailable", "maxUnavailable")]
    return [name_of(budget), *bounds, status.get("disruptionsAllowed", 0), age_of(budget, now)]


def _revision(revision: Object, now: float) -> list[Any]:
    owner = next(
        (one for one in (revision.get("metadata") or {}).get("ownerReferences") or () if one.get("controller")), None
    )
    controller = NONE
    if owner is not None:
        group = owner.get("apiVersion", "").rpartition("/")[0]
        kind = str(owner.get("kind", "")).lower()
        controller = f"{kind}.{group}/{owner.get('name')}" if group else f"{kind}/{owner.get('name')}"
    return [name_of(revision), controller, revision.get("revision", 0), age_of(revision, now)]


def _autoscaler(autoscaler: Object, now: float) -> list[Any]:
    spec, status = _parts(autoscaler)
    target = spec.get("scaleTargetRef") or {}
    least = spec.get("minReplicas")
    return [
        name_of(autoscaler),
        f"{target.get('kind', '')}/{target.get('name', '')}",
        _metrics_text(spec, status),
        "<unset>" if least is None else str(least),
        spec.get("maxReplicas", 0),
        status.get("currentReplicas", 0),
        age_of(autoscaler, now),
    ]


def _metrics_text(spec: Mapping[str, Any], status: Mapping[str, Any]) -> str:
    if spec.get("targetCPUUtilizationPercentage") is not None:
        current = status.get("currentCPUUtilizationPercentage")
        shown = UNKNOWN if current is None else f"{current}%"
        return f"cpu: {shown}/{spec['targetCPUUtilizationPercentage']}%"
    metrics = spec.get("metrics") or ()
    texts = [_metric_text(metric, status.get("currentMetrics") or (), index) for index, metric in enumerate(metrics)]
    if not texts:
        return NONE
    shown = ", ".join(texts[:_MOST_METRICS])
    return f"{shown} + {len(texts) - _MOST_METRICS} more..." if len(texts) > _MOST_METRICS else shown


def _metric_text(metric: Mapping[str, Any], statuses: Sequence[Mapping[str, Any]], index: int) -> str:
    kind = str(metric.get("type", ""))
    key = kind[:1].lower() + kind[1:]
    source = metric.get(key)
    if source is None:
        return "<unknown type>"
    target = source.get("target") or {}
    current = ((statuses[index].get(key) if index < len(statuses) else None) or {}).get("current") or {}
    prefix = f"{source['name']}: " if "name" in source else ""
    if target.get("averageValue") is not None:
        suffix = " (avg)" if kind in {"Object", "External"} else ""
        return f"{prefix}{current.get('averageValue', UNKNOWN)}/{target['averageValue']}{suffix}"
    if prefix:
        percent, wanted = current.get("averageUtilization"), target.get("averageUtilization")
        shown = [text if number is None else f"{number}%" for number, text in ((percent, UNKNOWN), (wanted, "<auto>"))]
        return f"{prefix}{shown[0]}/{shown[1]}"
    return f"{current.get('value', UNKNOWN)}/{target.get('value', 0)}"


_SET_COLUMNS = (NAME, *counted("Desired", "Current", "Ready"), AGE, *_WIDE)

LAYOUTS: Iterable[tuple[str, str, Layout]] = (
    ("apps", "deployments", Layout((NAME, *named("Ready", "Up-to-date", "Available"), AGE, *_WIDE), _deployment)),
    ("apps", "replicasets", Layout(_SET_COLUMNS, _replica_set)),
    ("", "replicationcontrollers", Layout(_SET_COLUMNS, _replica_set)),
    ("apps", "statefulsets", Layout((NAME, Column("Ready"), AGE, *CONTAINER_COLUMNS), _stateful_set)),
    (
        "apps",
        "daemonsets",
        Layout(
            (
                NAME,
                *counted("Desired", "Current", "Ready", "Up-to-date", "Available"),
                Column("Node Selector"),
                AGE,
                *_WIDE,
            ),
            _daemon_set,
        ),
    ),
    ("apps", "controllerrevisions", Layout((NAME, *named("Controller", "Revision"), AGE), _revision)),
    ("batch", "jobs", Layout((NAME, *named("Status", "Completions", "Duration"), AGE, *_WIDE), _job)),
    (
        "batch",
        "cronjobs",
        Layout(
            (
                NAME,
                *named("Schedule", "Timezone"),
                Column("Suspend", "boolean"),
                Column("Active", "integer"),
                Column("Last Schedule"),
                AGE,
                *_WIDE,
            ),
            _cron_job,
        ),
    ),
    (
        "policy",
        "poddisruptionbudgets",
        Layout((NAME, *named("Min Available", "Max Unavailable"), *counted("Allowed Disruptions"), AGE), _budget),
    ),
    (
        "autoscaling",
        "horizontalpodautoscalers",
        Layout((NAME, *named("Reference", "Targets", "MinPods", "MaxPods", "Replicas"), AGE), _autoscaler),
    ),
)

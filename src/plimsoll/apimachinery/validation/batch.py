"""Checks of jobs and cron jobs (pkg/apis/batch/validation/validation.go)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from plimsoll.apimachinery.naming import dns_label
from plimsoll.apimachinery.validation.fielderrors import (
    OMITTED,
    Errors,
    invalid_value,
    not_supported,
    required,
)
from plimsoll.apimachinery.validation.jobpolicies import check_failure_policy, check_success_policy
from plimsoll.apimachinery.validation.labels import check_selector
from plimsoll.apimachinery.validation.metadata import IMMUTABLE, check_immutable
from plimsoll.apimachinery.validation.numbers import check_one_of
from plimsoll.apimachinery.validation.podspec import check_template
from plimsoll.apimachinery.validation.rules import Rules
from plimsoll.apimachinery.validation.schedules import check_schedule, check_time_zone
from plimsoll.apimachinery.validation.templates import check_counts, check_match, selects
from plimsoll.kube.resources import Object

_COUNTS = (
    *("parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished"),
    *("backoffLimitPerIndex", "maxFailedIndexes"),
)
_MODES = ("NonIndexed", "Indexed")
_MOST_INDEXED = 100_000
_LONGEST_CRON_NAME = 52  # characters; the job's name adds 11
_NAME_LABELS = ("job-name", "batch.kubernetes.io/job-name")
_UID_LABELS = ("controller-uid", "batch.kubernetes.io/controller-uid")
_SUSPENDED_FREE = ("nodeSelector", "tolerations", "schedulingGates")
_FIXED = ("completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy")


def _check_new_job(job: Object) -> Errors:
    yield from _check_generated_selector(job)
    yield from _check_job(job)
    spec, name = job.get("spec") or {}, (job.get("metadata") or {}).get("name", "")
    if spec.get("completionMode") == "Indexed" and spec.get("completions"):
        hostname = f"{name}-{spec['completions'] - 1}"
        if dns_label(hostname):
            detail = f"will not able to create pod with invalid DNS label: {hostname}"
            yield invalid_value("metadata.name", name, detail)


def _check_generated_selector(job: Object) -> Errors:
    """A job's selector is made from its uid unless the user insists on another."""
    spec, metadata = job.get("spec") or {}, job.get("metadata") or {}
    if spec.get("manualSelector") or spec.get("selector") is None:
        return
    uid, name = metadata.get("uid", ""), metadata.get("name", "")
    labels = ((spec.get("template") or {}).get("metadata") or {}).get("labels") or {}
    expected = {**dict.fromkeys(_UID_LABELS, uid), **dict.fromkeys(_NAME_LABELS, name)}
    for key in (_UID_LABELS[0], _NAME_LABELS[0], _UID_LABELS[1], _NAME_LABELS[1]):
        field = "spec.template.metadata.labels"
        if key not in labels:
            yield required(f"{field}[{key}]", f"must be '{expected[key]}'")
        elif labels[key] != expected[key]:
            yield invalid_value(f"{field}[{key}]", labels[key], f"must be '{expected[key]}'")
    if not selects(spec["selector"], expected):
        yield invalid_value("spec.selector", sorted_labels(spec["selector"]), "`selector` not auto-generated")


def sorted_labels(selector: Mapping[str, Any]) -> Mapping[str, Any]:
    """A selector as messages show it: Go sorts the keys of maps."""
    labels = selector.get("matchLabels")
    return {**selector, "matchLabels": dict(sorted(labels.items()))} if labels else selector


def _check_job(job: Object) -> Errors:
    spec = job.get("spec") or {}
    yield from _check_job_spec(spec, "spec")
    if spec.get("selector") is None:
        yield required("spec.selector")
    else:
        yield from check_selector(spec["selector"], "spec.selector")
    yield from check_match(spec, "spec.template.metadata.labels")


def _check_job_spec(spec: Mapping[str, Any], field: str) -> Errors:
    yield from check_counts(spec, field, *_COUNTS)
    if spec.get("maxFailedIndexes") is not None and spec.get("backoffLimitPerIndex") is None:
        yield required(f"{field}.backoffLimitPerIndex", "when maxFailedIndexes is specified")
    manager = spec.get("managedBy")
    if manager is not None and "/" not in manager:
        yield invalid_value(f"{field}.managedBy", manager, 'must be a domain-prefixed path (such as "acme.io/foo")')
    yield from _check_mode(spec, field)
    if spec.get("podFailurePolicy") is not None:
        yield from check_failure_policy(spec, f"{field}.podFailurePolicy")
    if spec.get("successPolicy") is not None:
        if spec.get("completionMode") != "Indexed":
            shown = {"Rules": spec["successPolicy"].get("rules") or []}
            yield invalid_value(f"{field}.successPolicy", shown, "requires indexed completion mode")
        else:
            yield from check_success_policy(spec, f"{field}.successPolicy")
    replacement = spec.get("podReplacementPolicy")
    allowed = ("Failed",) if spec.get("podFailurePolicy") else ("Failed", "TerminatingOrFailed")
    if replacement is not None and replacement not in allowed:
        yield not_supported(f"{field}.podReplacementPolicy", replacement, allowed)
    yield from check_template(spec.get("template") or {}, f"{field}.template")
    yield from _check_restart(spec, f"{field}.template.spec.restartPolicy")


def _check_mode(spec: Mapping[str, Any], field: str) -> Errors:
    mode, parallelism = spec.get("completionMode"), spec.get("parallelism") or 0
    if mode is not None and mode not in _MODES:
        yield not_supported(f"{field}.completionMode", mode, _MODES)
    if mode == "Indexed":
        if spec.get("completions") is None:
            yield required(f"{field}.completions", "when completion mode is Indexed")
        if parallelism > _MOST_INDEXED:
            detail = f"must be less than or equal to {_MOST_INDEXED} when completion mode is Indexed"
            yield invalid_value(f"{field}.parallelism", parallelism, detail)
        failed, wanted = spec.get("maxFailedIndexes"), spec.get("completions")
        if failed is not None and wanted is not None and failed > wanted:
            yield invalid_value(f"{field}.maxFailedIndexes", failed, "must be less than or equal to completions")
    elif mode in {None, "NonIndexed"}:
        for key in ("backoffLimitPerIndex", "maxFailedIndexes"):
            if spec.get(key) is not None:
                yield invalid_value(f"{field}.{key}", spec[key], "requires indexed completion mode")


def _check_restart(spec: Mapping[str, Any], field: str) -> Errors:
    policy = ((spec.get("template") or {}).get("spec") or {}).get("restartPolicy", "")
    if policy in {"Always", ""}:
        yield required(field, 'valid values: "OnFailure", "Never"')
    elif policy not in {"OnFailure", "Never"}:
        yield not_supported(field, policy, ("OnFailure", "Never"))
    elif spec.get("podFailurePolicy") is not None and policy != "Never":
        yield invalid_value(field, policy, 'only "Never" is supported when podFailurePolicy is specified')


def _check_job_change(new: Object, old: Object) -> Errors:
    spec, before = new.get("spec") or {}, old.get("spec") or {}
    completions, parallelism = spec.get("completions"), spec.get("parallelism")
    if spec.get("completionMode") != "Indexed":
        yield from check_immutable(completions, before.get("completions"), "spec.completions")
    elif completions != before.get("completions") and completions is not None and completions != parallelism:
        yield invalid_value("spec.completions", completions, "can only be modified in tandem with spec.parallelism")
    yield from check_immutable(spec.get("selector"), before.get("selector"), "spec.selector")
    yield from _check_template_change(spec, before, old)
    for key in _FIXED:
        yield from check_immutable(spec.get(key), before.get(key), f"spec.{key}")


def _check_template_change(spec: Mapping[str, Any], before: Mapping[str, Any], old: Object) -> Errors:
    """A job that has not started may still be told where its pods run, and with how much."""
    template, earlier = spec.get("template") or {}, before.get("template") or {}
    if not before.get("suspend"):
        yield from check_immutable(template, earlier, "spec.template")
        return
    free = () if (old.get("status") or {}).get("startTime") else _SUSPENDED_FREE
    if _fixed_template(template, free) != _fixed_template(earlier, free):
        yield invalid_value("spec.template.spec", template.get("spec"), IMMUTABLE)


def _fixed_template(template: Mapping[str, Any], free: tuple[str, ...]) -> Mapping[str, Any]:
    spec = {key: value for key, value in (template.get("spec") or {}).items() if key not in free}
    for kind in ("containers", "initContainers"):
        spec[kind] = [{**container, "resources": None} for container in spec.get(kind) or ()]
    if free:
        affinity = {key: value for key, value in (spec.pop("affinity", None) or {}).items() if key != "nodeAffinity"}
        return {"spec": {**spec, "affinity": affinity}}
    return {"spec": spec, "metadata": template.get("metadata") or {}}


def _check_job_status(new: Object, old: Object) -> Errors:
    status, before = new.get("status") or {}, old.get("status") or {}
    yield from check_counts(status, "status", "active", "succeeded", "failed", "ready", "terminating")
    held = {one.get("type") for one in status.get("conditions") or () if one.get("status") == "True"}
    earlier = {one.get("type") for one in before.get("conditions") or () if one.get("status") == "True"}
    if {"Complete", "Failed"} <= held:
        yield invalid_value("status.conditions", OMITTED, "cannot set Complete=True and Failed=true conditions")
    for kind in ("Failed", "Complete", "FailureTarget"):
        if kind in earlier and kind not in held:
            yield invalid_value("status.conditions", OMITTED, f"cannot disable the terminal {kind}=True condition")


def _check_cron_job(cron_job: Object) -> Errors:
    spec = cron_job.get("spec") or {}
    if not spec.get("schedule"):
        yield required("spec.schedule")
    else:
        yield from check_schedule(spec["schedule"], "spec.schedule")
    yield from check_counts(spec, "spec", "startingDeadlineSeconds")
    yield from check_time_zone(spec.get("timeZone"), "spec.timeZone")
    yield from check_one_of(spec.get("concurrencyPolicy"), ("Allow", "Forbid", "Replace"), "spec.concurrencyPolicy")
    job = (spec.get("jobTemplate") or {}).get("spec") or {}
    yield from _check_job_spec(job, "spec.jobTemplate.spec")
    if job.get("selector") is not None:
        detail = "`selector` will be auto-generated"
        yield invalid_value("spec.jobTemplate.spec.selector", job["selector"], detail)
    if job.get("manualSelector"):
        yield not_supported("spec.jobTemplate.spec.manualSelector", value=True, supported=("nil", "false"))
    yield from check_counts(spec, "spec", "successfulJobsHistoryLimit", "failedJobsHistoryLimit")


def _check_new_cron_job(cron_job: Object) -> Errors:
    yield from _check_cron_job(cron_job)
    name = (cron_job.get("metadata") or {}).get("name", "")
    if len(name) > _LONGEST_CRON_NAME:
        yield invalid_value("metadata.name", name, f"must be no more than {_LONGEST_CRON_NAME} characters")


RULES: Iterable[tuple[str, str, Rules]] = (
    ("batch", "jobs", Rules(_check_job, _check_job_change, _check_job_status, create=_check_new_job)),
    ("batch", "cronjobs", Rules(_check_cron_job, create=_check_new_cron_job)),
)

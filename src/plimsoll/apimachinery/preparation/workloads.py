"""Preparation of what runs pods: generations, and the selector that a job gets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from plimsoll.apimachinery.preparation.plans import Plan, spec_of
from plimsoll.kube.resources import Object

TEMPLATE_GENERATION = "deprecated.daemonset.template.generation"
"""The annotation that counts the templates of a daemon set."""

_JOB_NAMES = ("job-name", "batch.kubernetes.io/job-name")
_JOB_UIDS = ("controller-uid", "batch.kubernetes.io/controller-uid")


def _spec_and_annotations(deployment: Object) -> Any:
    """Annotations count, since they are copied to the deployment's replica sets."""
    return deployment.get("spec"), (deployment.get("metadata") or {}).get("annotations") or {}


def _create_daemon_set(daemon_set: Object, _now: str) -> None:
    annotations = (daemon_set.get("metadata") or {}).get("annotations") or {}
    _count_templates(daemon_set, max(1, _templates(annotations)))


def _change_daemon_set(new: Object, old: Object) -> None:
    count = max(1, _templates((old.get("metadata") or {}).get("annotations") or {}))
    changed = (new.get("spec") or {}).get("template") != (old.get("spec") or {}).get("template")
    _count_templates(new, count + changed)


def _templates(annotations: Object) -> int:
    text = annotations.get(TEMPLATE_GENERATION, "")
    return int(text) if text.isascii() and text.isdecimal() else 0


def _count_templates(daemon_set: Object, count: int) -> None:
    metadata = dict(daemon_set.get("metadata") or {})
    metadata["annotations"] = {**(metadata.get("annotations") or {}), TEMPLATE_GENERATION: str(count)}
    daemon_set["metadata"] = metadata


def _create_job(job: Object, _now: str) -> None:
    """Let a job select its pods by its uid, and label them so; the object has its uid by now."""
    spec = job.setdefault("spec", {})
    if spec.get("manualSelector"):
        return
    metadata, template = job["metadata"], dict(spec.get("template") or {})
    given = (template.get("metadata") or {}).get("labels") or {}
    labels = {
        **dict.fromkeys(_JOB_NAMES, metadata.get("name", "")),
        **dict.fromkeys(_JOB_UIDS, metadata.get("uid", "")),
        **given,
    }
    template["metadata"] = {**(template.get("metadata") or {}), "labels": labels}
    selector = spec.get("selector") or {}
    wanted = {_JOB_UIDS[1]: metadata.get("uid", ""), **(selector.get("matchLabels") or {})}
    job["spec"] = {**spec, "template": template, "selector": {**selector, "matchLabels": wanted}}
    # A job without labels of its own has those of its template, also the ones that it gets only here.
    own = metadata.get("labels")
    if not own or own == given:
        job["metadata"] = {**metadata, "labels": dict(labels)}


def _create_stateful_set(stateful_set: Object, _now: str) -> None:
    _drop_gated(stateful_set)


def _change_stateful_set(new: Object, _old: Object) -> None:
    _drop_gated(new)


def _drop_gated(stateful_set: Object) -> None:
    """Several pods at a time are behind a feature gate that is closed by default (MaxUnavailableStatefulSet)."""
    spec = stateful_set.get("spec") or {}
    strategy = spec.get("updateStrategy") or {}
    rolling = strategy.get("rollingUpdate") or {}
    if "maxUnavailable" in rolling:
        kept = {key: value for key, value in rolling.items() if key != "maxUnavailable"}
        stateful_set["spec"] = {**spec, "updateStrategy": {**strategy, "rollingUpdate": kept}}


PLANS: Iterable[tuple[str, str, Plan]] = (
    ("apps", "deployments", Plan(generation_of=_spec_and_annotations, kept_by_status=("labels",))),
    ("apps", "replicasets", Plan(generation_of=spec_of)),
    ("apps", "statefulsets", Plan(generation_of=spec_of, create=_create_stateful_set, update=_change_stateful_set)),
    ("apps", "daemonsets", Plan(generation_of=spec_of, create=_create_daemon_set, update=_change_daemon_set)),
    ("batch", "jobs", Plan(generation_of=spec_of, create=_create_job)),
    ("batch", "cronjobs", Plan(generation_of=spec_of)),
)

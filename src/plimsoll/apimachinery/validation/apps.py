"""Checks of deployments and their like (pkg/apis/apps/validation/validation.go)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from plimsoll.apimachinery.naming import dns_label
from plimsoll.apimachinery.validation.fielderrors import (
    Errors,
    FieldError,
    forbidden,
    invalid_value,
    not_supported,
    required,
)
from plimsoll.apimachinery.validation.labels import check_selector, check_text
from plimsoll.apimachinery.validation.metadata import check_immutable
from plimsoll.apimachinery.validation.numbers import check_count_or_share, check_share, is_zero_share
from plimsoll.apimachinery.validation.podspec import check_only_always, check_template
from plimsoll.apimachinery.validation.rules import Rules
from plimsoll.apimachinery.validation.storage import check_claim_spec
from plimsoll.apimachinery.validation.templates import (
    check_counts,
    check_match,
    check_no_more,
    check_owned_template,
    check_required_selector,
    is_empty,
    is_valid,
)
from plimsoll.kube.resources import Object

_FREE_STATEFUL_FIELDS = {
    *("replicas", "template", "updateStrategy", "minReadySeconds", "ordinals", "revisionHistoryLimit"),
    "persistentVolumeClaimRetentionPolicy",
}
_STATEFUL_CHANGE = (
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
    "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
)


def check_deployment(deployment: Object) -> Errors:
    """Check a deployment's specification."""
    spec = deployment.get("spec") or {}
    yield from check_counts(spec, "spec", "replicas")
    yield from check_required_selector(spec, "deployment")
    yield from check_owned_template(spec, "ReplicaSet")
    yield from _check_deployment_strategy(spec.get("strategy") or {}, "spec.strategy")
    yield from check_counts(spec, "spec", "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds")
    deadline = spec.get("progressDeadlineSeconds")
    if deadline is not None and deadline <= (spec.get("minReadySeconds") or 0):
        yield invalid_value("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds")


def check_selector_change(new: Object, old: Object) -> Errors:
    """Check that the selector is what it was."""
    yield from check_immutable(
        (new.get("spec") or {}).get("selector"), (old.get("spec") or {}).get("selector"), "spec.selector"
    )


def _check_deployment_strategy(strategy: Mapping[str, Any], field: str) -> Errors:
    kind, rolling = strategy.get("type", ""), strategy.get("rollingUpdate")
    if kind == "Recreate":
        if rolling is not None:
            yield forbidden(f"{field}.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'")
    elif kind != "RollingUpdate":
        shown = {"Type": kind, "RollingUpdate": rolling and _rolling(rolling)}
        yield not_supported(field, shown, ("Recreate", "RollingUpdate"))
    elif rolling is None:
        yield required(f"{field}.rollingUpdate", "this should be defaulted and never be nil")
    else:
        path = f"{field}.rollingUpdate"
        absent, extra = rolling.get("maxUnavailable"), rolling.get("maxSurge")
        yield from check_count_or_share(absent, f"{path}.maxUnavailable")
        yield from check_count_or_share(extra, f"{path}.maxSurge")
        if is_zero_share(absent) and is_zero_share(extra):
            yield invalid_value(f"{path}.maxUnavailable", absent, "may not be 0 when `maxSurge` is 0")
        yield from check_share(absent, f"{path}.maxUnavailable")


def _rolling(rolling: Mapping[str, Any]) -> Mapping[str, Any]:
    """As the API's own types spell it, which messages show."""
    return {key[0].upper() + key[1:]: value for key, value in rolling.items()}


def _check_deployment_status(new: Object, old: Object) -> Errors:
    status = new.get("status") or {}
    keys = ("observedGeneration", "replicas", "updatedReplicas", "readyReplicas", "availableReplicas")
    yield from check_counts(status, "status", *keys, "unavailableReplicas", "terminatingReplicas", "collisionCount")
    parts = ("updatedReplicas", "readyReplicas", "availableReplicas")
    yield from check_no_more(status, parts, "cannot be greater than readyReplicas")
    yield from _check_collisions(status, old)


def _check_collisions(status: Mapping[str, Any], old: Object) -> Errors:
    before = (old.get("status") or {}).get("collisionCount")
    if before is not None and (status.get("collisionCount") or 0) < before:
        yield invalid_value("status.collisionCount", status.get("collisionCount") or 0, "cannot be decremented")


def check_replica_set(replica_set: Object) -> Errors:
    """Check a replica set's specification."""
    spec = replica_set.get("spec") or {}
    yield from check_counts(spec, "spec", "replicas", "minReadySeconds")
    yield from check_required_selector(spec, "deployment")
    yield from check_owned_template(spec, "ReplicaSet")


def _check_replica_set_status(new: Object, _old: Object) -> Errors:
    status = new.get("status") or {}
    parts = ("fullyLabeledReplicas", "readyReplicas", "availableReplicas")
    yield from check_counts(status, "status", "replicas", *parts, "observedGeneration", "terminatingReplicas")
    yield from check_no_more(status, parts, "cannot be greater than readyReplicas")


def check_daemon_set(daemon_set: Object) -> Errors:
    """Check a daemon set's specification."""
    spec = daemon_set.get("spec") or {}
    selector = spec.get("selector")
    yield from check_selector(selector, "spec.selector")
    yield from check_match(spec, "spec.template.metadata.labels")
    if selector is not None and is_empty(selector):
        yield invalid_value("spec.selector", selector, "empty selector is invalid for daemonset")
    template = spec.get("template") or {}
    yield from check_template(template, "spec.template")
    pod_spec = template.get("spec") or {}
    yield from check_only_always(pod_spec, "spec.template.spec")
    if pod_spec.get("activeDeadlineSeconds") is not None:
        detail = "activeDeadlineSeconds in DaemonSet is not Supported"
        yield forbidden("spec.template.spec.activeDeadlineSeconds", detail)
    yield from check_counts(spec, "spec", "minReadySeconds")
    yield from _check_daemon_strategy(spec.get("updateStrategy") or {}, "spec.updateStrategy")
    yield from check_counts(spec, "spec", "revisionHistoryLimit")


def _check_daemon_strategy(strategy: Mapping[str, Any], field: str) -> Errors:
    kind, rolling = strategy.get("type", ""), strategy.get("rollingUpdate")
    if kind == "OnDelete":
        return
    if kind != "RollingUpdate":
        yield not_supported(
            field, {"Type": kind, "RollingUpdate": rolling and _rolling(rolling)}, ("RollingUpdate", "OnDelete")
        )
        return
    path = f"{field}.rollingUpdate"
    if rolling is None:
        yield required(path)
        return
    absent, extra = rolling.get("maxUnavailable"), rolling.get("maxSurge")
    for key, value in (("maxUnavailable", absent), ("maxSurge", extra)):
        yield from check_count_or_share(value, f"{path}.{key}")
    for key, value in (("maxUnavailable", absent), ("maxSurge", extra)):
        yield from check_share(value, f"{path}.{key}")
    if not is_zero_share(absent) and not is_zero_share(extra):
        yield invalid_value(f"{path}.maxSurge", extra, "may not be set when maxUnavailable is non-zero")
    elif is_zero_share(absent) and is_zero_share(extra):
        yield required(f"{path}.maxUnavailable", "cannot be 0 when maxSurge is 0")


def _check_daemon_status(new: Object, old: Object) -> Errors:
    status = new.get("status") or {}
    keys = ("currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady")
    later = ("observedGeneration", "updatedNumberScheduled", "numberAvailable", "numberUnavailable", "collisionCount")
    yield from check_counts(status, "status", *keys, *later)
    yield from _check_collisions(status, old)


def check_stateful_set(stateful_set: Object) -> Errors:
    """Check a stateful set's specification."""
    spec = stateful_set.get("spec") or {}
    policy = spec.get("podManagementPolicy", "")
    if not policy:
        yield required("spec.podManagementPolicy")
    elif policy not in {"OrderedReady", "Parallel"}:
        yield invalid_value("spec.podManagementPolicy", policy, "must be 'OrderedReady' or 'Parallel'")
    yield from _check_stateful_strategy(spec.get("updateStrategy") or {}, "spec.updateStrategy")
    retention = spec.get("persistentVolumeClaimRetentionPolicy") or {}
    for key in ("whenDeleted", "whenScaled"):
        if retention and retention.get(key) not in {"Retain", "Delete"}:
            path = f"spec.persistentVolumeClaimRetentionPolicy.{key}"
            yield not_supported(path, retention.get(key, ""), ("Retain", "Delete"))
    yield from check_counts(spec, "spec", "replicas", "minReadySeconds")
    yield from check_counts(spec.get("ordinals") or {}, "spec.ordinals", "start")
    yield from check_required_selector(spec, "statefulset")
    if not is_valid(spec.get("selector")):
        yield FieldError("FieldValueInvalid", "spec.selector", spec["selector"])
    yield from check_match(spec, "spec.template.metadata.labels")
    yield from check_template(_with_claims(spec), "spec.template")
    pod_spec = (spec.get("template") or {}).get("spec") or {}
    yield from check_only_always(pod_spec, "spec.template.spec")
    if pod_spec.get("activeDeadlineSeconds") is not None:
        detail = "activeDeadlineSeconds in StatefulSet is not Supported"
        yield forbidden("spec.template.spec.activeDeadlineSeconds", detail)
    if spec.get("serviceName"):
        yield from check_text(dns_label, spec["serviceName"], "spec.serviceName")
    for index, claim in enumerate(spec.get("volumeClaimTemplates") or ()):
        yield from check_claim_spec(claim.get("spec") or {}, f"spec.volumeClaimTemplates[{index}].spec")


def _with_claims(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    """The template with a volume for each claim's template, which its containers may mount."""
    template = spec.get("template") or {}
    pod_spec = template.get("spec") or {}
    names = [(claim.get("metadata") or {}).get("name", "") for claim in spec.get("volumeClaimTemplates") or ()]
    if not names:
        return template
    kept = [volume for volume in pod_spec.get("volumes") or () if volume.get("name") not in names]
    added = [{"name": name, "persistentVolumeClaim": {"claimName": name}} for name in names]
    return {**template, "spec": {**pod_spec, "volumes": [*kept, *added]}}


def _check_stateful_strategy(strategy: Mapping[str, Any], field: str) -> Errors:
    kind, rolling = strategy.get("type", ""), strategy.get("rollingUpdate")
    if not kind:
        yield required(field)
    elif kind == "OnDelete":
        if rolling is not None:
            shown = {"Partition": rolling.get("partition") or 0, "MaxUnavailable": rolling.get("maxUnavailable")}
            yield invalid_value(f"{field}.rollingUpdate", shown, "only allowed for updateStrategy 'RollingUpdate'")
    elif kind != "RollingUpdate":
        shown = {"Type": kind, "RollingUpdate": rolling and _rolling(rolling)}
        yield invalid_value(field, shown, "must be 'RollingUpdate' or 'OnDelete'")
    elif rolling is not None:
        yield from check_counts(rolling, f"{field}.rollingUpdate", "partition")
        absent, path = rolling.get("maxUnavailable"), f"{field}.rollingUpdate.maxUnavailable"
        yield from check_count_or_share(absent, path)
        if absent is not None and is_zero_share(absent):
            yield invalid_value(path, absent, "cannot be 0")
        yield from check_share(absent, path)


def _check_stateful_change(new: Object, old: Object) -> Errors:
    fixed = [
        {key: value for key, value in (one.get("spec") or {}).items() if key not in _FREE_STATEFUL_FIELDS}
        for one in (new, old)
    ]
    if fixed[0] != fixed[1]:
        yield forbidden("spec", _STATEFUL_CHANGE)


def _check_stateful_status(new: Object, old: Object) -> Errors:
    status = new.get("status") or {}
    parts = ("readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas")
    yield from check_counts(status, "status", "replicas", *parts, "observedGeneration", "collisionCount")
    yield from check_no_more(status, parts, "cannot be greater than status.readyReplicas")
    yield from _check_collisions(status, old)


def _check_revision(revision: Object) -> Errors:
    if (revision.get("revision") or 0) < 0:
        yield invalid_value("revision", revision["revision"], "must be greater than or equal to 0")
    if revision.get("data") is None:
        yield required("data", "data is mandatory")


def _check_revision_change(new: Object, old: Object) -> Errors:
    yield from check_immutable(new.get("data"), old.get("data"), "data")


RULES: Iterable[tuple[str, str, Rules]] = (
    ("apps", "deployments", Rules(check_deployment, check_selector_change, _check_deployment_status)),
    ("apps", "replicasets", Rules(check_replica_set, check_selector_change, _check_replica_set_status)),
    ("apps", "daemonsets", Rules(check_daemon_set, check_selector_change, _check_daemon_status)),
    (
        "apps",
        "statefulsets",
        Rules(check_stateful_set, _check_stateful_change, _check_stateful_status, name=dns_label),
    ),
    (
        "apps",
        "controllerrevisions",
        Rules(_check_revision, _check_revision_change, metadata_on_update=("change", "new")),
    ),
)

"""Preparation of the core group apart from pods and services (pkg/registry/core/*/strategy.go)."""

from __future__ import annotations

import base64
from collections.abc import Iterable

from plimsoll.apimachinery.preparation.plans import Plan, keep_original, spec_of
from plimsoll.kube.resources import Object

_NAMESPACE_FINALIZER = "kubernetes"
_OLD_SOURCES = {("", "PersistentVolumeClaim"), ("snapshot.storage.k8s.io", "VolumeSnapshot")}
_NOT_READY = "node.kubernetes.io/not-ready"
_NAME_LABEL = "kubernetes.io/metadata.name"


def _create_namespace(namespace: Object, _now: str) -> None:
    finalizers = (namespace.get("spec") or {}).get("finalizers") or []
    if _NAMESPACE_FINALIZER not in finalizers:
        finalizers = [*finalizers, _NAMESPACE_FINALIZER]
    namespace["spec"] = {"finalizers": finalizers}
    namespace["status"] = {"phase": "Active"}
    _label_namespace(namespace)


def _label_namespace(namespace: Object) -> None:
    metadata = dict(namespace.get("metadata") or {})
    metadata["labels"] = {**(metadata.get("labels") or {}), _NAME_LABEL: metadata.get("name", "")}
    namespace["metadata"] = metadata


def _change_namespace(new: Object, old: Object) -> None:
    keep_original(new, old, "spec", "status")
    _label_namespace(new)


def _finalize_namespace(new: Object, old: Object) -> None:
    keep_original(new, old, "status")
    _label_namespace(new)


def _create_secret(secret: Object, _now: str) -> None:
    encode_texts(secret)


def _change_secret(new: Object, old: Object) -> None:
    new["type"] = new.get("type") or old.get("type")
    encode_texts(new)


def encode_texts(secret: Object) -> None:
    """Move what a secret was given as plain text to its data, which wins over what is there."""
    texts = secret.pop("stringData", None)
    if texts:
        encoded = {key: base64.b64encode(value.encode()).decode() for key, value in texts.items()}
        secret["data"] = {**(secret.get("data") or {}), **encoded}


def protect(object_: Object, finalizer: str) -> None:
    """Hold a volume or claim back from deletion while it is used (admission plug-in StorageObjectInUseProtection)."""
    metadata = object_.setdefault("metadata", {})
    finalizers = metadata.get("finalizers") or []
    if finalizer not in finalizers:
        metadata["finalizers"] = [*finalizers, finalizer]


def taint_new_node(node: Object) -> None:
    """Keep pods off a node until its kubelet has reported (admission plug-in TaintNodesByCondition)."""
    spec = node.setdefault("spec", {})
    taints = spec.get("taints") or []
    if not any(taint.get("key") == _NOT_READY and taint.get("effect") == "NoSchedule" for taint in taints):
        spec["taints"] = [*taints, {"key": _NOT_READY, "effect": "NoSchedule"}]


def _create_volume(volume: Object, now: str) -> None:
    protect(volume, "kubernetes.io/pv-protection")
    volume["status"] = {"phase": "Pending", "lastPhaseTransitionTime": now}


def _create_claim(claim: Object, _now: str) -> None:
    protect(claim, "kubernetes.io/pvc-protection")
    claim["status"] = {"phase": "Pending"}
    _drop_other_source(claim)
    _align_sources(claim)


def _change_claim(new: Object, _old: Object) -> None:
    _align_sources(new)


def _drop_other_source(claim: Object) -> None:
    """The older field takes claims and snapshots only (``EnforceDataSourceBackwardsCompatibility``)."""
    spec = claim.get("spec") or {}
    source = spec.get("dataSource")
    if source is not None and (source.get("apiGroup") or "", source.get("kind")) not in _OLD_SOURCES:
        claim["spec"] = {key: value for key, value in spec.items() if key != "dataSource"}


def _align_sources(claim: Object) -> None:
    """Say the same in both fields for what a claim is filled from (``NormalizeDataSources``)."""
    spec = claim.get("spec") or {}
    source, reference = spec.get("dataSource"), spec.get("dataSourceRef")
    if source is not None and reference is None:
        claim["spec"] = {**spec, "dataSourceRef": source}
    elif reference is not None and source is None and not reference.get("namespace"):
        claim["spec"] = {**spec, "dataSource": reference}


def _clean_account(account: Object, _now: str = "") -> None:
    """A service account names its secrets and says nothing else of them."""
    if account.get("secrets"):
        account["secrets"] = [{"name": secret.get("name", "")} for secret in account["secrets"]]


def _change_account(new: Object, _old: Object) -> None:
    _clean_account(new)


PLANS: Iterable[tuple[str, str, Plan]] = (
    (
        "",
        "namespaces",
        Plan(create=_create_namespace, update=_change_namespace, subresources={"finalize": _finalize_namespace}),
    ),
    ("", "nodes", Plan(keeps_status=True)),
    ("", "secrets", Plan(create=_create_secret, update=_change_secret)),
    ("", "persistentvolumes", Plan(create=_create_volume)),
    ("", "persistentvolumeclaims", Plan(create=_create_claim, update=_change_claim)),
    ("", "serviceaccounts", Plan(create=_clean_account, update=_change_account)),
    ("", "replicationcontrollers", Plan(generation_of=spec_of)),
    ("", "podtemplates", Plan(generation_of=lambda template: template.get("template"))),
)

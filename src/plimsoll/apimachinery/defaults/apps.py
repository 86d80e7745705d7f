"""Defaults of deployments and their like (pkg/apis/apps/v1/defaults.go)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from plimsoll.apimachinery.defaults.core import default_claim
from plimsoll.apimachinery.defaults.podspec import default_pod_spec
from plimsoll.kube.resources import Object

_HISTORY = 10
_PROGRESS_SECONDS = 600
_SHARE = "25%"


def default_template(owner: Object) -> Object:
    """Fill in the pods' template, and return the owner's specification."""
    spec: Object = owner.setdefault("spec", {})
    template = spec.setdefault("template", {})
    template.setdefault("metadata", {})
    default_pod_spec(template.setdefault("spec", {}))
    return spec


def default_deployment(deployment: Object) -> None:
    """Roll a quarter at a time, keep ten revisions, and give up after ten minutes."""
    spec = default_template(deployment)
    spec.setdefault("replicas", 1)
    strategy = spec.setdefault("strategy", {})
    strategy["type"] = strategy.get("type") or "RollingUpdate"
    if strategy["type"] == "RollingUpdate":
        rolling = strategy["rollingUpdate"] = strategy.get("rollingUpdate") or {}
        rolling.setdefault("maxUnavailable", _SHARE)
        rolling.setdefault("maxSurge", _SHARE)
    spec.setdefault("revisionHistoryLimit", _HISTORY)
    spec.setdefault("progressDeadlineSeconds", _PROGRESS_SECONDS)


def default_replica_set(replica_set: Object) -> None:
    """One replica."""
    default_template(replica_set).setdefault("replicas", 1)


def default_daemon_set(daemon_set: Object) -> None:
    """One node at a time, and never two pods on it."""
    spec = default_template(daemon_set)
    strategy = spec.setdefault("updateStrategy", {})
    strategy["type"] = strategy.get("type") or "RollingUpdate"
    if strategy["type"] == "RollingUpdate":
        rolling = strategy["rollingUpdate"] = strategy.get("rollingUpdate") or {}
        rolling.setdefault("maxUnavailable", 1)
        rolling.setdefault("maxSurge", 0)
    spec.setdefault("revisionHistoryLimit", _HISTORY)


def default_stateful_set(stateful_set: Object) -> None:
    """One after the other, claims are kept."""
    spec = default_template(stateful_set)
    spec["podManagementPolicy"] = spec.get("podManagementPolicy") or "OrderedReady"
    strategy = spec.setdefault("updateStrategy", {})
    if not strategy.get("type"):
        strategy["type"] = "RollingUpdate"
        strategy["rollingUpdate"] = strategy.get("rollingUpdate") or {}
    rolling = strategy.get("rollingUpdate")
    if strategy["type"] == "RollingUpdate" and rolling is not None:
        rolling.setdefault("partition", 0)
    retention = spec["persistentVolumeClaimRetentionPolicy"] = spec.get("persistentVolumeClaimRetentionPolicy") or {}
    for moment in ("whenDeleted", "whenScaled"):
        retention[moment] = retention.get(moment) or "Retain"
    spec.setdefault("replicas", 1)
    spec.setdefault("revisionHistoryLimit", _HISTORY)
    for claim in spec.get("volumeClaimTemplates") or ():
        claim.update({"apiVersion": "v1", "kind": "PersistentVolumeClaim"})  # as if it were an object of its own
        default_claim(claim)


DEFAULTS: Iterable[tuple[str, str, Callable[[Object], None]]] = (
    ("apps", "deployments", default_deployment),
    ("apps", "replicasets", default_replica_set),
    ("apps", "daemonsets", default_daemon_set),
    ("apps", "statefulsets", default_stateful_set),
)

"""What sets one built-in resource's storage apart from the rest (pkg/registry/*/*/strategy.go and storage.go)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

GarbagePolicy = Literal["delete", "orphan", "unsupported"]


@dataclass(frozen=True, slots=True)
class Traits:
    """How a resource may be written and deleted.

    ``creates_on_update``: PUT of a missing object creates it. ``unconditional_update``: PUT without a resourceVersion
    replaces whatever is there. ``answers_with_object``: DELETE answers with the object instead of a Status.
    ``garbage``: what becomes of dependents where a deletion does not say. ``lifetime_seconds``: objects expire.
    """

    creates_on_update: bool = False
    unconditional_update: bool = True
    answers_with_object: bool = False
    graceful: bool = False
    garbage: GarbagePolicy = "delete"
    lifetime_seconds: float | None = None
    strategic_merge: bool = True


_CREATES_ON_UPDATE = {
    ("", "endpoints"),
    ("", "events"),
    ("", "limitranges"),
    ("", "services"),
    ("coordination.k8s.io", "leasecandidates"),
    ("coordination.k8s.io", "leases"),
    ("node.k8s.io", "runtimeclasses"),
    ("rbac.authorization.k8s.io", "clusterrolebindings"),
    ("rbac.authorization.k8s.io", "clusterroles"),
    ("rbac.authorization.k8s.io", "rolebindings"),
    ("rbac.authorization.k8s.io", "roles"),
}

_CONDITIONAL_UPDATE = {
    ("admissionregistration.k8s.io", "mutatingwebhookconfigurations"),
    ("admissionregistration.k8s.io", "validatingadmissionpolicies"),
    ("admissionregistration.k8s.io", "validatingadmissionpolicybindings"),
    ("admissionregistration.k8s.io", "validatingwebhookconfigurations"),
    ("apiextensions.k8s.io", "customresourcedefinitions"),
    ("apiregistration.k8s.io", "apiservices"),
    ("coordination.k8s.io", "leasecandidates"),
    ("coordination.k8s.io", "leases"),
    ("node.k8s.io", "runtimeclasses"),
    ("policy", "poddisruptionbudgets"),
    ("storage.k8s.io", "csidrivers"),
    ("storage.k8s.io", "csinodes"),
    ("storage.k8s.io", "csistoragecapacities"),
    ("storage.k8s.io", "volumeattachments"),
}

_ANSWERS_WITH_OBJECT = {
    ("", "namespaces"),
    ("", "persistentvolumeclaims"),
    ("", "persistentvolumes"),
    ("", "pods"),
    ("", "podtemplates"),
    ("", "resourcequotas"),
    ("", "serviceaccounts"),
    ("", "services"),
    ("apiextensions.k8s.io", "customresourcedefinitions"),
    ("storage.k8s.io", "csidrivers"),
    ("storage.k8s.io", "csinodes"),
    ("storage.k8s.io", "storageclasses"),
    ("storage.k8s.io", "volumeattachments"),
    ("storage.k8s.io", "volumeattributesclasses"),
}

_ORPHANS = {("", "replicationcontrollers"), ("batch", "jobs")}
"""Whose pods stay where a deletion does not say otherwise, since that was so once."""

EVENT_LIFETIME_SECONDS = 3600.0
"""kube-apiserver's ``--event-ttl``."""


def traits_of(group: str, plural: str) -> Traits:
    """The traits of a built-in resource, by the group and name under which it is stored."""
    key = (group, plural)
    events = plural == "events"
    return Traits(
        creates_on_update=key in _CREATES_ON_UPDATE,
        unconditional_update=key not in _CONDITIONAL_UPDATE,
        answers_with_object=key in _ANSWERS_WITH_OBJECT,
        graceful=key == ("", "pods"),
        garbage="unsupported" if events else "orphan" if key in _ORPHANS else "delete",
        lifetime_seconds=EVENT_LIFETIME_SECONDS if events else None,
    )


CUSTOM = Traits(unconditional_update=False, strategic_merge=False)
"""Custom resources (apiextensions-apiserver, pkg/registry/customresource/strategy.go)."""

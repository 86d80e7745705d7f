"""Fields that a write cannot set, since the strategy of its resource takes them back, and so does not own.

From ``GetResetFields`` of the strategies in pkg/registry and apiextensions-apiserver, pkg/registry/customresource.
"""

from __future__ import annotations

from collections.abc import Mapping

from plimsoll.apimachinery.apply.fieldsets import FieldSet
from plimsoll.kube.resources import Resource

_SPEC: FieldSet = {"f:spec": {}}
_STATUS: FieldSet = {"f:status": {}}
_SPEC_AND_METADATA: FieldSet = {"f:metadata": {}, "f:spec": {}}

_EXCEPTIONS: Mapping[tuple[str, str, str], FieldSet] = {
    ("", "pods", "status"): {
        "f:metadata": {"f:deletionTimestamp": {}, "f:ownerReferences": {}},
        "f:spec": {},
    },
    ("", "namespaces", "finalize"): _STATUS,
    ("apps", "deployments", "status"): {"f:metadata": {"f:labels": {}}, "f:spec": {}},
    ("apiextensions.k8s.io", "customresourcedefinitions", "status"): _SPEC,
    ("certificates.k8s.io", "certificatesigningrequests", ""): {"f:spec": {}, "f:status": {}},
    ("certificates.k8s.io", "certificatesigningrequests", "status"): {"f:spec": {}, "f:status": {"f:conditions": {}}},
    ("certificates.k8s.io", "certificatesigningrequests", "approval"): {
        "f:spec": {},
        "f:status": {"f:certificate": {}},
    },
}
_METADATA_RESET_WITH_STATUS = frozenset(
    {
        "admissionregistration.k8s.io",
        "apiregistration.k8s.io",
        "flowcontrol.apiserver.k8s.io",
        "resource.k8s.io",
        "storage.k8s.io",
    }
)
"""Groups whose status strategies reset all metadata; so do those of service CIDRs and of custom resources."""


def reset_fields(resource: Resource, subresource: str, *, has_status: bool, custom: bool = False) -> FieldSet:
    """What a write to a resource, or to its subresource, does not own.

    ``has_status`` says whether the resource has the status subresource, ``custom`` whether it is a custom resource.
    """
    exception = _EXCEPTIONS.get((resource.group, resource.plural, subresource))
    if exception is not None:
        return exception
    if subresource == "status":
        metadata = custom or resource.group in _METADATA_RESET_WITH_STATUS or resource.plural == "servicecidrs"
        return _SPEC_AND_METADATA if metadata else _SPEC
    return _STATUS if has_status else {}

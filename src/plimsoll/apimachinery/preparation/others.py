"""Preparation of the kinds whose strategy is little more than a generation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from plimsoll.apimachinery.preparation.plans import ORIGINAL_METADATA, Plan, keep_original, spec_of
from plimsoll.kube.resources import Object

_SPECIFIED = Plan(generation_of=spec_of)
_STRICT = Plan(generation_of=spec_of, kept_by_status=ORIGINAL_METADATA)
_ADMISSION = "admissionregistration.k8s.io"
_CERTIFICATES = "certificates.k8s.io"
_DECIDED = ("Approved", "Denied")


def _webhooks_of(configuration: Object) -> Any:
    return configuration.get("webhooks") or []


def _content_of(slice_: Object) -> Any:
    """Everything but the metadata; of that, the labels."""
    content = {key: value for key, value in slice_.items() if key != "metadata"}
    return content, (slice_.get("metadata") or {}).get("labels") or {}


def _never(_object: Object) -> None:
    return None


def _create_lease(lease: Object, _now: str) -> None:
    _drop_election(lease)


def _change_lease(new: Object, _old: Object) -> None:
    _drop_election(new)


def _drop_election(lease: Object) -> None:
    """Coordinated leader election is behind a feature gate that is closed by default."""
    spec = lease.get("spec") or {}
    if "strategy" in spec or "preferredHolder" in spec:
        lease["spec"] = {key: value for key, value in spec.items() if key not in {"strategy", "preferredHolder"}}


def _change_request(new: Object, old: Object) -> None:
    keep_original(new, old, "spec", "status")


def _change_request_status(new: Object, old: Object) -> None:
    """A signer cannot approve: the decisions in a status are those of the old one."""
    status = dict(new.get("status") or {})
    conditions = status.get("conditions") or []
    decided = [one for one in (old.get("status") or {}).get("conditions") or () if one.get("type") in _DECIDED]
    kept = [condition for condition in conditions if condition.get("type") not in _DECIDED]
    if decided or conditions:
        status["conditions"] = [*decided, *kept]
    new["status"] = status


def _approve_request(new: Object, old: Object) -> None:
    conditions = (new.get("status") or {}).get("conditions")
    keep_original(new, old, "spec")
    new["status"] = {**(old.get("status") or {}), **({"conditions": conditions} if conditions else {})}


def record_requester(request: Object, name: str, uid: str, groups: list[str], extra: Object) -> None:
    """Say in a certificate signing request who asks; whatever its writer says of that is overwritten."""
    spec = {key: value for key, value in (request.get("spec") or {}).items() if key not in _IDENTITY}
    identity = {"username": name, "uid": uid, "groups": groups, "extra": extra}
    request["spec"] = {**spec, **{key: value for key, value in identity.items() if value}}


_IDENTITY = {"username", "uid", "groups", "extra"}

PLANS: Iterable[tuple[str, str, Plan]] = (
    ("coordination.k8s.io", "leases", Plan(create=_create_lease, update=_change_lease)),
    ("policy", "poddisruptionbudgets", _SPECIFIED),
    ("networking.k8s.io", "ingresses", _SPECIFIED),
    ("networking.k8s.io", "ingressclasses", _SPECIFIED),
    ("networking.k8s.io", "networkpolicies", _SPECIFIED),
    ("networking.k8s.io", "servicecidrs", Plan(kept_by_status=ORIGINAL_METADATA)),
    ("discovery.k8s.io", "endpointslices", Plan(generation_of=_content_of)),
    ("flowcontrol.apiserver.k8s.io", "flowschemas", _SPECIFIED),
    ("flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations", _SPECIFIED),
    ("scheduling.k8s.io", "priorityclasses", Plan(generation_of=_never)),
    ("storage.k8s.io", "csidrivers", Plan(generation_of=spec_of, starts_generation=False)),
    ("storage.k8s.io", "volumeattachments", Plan(kept_by_status=ORIGINAL_METADATA)),
    ("resource.k8s.io", "resourceslices", _SPECIFIED),
    ("resource.k8s.io", "deviceclasses", _SPECIFIED),
    ("resource.k8s.io", "devicetaintrules", _STRICT),
    ("resource.k8s.io", "resourceclaims", Plan(kept_by_status=ORIGINAL_METADATA)),
    (_ADMISSION, "validatingwebhookconfigurations", Plan(generation_of=_webhooks_of)),
    (_ADMISSION, "mutatingwebhookconfigurations", Plan(generation_of=_webhooks_of)),
    (_ADMISSION, "validatingadmissionpolicies", _STRICT),
    (_ADMISSION, "validatingadmissionpolicybindings", _SPECIFIED),
    (_ADMISSION, "mutatingadmissionpolicies", _SPECIFIED),
    (_ADMISSION, "mutatingadmissionpolicybindings", _SPECIFIED),
    (
        _CERTIFICATES,
        "certificatesigningrequests",
        Plan(update=_change_request, status=_change_request_status, subresources={"approval": _approve_request}),
    ),
)

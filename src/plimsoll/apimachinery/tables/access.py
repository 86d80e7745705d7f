"""How bindings, certificate requests, webhooks and flow control are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from plimsoll.apimachinery.tables.cells import NONE, UNKNOWN, age_of, human_duration, name_of
from plimsoll.apimachinery.tables.columns import AGE, NAME, Column, Layout, counted, named, wide
from plimsoll.kube.resources import Object

_RBAC = "rbac.authorization.k8s.io"
_ADMISSION = "admissionregistration.k8s.io"
_FLOW = "flowcontrol.apiserver.k8s.io"


def _binding(binding: Object, now: float) -> list[Any]:
    reference, subjects = binding.get("roleRef") or {}, binding.get("subjects") or ()
    role = f"{reference.get('kind', '')}/{reference.get('name', '')}"
    lists = [", ".join(_subject(one) for one in subjects if one.get("kind") == kind) for kind in _SUBJECTS]
    return [name_of(binding), role, age_of(binding, now), *lists]


_SUBJECTS = ("User", "Group", "ServiceAccount")


def _subject(subject: Mapping[str, Any]) -> str:
    name = str(subject.get("name", ""))
    return f"{subject.get('namespace', '')}/{name}" if subject.get("kind") == "ServiceAccount" else name


def _request(request: Object, now: float) -> list[Any]:
    spec = request.get("spec") or {}
    seconds = spec.get("expirationSeconds")
    return [
        name_of(request),
        age_of(request, now),
        spec.get("signerName") or NONE,
        spec.get("username", ""),
        NONE if seconds is None else human_duration(seconds),
        _request_state(request.get("status") or {}),
    ]


def _request_state(status: Mapping[str, Any]) -> str:
    held = {condition.get("type") for condition in status.get("conditions") or ()}
    state = "Denied" if "Denied" in held else "Approved" if "Approved" in held else "Pending"
    if "Failed" in held:
        state += ",Failed"
    return state + (",Issued" if status.get("certificate") else "")


def _webhooks(configuration: Object, now: float) -> list[Any]:
    return [name_of(configuration), len(configuration.get("webhooks") or ()), age_of(configuration, now)]


def _admission_policy(policy: Object, now: float) -> list[Any]:
    spec = policy.get("spec") or {}
    count = len(spec.get("validations") or spec.get("mutations") or ())
    kind = spec.get("paramKind")
    text = "<unset>" if kind is None else f"{kind.get('apiVersion', '')}/{kind.get('kind', '')}"
    return [name_of(policy), count, text, age_of(policy, now)]


def _admission_binding(binding: Object, now: float) -> list[Any]:
    spec = binding.get("spec") or {}
    reference = spec.get("paramRef")
    text = "<unset>"
    if reference is not None:
        text = f"{reference.get('namespace') or '*'}/{reference.get('name', '')}"
    return [name_of(binding), spec.get("policyName", ""), text, age_of(binding, now)]


def _flow_schema(schema: Object, now: float) -> list[Any]:
    spec = schema.get("spec") or {}
    conditions = (schema.get("status") or {}).get("conditions") or ()
    return [
        name_of(schema),
        (spec.get("priorityLevelConfiguration") or {}).get("name", ""),
        spec.get("matchingPrecedence", 0),
        (spec.get("distinguisherMethod") or {}).get("type") or NONE,
        age_of(schema, now),
        next((one.get("status", "?") for one in conditions if one.get("type") == "Dangling"), "?"),
    ]


def _precedence(schema: Object) -> tuple[int, str]:
    """Requests are matched against the schemas in this order."""
    return (schema.get("spec") or {}).get("matchingPrecedence", 0), name_of(schema)


def _priority_level(level: Object, now: float) -> list[Any]:
    spec = level.get("spec") or {}
    limited = spec.get("limited") or {}
    queuing = (limited.get("limitResponse") or {}).get("queuing") or {}
    numbers = [queuing.get(key, NONE) for key in ("queues", "handSize", "queueLengthLimit")]
    shares = limited.get("nominalConcurrencyShares", NONE)
    return [name_of(level), spec.get("type", ""), shares, *numbers, age_of(level, now)]


def _service(service: Object, now: float) -> list[Any]:
    reference = (service.get("spec") or {}).get("service")
    shown = "Local" if reference is None else f"{reference.get('namespace', '')}/{reference.get('name', '')}"
    conditions = (service.get("status") or {}).get("conditions") or ()
    available = next((one for one in conditions if one.get("type") == "Available"), None)
    state = UNKNOWN if available is None else str(available.get("status", ""))
    if available is not None and state != "True" and available.get("reason"):
        state += f" ({available['reason']})"
    return [name_of(service), shown, state, age_of(service, now)]


_BINDING = Layout((NAME, Column("Role"), AGE, *wide("Users", "Groups", "ServiceAccounts")), _binding)
_WEBHOOKS = Layout((NAME, *counted("Webhooks"), AGE), _webhooks)
_ADMISSION_BINDING = Layout((NAME, *named("PolicyName", "ParamRef"), AGE), _admission_binding)

LAYOUTS: Iterable[tuple[str, str, Layout]] = (
    ("apiregistration.k8s.io", "apiservices", Layout((NAME, *named("Service", "Available"), AGE), _service)),
    (_RBAC, "rolebindings", _BINDING),
    (_RBAC, "clusterrolebindings", _BINDING),
    (
        "certificates.k8s.io",
        "certificatesigningrequests",
        Layout((NAME, AGE, *named("SignerName", "Requestor", "RequestedDuration", "Condition")), _request),
    ),
    (_ADMISSION, "mutatingwebhookconfigurations", _WEBHOOKS),
    (_ADMISSION, "validatingwebhookconfigurations", _WEBHOOKS),
    (
        _ADMISSION,
        "validatingadmissionpolicies",
        Layout((NAME, *counted("Validations"), Column("ParamKind"), AGE), _admission_policy),
    ),
    (
        _ADMISSION,
        "mutatingadmissionpolicies",
        Layout((NAME, *counted("Mutations"), Column("ParamKind"), AGE), _admission_policy),
    ),
    (_ADMISSION, "validatingadmissionpolicybindings", _ADMISSION_BINDING),
    (_ADMISSION, "mutatingadmissionpolicybindings", _ADMISSION_BINDING),
    (
        _FLOW,
        "flowschemas",
        Layout(
            (
                NAME,
                *named("PriorityLevel", "MatchingPrecedence", "DistinguisherMethod"),
                AGE,
                Column("MissingPL"),
            ),
            _flow_schema,
            order=_precedence,
        ),
    ),
    (
        _FLOW,
        "prioritylevelconfigurations",
        Layout(
            (NAME, *named("Type", "NominalConcurrencyShares", "Queues", "HandSize", "QueueLengthLimit"), AGE),
            _priority_level,
        ),
    ),
)

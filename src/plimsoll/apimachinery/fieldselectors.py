r"""Field selectors: which fields of a kind can be asked for, and which objects have the values asked for.

The grammar is that of ``k8s.io/apimachinery/pkg/fields``: terms with ``=``, ``==`` or ``!=``, separated by commas, in
values ``\`` before ``\``, ``,`` and ``=``. Which fields a kind knows is in the conversion functions of pkg/apis/*/v1;
what is neither there nor common to all kinds is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from plimsoll.errors import ApiError
from plimsoll.kube.resources import Object, Resource

Read = Callable[[Object], str]
"""Reads a field's value from an object, as a text; empty where the object does not have it."""

_OPERATORS = ("!=", "==", "=")


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: a field has a value, or does not."""

    field: str
    value: str
    negated: bool
    read: Read

    def matches(self, object_: Object) -> bool:
        """Whether an object meets it."""
        return (self.read(object_) == self.value) != self.negated


@dataclass(frozen=True, slots=True)
class FieldSelector:
    """Conditions that must all be met."""

    terms: tuple[Term, ...] = ()

    def matches(self, object_: Object) -> bool:
        """Whether an object is selected."""
        return all(term.matches(object_) for term in self.terms)

    def required(self, field: str) -> str | None:
        """The value that a field must have for an object to be selected; none where it may have several."""
        return next((term.value for term in self.terms if term.field == field and not term.negated), None)


def parse_field_selector(resource: Resource, text: str, selectable: Iterable[str] | None = None) -> FieldSelector:
    """Parse a selector of a resource's objects; ``ApiError(400)`` where it is none, or asks for a field in vain.

    ``selectable`` is given for custom resources: the JSON paths of their definition's ``selectableFields``.
    """
    fields = _fields_of(resource, selectable)
    terms = []
    for part in filter(None, sorted(_split_terms(text))):
        field, operator, escaped = _split_term(part)
        if not operator:
            raise _bad_request(f"invalid selector: '{text}'; can't understand '{part}'")
        value = _unescape(escaped)
        name = _ALIASES.get((resource.group, resource.plural, field), field)
        read = fields.readers.get(name)
        if read is None:
            raise _bad_request(fields.refusal.format(field=field))
        terms.append(Term(name, value, operator == "!=", read))
    return FieldSelector(tuple(terms))


@dataclass(frozen=True, slots=True)
class _Fields:
    """The fields of one kind, and the words for any other."""

    readers: Mapping[str, Read]
    refusal: str = "field label not supported: {field}"


def _at(*path: str) -> Read:
    """Read a field by its place in the object."""

    def read(object_: Object) -> str:
        value: Any = object_
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, bool):
            return "true" if value else "false"
        return "" if value is None else str(value)

    return read


def _or(read: Read, otherwise: str) -> Read:
    return lambda object_: read(object_) or otherwise


def _pod_address(pod: Object) -> str:
    """The API keeps a list of addresses; the single one is its first."""
    status = pod.get("status") or {}
    addresses = status.get("podIPs") or ()
    return str(addresses[0].get("ip", "")) if addresses else str(status.get("podIP", ""))


def _event_source(event: Object) -> str:
    source = event.get("source") or event.get("deprecatedSource") or {}
    return str(source.get("component") or _event_reporter(event))


def _event_reporter(event: Object) -> str:
    return str(event.get("reportingComponent") or event.get("reportingController") or "")


def _about(key: str) -> Read:
    return lambda event: str((event.get("involvedObject") or event.get("regarding") or {}).get(key, ""))


def _paths(*names: str) -> dict[str, Read]:
    return {name: _at(*name.split(".")) for name in names}


_NAME = _paths("metadata.name")
_COMMON = _paths("metadata.name", "metadata.namespace")
_PLAIN = _Fields(
    MappingProxyType(_COMMON),
    '"{field}" is not a known field selector: only "metadata.name", "metadata.namespace"',
)
_ABOUT = ("kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath")
_POD = {
    **_COMMON,
    **_paths("spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName"),
    **_paths("status.phase", "status.nominatedNodeName"),
    "spec.hostNetwork": _or(_at("spec", "hostNetwork"), "false"),
    "status.podIP": _pod_address,
    "status.podIPs": lambda _: "",  # accepted, and never set: only the single address is indexed
}
_EVENT = {
    **_COMMON,
    **_paths("reason", "type"),
    "reportingComponent": _event_reporter,
    "source": _event_source,
    **{f"involvedObject.{key}": _about(key) for key in _ABOUT},
}
_NEW_EVENT = {
    **_COMMON,
    **_paths("reason", "type"),
    "reportingController": _event_reporter,
    **{f"regarding.{key}": _about(key) for key in _ABOUT},
}
_KINDS: Mapping[tuple[str, str], _Fields] = MappingProxyType(
    {
        ("", "pods"): _Fields(_POD),
        ("", "events"): _Fields(_EVENT),
        ("events.k8s.io", "events"): _Fields(_NEW_EVENT),
        ("", "namespaces"): _Fields({**_NAME, **_paths("status.phase")}),
        ("", "nodes"): _Fields({**_NAME, "spec.unschedulable": _or(_at("spec", "unschedulable"), "false")}),
        ("", "secrets"): _Fields({**_COMMON, **_paths("type")}),
        ("", "services"): _Fields({**_COMMON, **_paths("spec.clusterIP", "spec.type")}),
        ("", "replicationcontrollers"): _Fields({**_COMMON, "status.replicas": _or(_at("status", "replicas"), "0")}),
        ("batch", "jobs"): _Fields(
            {**_COMMON, "status.successful": _or(_at("status", "succeeded"), "0")},
            'field label "{field}" not supported for Job',
        ),
        ("certificates.k8s.io", "certificatesigningrequests"): _Fields({**_NAME, **_paths("spec.signerName")}),
        ("resource.k8s.io", "resourceslices"): _Fields(
            {**_NAME, **_paths("spec.nodeName", "spec.driver")},
            "field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: {field}",
        ),
    }
)
_ALIASES: Mapping[tuple[str, str, str], str] = MappingProxyType({("", "pods", "spec.host"): "spec.nodeName"})


def _fields_of(resource: Resource, selectable: Iterable[str] | None) -> _Fields:
    if selectable is None:
        return _KINDS.get((resource.group, resource.plural), _PLAIN)
    paths = [path.strip().removeprefix(".") for path in selectable]
    names = _COMMON if resource.namespaced else _NAME
    return _Fields({**names, **_paths(*paths)})


def _split_terms(text: str) -> list[str]:
    """Split at commas that no backslash stands before."""
    terms, start, escaped = [], 0, False
    for index, mark in enumerate(text):
        if escaped:
            escaped = False
        elif mark == "\\":
            escaped = True
        elif mark == ",":
            terms.append(text[start:index])
            start = index + 1
    return [*terms, text[start:]]


def _split_term(term: str) -> tuple[str, str, str]:
    """Split at the first operator; the operator is empty where there is none."""
    for index in range(len(term)):
        for operator in _OPERATORS:
            if term.startswith(operator, index):
                return term[:index], operator, term[index + len(operator) :]
    return term, "", ""


def _unescape(value: str) -> str:
    result, escaped = [], False
    for mark in value:
        if escaped:
            if mark not in "\\,=":
                raise _bad_request(f"invalid field selector: invalid escape sequence: \\{mark}")
            result.append(mark)
            escaped = False
        elif mark == "\\":
            escaped = True
        elif mark in ",=":
            # Go prints the character's number here.
            raise _bad_request(f"invalid field selector: unescaped character in value: {ord(mark)}")
        else:
            result.append(mark)
    if escaped:
        raise _bad_request("invalid field selector: invalid escape sequence: \\")
    return "".join(result)


def _bad_request(message: str) -> ApiError:
    return ApiError(400, "BadRequest", message)

"""Checks of environment variables and of the references in them (``ValidateEnv``, ``ValidateEnvFrom``)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from plimsoll.apimachinery.naming import config_key, dns_label, dns_subdomain, environment_name, qualified_name
from plimsoll.apimachinery.validation.fielderrors import Errors, invalid_value, not_supported, required
from plimsoll.apimachinery.validation.labels import check_text

VARIABLE_FIELDS = (
    *("metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName"),
    *("status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"),
)
"""What of a pod a variable can show."""

_CONTAINER_FIELDS = (
    *("limits.cpu", "limits.ephemeral-storage", "limits.memory"),
    *("requests.cpu", "requests.ephemeral-storage", "requests.memory"),
)
_HUGE_PAGES = ("requests.hugepages-", "limits.hugepages-")
_SIZES = {"1", *(f"1{unit}" for unit in "kMGTPE"), *(f"1{unit}i" for unit in "KMGTPE")}
_SIZE_WORDS = "only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the "
_POD_FIELDS = {
    *VARIABLE_FIELDS,
    "metadata.annotations",
    "metadata.labels",
    "spec.restartPolicy",
    "spec.hostNetwork",
    "status.phase",
}
_SUBSCRIPT = re.compile(r"(.*)\['(.*)'\]")


def check_environment(variables: Sequence[Mapping[str, Any]], field: str) -> Errors:
    """Check ``env``."""
    for index, variable in enumerate(variables):
        path = f"{field}[{index}]"
        if not variable.get("name"):
            yield required(f"{path}.name")
        else:
            yield from check_text(environment_name, variable["name"], f"{path}.name")
        if variable.get("valueFrom") is not None:
            yield from _check_source(variable, f"{path}.valueFrom")


def check_environment_sources(sources: Sequence[Mapping[str, Any]], field: str) -> Errors:
    """Check ``envFrom``; its faults are reported of the list, not of the item."""
    for index, source in enumerate(sources):
        path = f"{field}[{index}]"
        if source.get("prefix"):
            yield from check_text(environment_name, source["prefix"], f"{path}.prefix")
        given = [kind for kind in ("configMapRef", "secretRef") if source.get(kind) is not None]
        for kind in given:
            name = source[kind].get("name")
            if not name:
                yield required(f"{path}.{kind}.name")
            else:
                yield from check_text(dns_subdomain, name, f"{path}.{kind}.name")
        if not given:
            yield invalid_value(field, "", "must specify one of: `configMapRef` or `secretRef`")
        elif len(given) > 1:
            yield invalid_value(field, "", "may not have more than one field specified at a time")


def check_pod_field(reference: Mapping[str, Any], known: Sequence[str], field: str) -> Errors:
    """Check a reference to a field of the pod."""
    path = reference.get("fieldPath", "")
    if not reference.get("apiVersion"):
        yield required(f"{field}.apiVersion")
        return
    if not path:
        yield required(f"{field}.fieldPath")
        return
    subscript = _SUBSCRIPT.fullmatch(path)
    if (subscript[1] if subscript else path) not in _POD_FIELDS:
        detail = f"error converting fieldPath: field label not supported: {path}"
        yield invalid_value(f"{field}.fieldPath", path, detail)
    elif subscript and subscript[1] == "metadata.annotations":
        yield from check_text(qualified_name, subscript[2].lower(), field)
    elif subscript and subscript[1] == "metadata.labels":
        yield from check_text(qualified_name, subscript[2], field)
    elif subscript:
        yield invalid_value(field, subscript[1], "does not support subscript")
    elif path not in known:
        yield not_supported(f"{field}.fieldPath", path, sorted(known))


def check_container_field(reference: Mapping[str, Any], field: str, *, of_volume: bool) -> Errors:
    """Check a reference to what a container asks for."""
    resource = reference.get("resource", "")
    if of_volume and not reference.get("containerName"):
        yield required(f"{field}.containerName")
    elif not resource:
        yield required(f"{field}.resource")
    elif resource not in _CONTAINER_FIELDS and not resource.startswith(_HUGE_PAGES):
        yield not_supported(f"{field}.resource", resource, _CONTAINER_FIELDS)
    divisor = str(reference.get("divisor", "0"))
    if divisor in {"0", ""}:
        return
    kind = resource.partition(".")[2]
    if kind == "cpu" and divisor not in {"1m", "1"}:
        detail = "only divisor's values 1m and 1 are supported with the cpu resource"
        yield invalid_value(f"{field}.divisor", resource, detail)
    words = {"memory": "memory", "ephemeral-storage": "local ephemeral storage"}.get(kind)
    if kind.startswith("hugepages-"):
        words = "hugepages"
    if words and divisor not in _SIZES:
        yield invalid_value(f"{field}.divisor", resource, f"{_SIZE_WORDS}{words} resource")


def _check_source(variable: Mapping[str, Any], field: str) -> Errors:
    source = variable["valueFrom"]
    given = 0
    for kind, check in _SOURCES.items():
        if source.get(kind) is not None:
            given += 1
            yield from check(source[kind], f"{field}.{kind}")
    if not given:
        detail = (
            "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"
        )
        yield invalid_value(field, "", detail)
    elif variable.get("value"):
        yield invalid_value(field, "", "may not be specified when `value` is not empty")
    elif given > 1:
        yield invalid_value(field, "", "may not have more than one field specified at a time")


def _check_field_source(reference: Mapping[str, Any], field: str) -> Errors:
    return check_pod_field(reference, VARIABLE_FIELDS, field)


def _check_resource_source(reference: Mapping[str, Any], field: str) -> Errors:
    return check_container_field(reference, field, of_volume=False)


def _check_key(reference: Mapping[str, Any], field: str) -> Errors:
    yield from check_text(dns_subdomain, reference.get("name", ""), f"{field}.name")
    if not reference.get("key"):
        yield required(f"{field}.key")
    else:
        yield from check_text(config_key, reference["key"], f"{field}.key")


def _check_file(reference: Mapping[str, Any], field: str) -> Errors:
    for key, check in (("key", environment_name), ("volumeName", dns_label)):
        if not reference.get(key):
            yield required(f"{field}.{key}")
        else:
            yield from check_text(check, reference[key], f"{field}.{key}")
    path = reference.get("path", "")
    if not path:
        yield required(f"{field}.path")
    elif ".." in path.split("/"):
        yield invalid_value(f"{field}.path", path, "must not contain '..'")


_SOURCES = {
    "fieldRef": _check_field_source,
    "resourceFieldRef": _check_resource_source,
    "configMapKeyRef": _check_key,
    "secretKeyRef": _check_key,
    "fileKeyRef": _check_file,
}

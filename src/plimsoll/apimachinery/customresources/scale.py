"""The scale of custom resources: where it stands in an object, and as an object of its own.

Source: apiextensions-apiserver, pkg/registry/customresource/etcd.go and validator.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from plimsoll.apimachinery.patching.refusals import printed
from plimsoll.apimachinery.validation.fielderrors import FieldError, invalid_value
from plimsoll.kube.resources import Object

_MAX_REPLICAS = 2**31 - 1
_GO_TYPES = {
    bool: "bool",
    int: "int64",
    float: "float64",
    str: "string",
    list: "[]interface {}",
    dict: "map[string]interface {}",
    type(None): "<nil>",
}
_KEPT_METADATA = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")


@dataclass(frozen=True, slots=True)
class ScalePaths:
    """Where the wanted and the present number of replicas stand, and the selector ("" where there is none)."""

    spec_replicas: str
    status_replicas: str
    label_selector: str = ""


def scale_paths(version: Object) -> ScalePaths | None:
    """The paths that a version declares; None where it has no scale."""
    declared = (version.get("subresources") or {}).get("scale")
    if declared is None:
        return None
    return ScalePaths(
        declared["specReplicasPath"], declared["statusReplicasPath"], declared.get("labelSelectorPath") or ""
    )


def scale_of(value: Object, paths: ScalePaths) -> Object | None:
    """The object's Scale (autoscaling/v1); None where it does not say how many replicas it wants."""
    wanted = _at(value, paths.spec_replicas)
    if wanted is None:
        return None
    status: Object = {"replicas": _at(value, paths.status_replicas) or 0}
    selector = _at(value, paths.label_selector) if paths.label_selector else None
    if selector:
        status["selector"] = selector
    metadata = {name: value["metadata"][name] for name in _KEPT_METADATA if name in value["metadata"]}
    spec = {"replicas": wanted} if wanted else {}
    return {"kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": metadata, "spec": spec, "status": status}


def with_replicas(value: Object, paths: ScalePaths, replicas: int) -> Object:
    """The object with another wanted number of replicas."""
    scaled: Object = _put(value, _names(paths.spec_replicas), replicas)
    return scaled


def scale_errors(value: Object, paths: ScalePaths, *, spec: bool = True) -> Iterator[FieldError]:
    """What is wrong with the numbers and the selector of an object; of the status only unless ``spec``."""
    if spec:
        yield from _replica_errors(value, paths.spec_replicas)
    yield from _replica_errors(value, paths.status_replicas)
    if paths.label_selector:
        selector, problem = _accessed(value, paths.label_selector)
        if not problem and selector is not None and not isinstance(selector, str):
            problem = _wrong_type(paths.label_selector, selector, "string")
        if problem:
            yield invalid_value(paths.label_selector, "", problem)


def _replica_errors(value: Object, path: str) -> Iterator[FieldError]:
    replicas, problem = _accessed(value, path)
    if problem:
        yield invalid_value(path, 0, problem)
    elif replicas is None:
        return
    elif isinstance(replicas, bool) or not isinstance(replicas, int):
        yield invalid_value(path, 0, _wrong_type(path, replicas, "int64"))
    elif replicas < 0:
        yield invalid_value(path, replicas, "should be a non-negative integer")
    elif replicas > _MAX_REPLICAS:
        yield invalid_value(path, replicas, f"should be less than or equal to {_MAX_REPLICAS}")


def _accessed(value: Any, path: str) -> tuple[Any, str]:
    """What stands at a path (None for nothing), and why it cannot be reached."""
    for name in _names(path):
        if not isinstance(value, dict):
            return None, _wrong_type(path, value, "map[string]interface{}") if value is not None else ""
        value = value.get(name)
    return value, ""


def _wrong_type(path: str, value: Any, wanted: str) -> str:
    return f"{path} accessor error: {printed(value)} is of the type {_GO_TYPES[type(value)]}, expected {wanted}"


def _names(path: str) -> list[str]:
    return path.removeprefix(".").split(".")


def _at(value: Any, path: str) -> Any:
    for name in _names(path):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _put(value: Any, names: list[str], replicas: int) -> Any:
    inner = value.get(names[0]) if isinstance(value, dict) else None
    return {**(value or {}), names[0]: replicas if len(names) == 1 else _put(inner, names[1:], replicas)}

"""What the API server finds wrong with an object before it stores it: the checks on which controllers rely."""

from __future__ import annotations

from typing import Any

from plimsoll.errors import ApiError
from plimsoll.kube.resources import DEPLOYMENTS, PODS, REPLICASETS, Object, Resource


def validate(resource: Resource, name: str, body: Object) -> None:
    """Check the parts of an object that the simulation acts on; ``ApiError(422)`` names the first that is wrong."""
    problem = None
    if resource is PODS:
        problem = _pod_spec_problem("spec", body.get("spec"))
    elif resource is DEPLOYMENTS or resource is REPLICASETS:
        problem = _workload_problem(body.get("spec"))
    if problem is not None:
        raise ApiError(422, "Invalid", f'{resource.kind} "{name}" is invalid: {problem}')


def _pod_spec_problem(path: str, spec: Any) -> str | None:
    if not isinstance(spec, dict):
        return f"{path}: Required value"
    containers = spec.get("containers")
    if not isinstance(containers, list) or not containers:
        return f"{path}.containers: Required value"
    if not all(isinstance(container, dict) and container.get("name") for container in containers):
        return f"{path}.containers[].name: Required value"
    return None


def _workload_problem(spec: Any) -> str | None:
    if not isinstance(spec, dict):
        return "spec: Required value"
    replicas = spec.get("replicas", 1)
    if not isinstance(replicas, int) or isinstance(replicas, bool) or replicas < 0:
        return f"spec.replicas: Invalid value: {replicas!r}: must be greater than or equal to 0"
    template = spec.get("template")
    if not isinstance(template, dict):
        return "spec.template: Required value"
    wanted = _labels_at(spec, "selector", "matchLabels")
    if not wanted:
        return "spec.selector: Required value"
    if not wanted.items() <= _labels_at(template, "metadata", "labels").items():
        return "spec.template.metadata.labels: Invalid value: `selector` does not match template `labels`"
    return _pod_spec_problem("spec.template.spec", template.get("spec"))


def _labels_at(value: Object, *path: str) -> dict[str, str]:
    """The labels that stand there; none where something else does."""
    found: Any = value
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    if not isinstance(found, dict) or not all(isinstance(label, str) for label in found.values()):
        return {}
    return found

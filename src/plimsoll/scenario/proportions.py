"""Numbers of a load that hang together: pods in each namespace, namespaces, pods for each node."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from typing import Any

from pydantic import TypeAdapter

from plimsoll.scenario.expansion import copies_of, namespace_count, objects_in_namespace, pods_in_namespace, pods_of
from plimsoll.scenario.model import Job, Scenario
from plimsoll.scenario.objects import (
    ConfigMapGroup,
    DeploymentGroup,
    ObjectGroup,
    PodGroup,
    ReplicaSetGroup,
    SecretGroup,
    Workload,
)
from plimsoll.scenario.pods import Pod
from plimsoll.scenario.workloads import PodWorkload

WORKLOADS = (PodGroup, ReplicaSetGroup, DeploymentGroup)
MOUNTED: dict[str, type[SecretGroup | ConfigMapGroup]] = {"Secret": SecretGroup, "ConfigMap": ConfigMapGroup}
SOAKED_BYTES = 64 * 1024 * 1024  # what one pod of five hundred can have of a node with 32 GiB

_WORKLOAD: TypeAdapter[Any] = TypeAdapter(PodWorkload)


def whole(value: Any, least: int = 1) -> int:
    """The value as a whole number; ``ValueError`` where it is none, or less than the least."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value) or value < least:
        raise ValueError(f"it takes a whole number of at least {least}")
    return int(value)


def principal(scenario: Scenario) -> Job:
    """The job with most pods; the first of several."""
    return max(scenario.load.jobs, key=pods_of)


def with_principal(scenario: Scenario, job: Job) -> Scenario:
    """The scenario with another principal job."""
    old = principal(scenario)
    jobs = tuple(job if each is old else each for each in scenario.load.jobs)
    return scenario.model_copy(update={"load": scenario.load.model_copy(update={"jobs": jobs})})


def principal_workload(job: Job) -> Workload | None:
    """The group of a job with most pods in each namespace, if it has any that can be changed."""
    groups = [group for group in job.objects if isinstance(group, WORKLOADS)]
    return max(groups, key=lambda group: pods_in_namespace(job, group), default=None)


def with_principal_pods(scenario: Scenario, change: Callable[[Pod], Pod]) -> Scenario:
    """The scenario with all pods of the principal job changed."""
    job = principal(scenario)
    if principal_workload(job) is None:
        raise ValueError(f"the pods of {job.name} come from templates")
    groups = tuple(
        group.model_copy(update={"pod": change(group.pod)}) if isinstance(group, WORKLOADS) else group
        for group in job.objects
    )
    return with_principal(scenario, job.model_copy(update={"objects": groups}))


def namespaces(scenario: Scenario) -> int:
    """Namespaces of the principal job."""
    return namespace_count(principal(scenario))


def with_namespaces(scenario: Scenario, value: Any) -> Scenario:
    """As many namespaces; those that have names of their own cannot be more or fewer."""
    job = principal(scenario)
    if job.namespaces.names:
        raise ValueError(f"the namespaces of {job.name} are named one by one")
    changed = job.namespaces.model_copy(update={"count": whole(value)})
    return with_principal(scenario, job.model_copy(update={"namespaces": changed}))


def pods_per_namespace(scenario: Scenario) -> int:
    """Pods in each namespace of the principal job."""
    return _pods_in_each(principal(scenario))


def with_pods_per_namespace(scenario: Scenario, value: Any) -> Scenario:
    """As many pods in each namespace, by more or fewer of the group that has most."""
    job = principal(scenario)
    group, others, each = _flexible(job)
    number, rest = divmod(whole(value) - others, each)
    if rest or number < 1:
        more = f"{others} and " if others else ""
        raise ValueError(f"each namespace of {job.name} has {more}a multiple of {each} pods")
    return _with_number(scenario, job, group, number)


def pods_per_node(scenario: Scenario) -> float:
    """Pods of the whole load for each node; of all nodes, the mean."""
    return _pods(scenario) / scenario.cluster.nodes


def with_pods_per_node(scenario: Scenario, value: Any) -> Scenario:
    """At least as many pods for each node, in as few full namespaces as that takes."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        raise ValueError("it takes a number above 0")
    job = principal(scenario)
    each = _pods_in_each(job)
    others = _pods(scenario) - namespace_count(job) * each
    wanted = ceil(value * scenario.cluster.nodes) - others
    if not each or wanted < 1:
        raise ValueError(f"{others} pods are there that do not depend on it")
    if job.namespaces.names or job.namespaces.count == 1:
        group, fixed, unit = _flexible(job)
        return _with_number(scenario, job, group, ceil((wanted / namespace_count(job) - fixed) / unit))
    return with_namespaces(scenario, ceil(wanted / each))


def objects_per_namespace(job: Job, kind: str) -> int:
    """Secrets or config maps in each namespace of a job."""
    return sum(objects_in_namespace(job, group) for group in job.objects if isinstance(group, MOUNTED[kind]))


def with_objects_per_namespace(job: Job, kind: str, wanted: int) -> Job:
    """The job with as many secrets or config maps in each namespace; one group of them, created before all else."""
    groups = [group for group in job.objects if isinstance(group, MOUNTED[kind])]
    if len(groups) > 1 or any(copies_of(job, group) > 1 for group in groups):
        raise ValueError(f"{job.name} has several groups of this kind, and it is not known which to change")
    rest = tuple(group for group in job.objects if group not in groups)
    if not wanted:
        return job.model_copy(update={"objects": rest})
    group = groups[0] if groups else MOUNTED[kind].model_validate({"kind": kind, "once": job.copies > 1})
    return job.model_copy(update={"objects": (group.model_copy(update={"count": wanted}), *rest)})


def mounted(group: Workload, mounts: str, there: int) -> ObjectGroup:
    """A group whose pods mount all of what is there, unless they choose for themselves; nothing where nothing is."""
    chosen = getattr(group.pod, mounts)
    if isinstance(chosen, tuple) or (chosen and there):
        return group
    return group.model_copy(update={"pod": group.pod.model_copy(update={mounts: "all" if there else 0})})


def workload_of(pod: Pod) -> str | None:
    """The kind of what a pod does; None for a pod that does nothing."""
    return None if pod.workload is None else pod.workload.kind


def with_workload(pod: Pod, value: Any) -> Pod:
    """A pod that does this: a kind with its defaults, or a mapping as in a file."""
    wish = {"kind": value} if isinstance(value, str) else value
    if isinstance(wish, dict) and wish.get("kind") == "memorySoak":
        wish = {"bytes": SOAKED_BYTES, **wish}
    return pod.model_copy(update={"workload": _WORKLOAD.validate_python(wish)})


def _pods(scenario: Scenario) -> int:
    return sum(map(pods_of, scenario.load.jobs))


def _pods_in_each(job: Job) -> int:
    return sum(pods_in_namespace(job, group) for group in job.objects)


def _flexible(job: Job) -> tuple[Workload, int, int]:
    """The group of which each namespace can have more, its other pods, and by how many the group grows."""
    group = principal_workload(job)
    if group is None:
        raise ValueError(f"the pods of {job.name} come from templates")
    others = _pods_in_each(job) - pods_in_namespace(job, group)
    each = copies_of(job, group) if isinstance(group, PodGroup) else objects_in_namespace(job, group)
    return group, others, each


def _with_number(scenario: Scenario, job: Job, old: Workload, number: int) -> Scenario:
    if number < 1:
        raise ValueError(f"each namespace of {job.name} has other pods that do not depend on it")
    new = old.model_copy(update={"count": number} if isinstance(old, PodGroup) else {"replicas": number})
    groups = tuple(new if group is old else group for group in job.objects)
    return with_principal(scenario, job.model_copy(update={"objects": groups}))

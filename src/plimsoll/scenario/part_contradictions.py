"""Contradictions within one part of a job: between its namespaces, its groups of objects and what they refer to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from plimsoll.kube.labels import APP_LABEL
from plimsoll.kube.names import LONGEST_LABEL
from plimsoll.scenario.documents import Path
from plimsoll.scenario.expansion import namespace_count, object_names
from plimsoll.scenario.model import Part
from plimsoll.scenario.nearest import did_you_mean
from plimsoll.scenario.objects import (
    ConfigMapGroup,
    DeploymentGroup,
    Group,
    PodGroup,
    ReplicaSetGroup,
    SecretGroup,
    ServiceGroup,
    TemplateGroup,
    Workload,
    group_name,
    kind_of,
)
from plimsoll.scenario.pods import Pod

Contradiction: TypeAlias = tuple[Path, str, str]
"""The path of the value to change, the problem, the remedy."""

_OWN_PREFIX = "plimsoll.dev/"
_MOST_MOUNTABLE = 100_000  # objects in a copy whose names are worth spelling out to check a reference


def contradictions_of_part(path: Path, part: Part) -> Iterator[Contradiction]:
    """Find the contradictions of one part, which stands at ``path``."""
    yield from _namespaces((*path, "namespaces"), part)
    yield from _names(path, part)
    for number, group in enumerate(part.objects):
        group_path = (*path, "objects", number)
        yield from _reserved_labels((*group_path, "labels"), group.labels)
        if isinstance(group, ServiceGroup):
            yield from _service(group_path, part, group)
        elif isinstance(group, PodGroup | ReplicaSetGroup | DeploymentGroup):
            yield from _pod(group_path, part, group)


def _namespaces(path: Path, part: Part) -> Iterator[Contradiction]:
    wish = part.namespaces
    if wish.names and (wish.count != 1 or wish.prefix is not None):
        yield (*path, "names"), "names, and a count or a prefix, contradict each other", "Keep one of them"
    yield from _reserved_labels((*path, "labels"), wish.labels)
    longest = 0 if wish.names else len(wish.prefix or "") + 1 + len(str(namespace_count(part) - 1))
    if longest > LONGEST_LABEL:
        problem = f"the last namespace would have a name of {longest} characters; {LONGEST_LABEL} are allowed"
        yield (*path, "prefix"), problem, "Shorten it"


def _names(path: Path, part: Part) -> Iterator[Contradiction]:
    seen: dict[tuple[str, str], int] = {}
    for number, group in enumerate(part.objects):
        if isinstance(group, TemplateGroup):
            continue  # its templates give the names
        name_path = (*path, "objects", number, "name")
        family = "workload" if _has_pods(group) else kind_of(group)
        first = seen.setdefault((family, group_name(group)), number)
        if first != number:
            problem = f"objects[{first}] has the name {group_name(group)!r} too"
            yield name_path, problem, "Give each group its own `name`"
        copies = 0 if part.copies == 1 or group.once else 1 + len(str(part.copies - 1))
        numbers = 0 if group.count is None else 1 + len(str(group.count - 1))
        length = len(group_name(group)) + copies + numbers
        if length > LONGEST_LABEL:
            problem = f"the last object would have a name of {length} characters; {LONGEST_LABEL} are allowed"
            yield name_path, problem, "Shorten it"


def _reserved_labels(path: Path, labels: dict[str, str]) -> Iterator[Contradiction]:
    for key in labels:
        if key.startswith(_OWN_PREFIX) or key == APP_LABEL:
            yield (*path, key), f"Plimsoll gives the label {key!r} itself", "Use another key"


def _service(path: Path, part: Part, service: ServiceGroup) -> Iterator[Contradiction]:
    if service.external_name is not None:
        if service.selects is not None or service.headless:
            problem = "a service with an external name has no pods behind it"
            yield (*path, "externalName"), problem, "Remove `selects` and `headless`, or this"
        return
    if service.selects is not None:
        yield from _reference((*path, "selects"), part, service, service.selects, _workloads(part))


def _pod(path: Path, part: Part, group: Workload) -> Iterator[Contradiction]:
    pod, pod_path = group.pod, (*path, "pod")
    yield from _reserved_labels((*pod_path, "labels"), pod.labels)
    yield from _role((*pod_path, "server"), part, group)
    yield from _mounts((*pod_path, "secrets"), part, group, pod.secrets, SecretGroup)
    yield from _mounts((*pod_path, "configMaps"), part, group, pod.config_maps, ConfigMapGroup)
    yield from _resources(pod_path, pod)
    if pod.anti_affinity is None:
        return
    if pod.affinity is not None and "podAntiAffinity" in pod.affinity:
        problem = "`affinity` holds a podAntiAffinity already"
        yield (*pod_path, "antiAffinity"), problem, "Keep one of the two"
    if pod.anti_affinity.of not in (None, "*"):
        yield from _reference((*pod_path, "antiAffinity", "of"), part, group, pod.anti_affinity.of, _workloads(part))


def _role(path: Path, part: Part, group: Workload) -> Iterator[Contradiction]:
    pod = group.pod
    if pod.role != "pause" and pod.workload is not None:
        problem = f"a pod of role {pod.role} has its work already"
        yield (*path[:-1], "workload"), problem, "Remove it, or `role`"
    if pod.workload is not None and pod.workload.kind == "reader" and not (pod.secrets or pod.config_maps):
        problem = "the pod mounts nothing that it could read"
        yield (*path[:-1], "workload"), problem, "Add `secrets: all` or `configMaps: all`"
    if pod.role != "client":
        if pod.server is not None:
            yield path, f"a pod of role {pod.role} has no server", "Write `role: client`, or remove it"
        return
    if pod.server is None:
        yield path, "a client needs a server", "Name the service of the servers"
        return
    services = [each for each in part.objects if isinstance(each, ServiceGroup) and each.external_name is None]
    missing = list(_reference(path, part, group, pod.server, services))
    yield from missing
    if missing:
        return
    service = next(each for each in services if group_name(each) == pod.server)
    if service.count is not None:
        problem = f"{pod.server!r} is {service.count} services, and a client has one server"
        yield path, problem, "Use `copies` for several servers with their clients"
    target = service.selects or group_name(service)
    workloads = {group_name(each): each for each in _workloads(part)}
    behind = workloads.get(target)
    if behind is None:
        yield path, f"there are no pods behind the service {pod.server!r}", did_you_mean(target, workloads)
    elif behind.pod.role != "server":
        yield path, f"the pods behind {pod.server!r} are of role {behind.pod.role}", f"Give {target!r} `role: server`"


def _mounts(
    path: Path, part: Part, group: Group, wish: str | int | tuple[str, ...], kind: type[Group]
) -> Iterator[Contradiction]:
    groups = [each for each in part.objects if isinstance(each, kind)]
    per_copy = sum(each.count or 1 for each in groups)
    if isinstance(wish, int) and wish > per_copy:
        problem = f"{wish} are to be mounted, but the job creates {per_copy}"
        yield path, problem, "Create more of them, or mount `all`"
    if group.once and wish and any(not each.once for each in groups) and part.copies > 1:
        yield path, "what is there once cannot mount what every copy has", "Give both `once`, or neither"
    elif isinstance(wish, tuple) and per_copy <= _MOST_MOUNTABLE:
        known = [name for each in groups for copy in range(part.copies) for name in object_names(part, each, copy)]
        for number, name in enumerate(wish):
            if name not in known:
                yield (*path, number), f"the job creates no such object {name!r}", did_you_mean(name, known)


def _resources(path: Path, pod: Pod) -> Iterator[Contradiction]:
    for resource in ("cpu", "memory"):
        request, limit = getattr(pod.requests, resource), getattr(pod.limits, resource)
        if request is not None and limit is not None and request > limit:
            yield (*path, "limits", resource), "the limit is less than the request", "Raise it to the request at least"


def _reference(
    path: Path, part: Part, group: Group, name: str | None, groups: Sequence[Group]
) -> Iterator[Contradiction]:
    """What is wrong with a group's reference to another of its part."""
    found = next((each for each in groups if group_name(each) == name), None)
    if found is None:
        things = "service" if path[-1] == "server" else "Pod, ReplicaSet or Deployment"
        names = [group_name(each) for each in groups]
        hint = did_you_mean(str(name), names) if names else "Add it to `objects`"
        yield path, f"there is no {things} {name!r} beside it", hint
    elif part.copies > 1 and group.once and not found.once:
        problem = f"what is there once cannot refer to {name!r}, which every copy has"
        yield path, problem, "Give both `once`, or neither"


def _workloads(part: Part) -> list[Workload]:
    return [each for each in part.objects if isinstance(each, PodGroup | ReplicaSetGroup | DeploymentGroup)]


def _has_pods(group: Group) -> bool:
    return isinstance(group, PodGroup | ReplicaSetGroup | DeploymentGroup)

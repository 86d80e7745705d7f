"""What groups and counts of a scenario stand for: names and numbers of namespaces, objects and pods."""

from __future__ import annotations

from collections.abc import Iterator

from plimsoll.scenario.model import Job, Part
from plimsoll.scenario.objects import (
    DeploymentGroup,
    Group,
    PodGroup,
    ReplicaSetGroup,
    TemplateGroup,
    group_name,
)
from plimsoll.scenario.templates import pods_wanted


def namespace_names(job: Job, part: Part) -> Iterator[str]:
    """The namespaces of one part of a job, in creation order."""
    wish = part.namespaces
    if wish.names:
        yield from wish.names
        return
    prefix = wish.prefix or job.name
    yield from (f"{prefix}-{number}" for number in range(wish.count))


def namespace_count(part: Part) -> int:
    """How many namespaces a part has."""
    return len(part.namespaces.names) or part.namespaces.count


def object_names(part: Part, group: Group, copy: int) -> list[str]:
    """The names of a group's objects in one copy, e.g. ``secret-3-0``, ``secret-3-1``."""
    base = base_name(part, group, copy)
    return [base] if group.count is None else [f"{base}-{number}" for number in range(group.count)]


def base_name(part: Part, group: Group, copy: int) -> str:
    """The name of a group in one copy, without the number of an object."""
    base = group_name(group)
    return f"{base}-{copy}" if part.copies > 1 and not group.once else base


def copies_of(part: Part, group: Group) -> int:
    """How many times each namespace holds the group."""
    return 1 if group.once else part.copies


def objects_in_namespace(part: Part, group: Group) -> int:
    """How many objects of a group each namespace holds."""
    return copies_of(part, group) * (1 if group.count is None else group.count)


def pods_in_namespace(part: Part, group: Group) -> int:
    """How many pods of a group each namespace will hold, those that controllers make included."""
    objects = objects_in_namespace(part, group)
    match group:
        case PodGroup():
            return objects
        case DeploymentGroup() | ReplicaSetGroup():
            return objects * group.replicas
        case TemplateGroup():
            return objects * pods_wanted(group.sample())
    return 0


def pods_of(job: Job) -> int:
    """How many pods a job wants."""
    return sum(namespace_count(part) * pods_in_namespace(part, group) for part in job.parts for group in part.objects)

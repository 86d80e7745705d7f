"""One part of a job as chains of calls: its namespaces, and what each of them holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import groupby

from plimsoll.driver.manifests import Template, TemplateMaker, namespace_manifest
from plimsoll.driver.steps import Call, Chain, Operation
from plimsoll.kube.resources import NAMESPACES, Object
from plimsoll.scenario.expansion import copies_of, namespace_count, namespace_names, objects_in_namespace
from plimsoll.scenario.model import Job, Part
from plimsoll.scenario.objects import Group, TemplateGroup, kind_of
from plimsoll.scenario.pace import Pace


class PartPlanner:
    """Plans one part of a job for one run."""

    def __init__(self, run_id: str, job: Job, part: Part) -> None:
        self.part = part
        self.names = tuple(namespace_names(job, part))
        self._maker = TemplateMaker(run_id, job, part)

    def counts(self) -> Counter[str]:
        """How many objects of each kind the part has."""
        namespaces = namespace_count(self.part)
        counts = Counter({NAMESPACES.kind: namespaces})
        for group in self.part.objects:
            counts[kind_of(group)] += namespaces * objects_in_namespace(self.part, group)
        return counts

    def among(self, groups: Sequence[Group]) -> list[Group]:
        """Those of the groups that are this part's; equal groups of two parts are not the same."""
        own = {id(group) for group in self.part.objects}
        return [group for group in groups if id(group) in own]

    def number_of(self, groups: Sequence[Group]) -> int:
        """How many objects of some of its groups the part has in all namespaces."""
        return len(self.names) * sum(objects_in_namespace(self.part, group) for group in groups)

    def namespaces(self) -> Iterator[Operation]:
        """Create the namespaces."""
        labels: Object = {**self._maker.labels, **self.part.namespaces.labels}
        for name in self.names:
            yield Operation("create", NAMESPACES, None, name, namespace_manifest(name, labels))

    def objects(self, groups: Sequence[Group], pace: Pace) -> Iterator[Chain]:
        """Create some groups in every namespace: each call on its own, for none must wait for another."""
        held = self._held(groups)
        for number, namespace in enumerate(self.names):
            for call in _create_calls(namespace, held(number), pace.objects_per_call):
                yield Chain((call,))

    def whole_namespaces(self, numbers: Sequence[int], pace: Pace) -> Iterator[Chain]:
        """Create namespaces with all they hold: one after another within each namespace."""
        held = self._held(self.part.objects)
        creations = list(self.namespaces())
        for number in numbers:
            calls = _create_calls(self.names[number], held(number), pace.objects_per_call)
            yield Chain((Call((creations[number],)), *calls), pace.between_namespaces_seconds)

    def contents(self, numbers: Sequence[int], pace: Pace) -> Iterator[Chain]:
        """Create all that some namespaces hold, but not themselves."""
        held = self._held(self.part.objects)
        for number in numbers:
            calls = tuple(_create_calls(self.names[number], held(number), pace.objects_per_call))
            yield Chain(calls, pace.between_namespaces_seconds)

    def deletions(self, numbers: Sequence[int], pace: Pace) -> Iterator[Chain]:
        """Delete all that some namespaces hold, last created first, but not themselves."""
        held = self._held(self.part.objects)
        for number in numbers:
            namespace = self.names[number]
            operations = [Operation("delete", each.resource, namespace, each.name) for each in held(number)[::-1]]
            yield Chain(tuple(_calls(operations, pace.objects_per_call)))

    def namespace_deletions(self, numbers: Sequence[int]) -> Iterator[Operation]:
        """Delete some namespaces."""
        for number in numbers:
            yield Operation("delete", NAMESPACES, None, self.names[number])

    def _held(self, groups: Sequence[Group]) -> Callable[[int], list[Template]]:
        """Tells what the namespace of a number holds of these groups; all hold the same unless a template is rendered."""
        if any(isinstance(group, TemplateGroup) for group in groups):
            return partial(self._templates, groups)
        templates = self._templates(groups, 0)
        return lambda _: templates

    def _templates(self, groups: Sequence[Group], number: int) -> list[Template]:
        """What a namespace holds of these groups: copy by copy, each in the order of the groups."""
        copies = max((copies_of(self.part, group) for group in groups), default=0)
        return [
            template
            for copy in range(copies)
            for group in groups
            if copy < copies_of(self.part, group)
            for template in self._of_group(group, number, copy)
        ]

    def _of_group(self, group: Group, number: int, copy: int) -> list[Template]:
        if isinstance(group, TemplateGroup):
            return self._maker.rendered(group, number * copies_of(self.part, group) + copy)
        return self._maker.templates(group, copy)


def in_calls(operations: Iterator[Operation], pace: Pace) -> Iterator[Chain]:
    """Operations of one kind as independent calls of the pace's size."""
    batch: list[Operation] = []
    for operation in operations:
        batch.append(operation)
        if len(batch) == pace.objects_per_call:
            yield Chain((Call(tuple(batch)),))
            batch = []
    if batch:
        yield Chain((Call(tuple(batch)),))


def _create_calls(namespace: str, templates: Sequence[Template], objects_per_call: int) -> Iterator[Call]:
    operations = [
        Operation("create", template.resource, namespace, template.name, template.manifest(namespace))
        for template in templates
    ]
    return _calls(operations, objects_per_call)


def _calls(operations: Sequence[Operation], objects_per_call: int) -> Iterator[Call]:
    """Cut operations into calls of at most so many objects of one kind."""
    for _, same_kind in groupby(operations, key=lambda operation: operation.resource.kind):
        objects = tuple(same_kind)
        for start in range(0, len(objects), objects_per_call):
            yield Call(objects[start : start + objects_per_call])

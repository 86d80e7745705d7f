"""Selectors of labels, parsed once into values that can be compared and hashed.

Two selectors that say the same are equal, however the objects that held them were made: that is what lets thousands
of pods share one set of counters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from plimsoll.kube.selectors import Labels, Requirement


@dataclass(frozen=True, slots=True)
class LabelSelector:
    """A conjunction of requirements. Without any it matches every object; :data:`NOTHING` matches none."""

    requirements: tuple[Requirement, ...] = ()
    nothing: bool = False

    def matches(self, labels: Labels) -> bool:
        """Whether all requirements hold."""
        if self.nothing:
            return False
        return all(requirement.matches(labels) for requirement in self.requirements)

    def narrowed(self, requirements: tuple[Requirement, ...]) -> LabelSelector:
        """The selector with further requirements."""
        return LabelSelector(_in_order([*self.requirements, *requirements]), self.nothing)


NOTHING = LabelSelector(nothing=True)


def parse_label_selector(selector: Mapping[str, Any] | None) -> LabelSelector:
    """Parse a ``LabelSelector`` of the API: absent selects nothing, empty selects everything."""
    if selector is None:
        return NOTHING
    equals = [Requirement(key, "In", (value,)) for key, value in (selector.get("matchLabels") or {}).items()]
    return LabelSelector(_in_order(equals + parse_requirements(selector.get("matchExpressions"))))


def parse_requirements(expressions: list[Mapping[str, Any]] | None) -> list[Requirement]:
    """Parse ``matchExpressions`` or ``matchFields``."""
    return [
        Requirement(item["key"], item["operator"], tuple(sorted(item.get("values") or ())))
        for item in expressions or ()
    ]


def _in_order(requirements: list[Requirement]) -> tuple[Requirement, ...]:
    return tuple(sorted(set(requirements), key=lambda item: (item.key, item.operator, item.values)))


@dataclass(frozen=True, slots=True)
class NamespaceScope:
    """The namespaces in which a term looks for pods: those named, and those whose labels a selector matches."""

    names: frozenset[str]
    selector: LabelSelector = NOTHING

    @property
    def by_name_only(self) -> bool:
        """Whether all its namespaces are known by name."""
        return self.selector.nothing

    def contains(self, namespace: str, labels: Labels) -> bool:
        """Whether pods of this namespace, which has these labels, are looked at."""
        return namespace in self.names or self.selector.matches(labels)


@dataclass(frozen=True, slots=True)
class PodSelector:
    """Pods with certain labels in certain namespaces."""

    scope: NamespaceScope
    labels: LabelSelector

    def matches(self, namespace: str, namespace_labels: Labels, labels: Labels) -> bool:
        """Whether a pod with these labels in this namespace is one of them."""
        return self.scope.contains(namespace, namespace_labels) and self.labels.matches(labels)

"""Label selectors, in the text form of ``kubectl -l`` and in the form of objects' ``selector`` fields.

The grammar and the meaning are those of ``k8s.io/apimachinery/pkg/labels``: all requirements must hold, ``!=`` and
``notin`` also hold where the key is absent, and an empty selector selects everything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Operator = Literal["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"]
Labels = Mapping[str, str]

_KEY = r"[A-Za-z0-9](?:[A-Za-z0-9._/-]*[A-Za-z0-9])?"
_VALUE = r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)?"
_EQUALITY = re.compile(rf"({_KEY})\s*(==|=|!=)\s*({_VALUE})")
_SET = re.compile(rf"({_KEY})\s+(in|notin)\s*\(([^()]*)\)")
_ORDER = re.compile(rf"({_KEY})\s*([<>])\s*(-?[0-9]+)")
_EXISTENCE = re.compile(rf"(!?)\s*({_KEY})")
_SEPARATOR = re.compile(r",(?![^()]*\))")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One condition on the value of one label."""

    key: str
    operator: Operator
    values: tuple[str, ...] = ()

    def matches(self, labels: Labels) -> bool:
        """Whether these labels meet it."""
        value = labels.get(self.key)
        match self.operator:
            case "In":
                return value in self.values
            case "NotIn":
                return value not in self.values
            case "Exists":
                return value is not None
            case "DoesNotExist":
                return value is None
            case "Gt" | "Lt":
                return self._compares(value)

    def _compares(self, value: str | None) -> bool:
        """Both sides must be integers, and there must be one bound: anything else is never met."""
        if value is None or len(self.values) != 1:
            return False
        try:
            actual, bound = int(value), int(self.values[0])
        except ValueError:
            return False
        return actual > bound if self.operator == "Gt" else actual < bound


@dataclass(frozen=True, slots=True)
class LabelSelector:
    """Requirements that must all be met."""

    requirements: tuple[Requirement, ...] = ()

    def matches(self, labels: Labels) -> bool:
        """Whether an object with these labels is selected."""
        for requirement in self.requirements:  # noqa: SIM110  a generator would double what watches pay per change
            if not requirement.matches(labels):
                return False
        return True

    def __str__(self) -> str:
        return ",".join(map(_spell, self.requirements))


EVERYTHING = LabelSelector()


def parse_label_selector(text: str) -> LabelSelector:
    """Parse the text form, e.g. ``app=web,tier in (a,b),!canary``; ``ValueError`` where it is none."""
    parts = [part.strip() for part in _SEPARATOR.split(text)] if text.strip() else []
    return LabelSelector(tuple(_parse_requirement(part) for part in parts))


def selector_of(selector: Mapping[str, Any] | None) -> LabelSelector:
    """Read an object's ``matchLabels`` and ``matchExpressions``; ``ValueError`` where an expression is wrong."""
    if not selector:
        return EVERYTHING
    requirements = [Requirement(key, "In", (value,)) for key, value in (selector.get("matchLabels") or {}).items()]
    requirements += map(_read_expression, selector.get("matchExpressions") or ())
    return LabelSelector(tuple(requirements))


def selector_of_labels(labels: Labels | None) -> LabelSelector:
    """Read a plain map of labels, as services have it."""
    return LabelSelector(tuple(Requirement(key, "In", (value,)) for key, value in (labels or {}).items()))


def _read_expression(expression: Mapping[str, Any]) -> Requirement:
    key, operator = expression.get("key"), expression.get("operator")
    values = tuple(expression.get("values") or ())
    if not key or operator not in {"In", "NotIn", "Exists", "DoesNotExist"}:
        raise ValueError(f"{dict(expression)!r:.100} is no requirement: it needs a key and an operator")
    if (operator in {"In", "NotIn"}) != bool(values):
        raise ValueError(f"{operator} takes {'values' if not values else 'no values'}")
    return Requirement(key, operator, values)


def _parse_requirement(text: str) -> Requirement:
    if match := _EQUALITY.fullmatch(text):
        return Requirement(match[1], "NotIn" if match[2] == "!=" else "In", (match[3],))
    if match := _SET.fullmatch(text):
        return Requirement(match[1], "In" if match[2] == "in" else "NotIn", _values(match[3]))
    if match := _ORDER.fullmatch(text):
        return Requirement(match[1], "Gt" if match[2] == ">" else "Lt", (match[3],))
    if match := _EXISTENCE.fullmatch(text):
        return Requirement(match[2], "DoesNotExist" if match[1] else "Exists")
    raise ValueError(f"{text[:100]!r} is no requirement such as app=web, tier in (a,b) or !canary")


def _values(text: str) -> tuple[str, ...]:
    values = tuple(sorted({value.strip() for value in text.split(",")}))
    if not all(re.fullmatch(_VALUE, value) for value in values):
        raise ValueError(f"({text[:100]}) holds what cannot be the value of a label")
    return values


def _spell(requirement: Requirement) -> str:
    match requirement.operator:
        case "In" if len(requirement.values) == 1:
            return f"{requirement.key}={requirement.values[0]}"
        case "NotIn" if len(requirement.values) == 1:
            return f"{requirement.key}!={requirement.values[0]}"
        case "In" | "NotIn":
            return f"{requirement.key} {requirement.operator.lower()} ({','.join(requirement.values)})"
        case "Exists":
            return requirement.key
        case "DoesNotExist":
            return f"!{requirement.key}"
        case "Gt" | "Lt":
            return f"{requirement.key}{'>' if requirement.operator == 'Gt' else '<'}{requirement.values[0]}"

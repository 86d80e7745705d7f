"""Which objects a stage is for (pkg/utils/lifecycle and pkg/apis/v1alpha1 of KWOK: ``StageSelector``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from plimsoll.simcluster.stages.queries import Query, parse_query

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object

_OPERATORS = frozenset({"In", "NotIn", "Exists", "DoesNotExist"})


@dataclass(frozen=True, slots=True)
class Requirement:
    """One condition on what a query finds."""

    query: Query
    operator: str
    values: frozenset[str] = frozenset()

    def holds(self, value: Object) -> bool:
        """Whether an object meets it. With ``In`` one of several values found is enough."""
        match self.operator:
            case "Exists":
                return bool(self.query.values(value))
            case "DoesNotExist":
                return not self.query.values(value)
        found = not self.values.isdisjoint(self.query.texts(value))
        return found == (self.operator == "In")


@dataclass(frozen=True, slots=True)
class StageSelector:
    """Requirements that must all be met."""

    requirements: tuple[Requirement, ...]

    def matches(self, value: Object) -> bool:
        """Whether an object is selected."""
        return all(requirement.holds(value) for requirement in self.requirements)


def read_selector(selector: Any) -> StageSelector:
    """Read a stage's selector; ``ValueError`` where it asks for more than is understood."""
    selector = selector or {}
    requirements = [
        Requirement(parse_query(f'.metadata.{part}["{key}"]'), "In", frozenset({value}))
        for field, part in (("matchLabels", "labels"), ("matchAnnotations", "annotations"))
        for key, value in (selector.get(field) or {}).items()
    ]
    requirements += map(_read_expression, selector.get("matchExpressions") or ())
    return StageSelector(tuple(requirements))


def _read_expression(expression: Any) -> Requirement:
    if "expression" in expression or "cel" in expression:
        raise ValueError("its selector has an expression in CEL")
    expression = expression.get("jq", expression)
    key, operator = expression.get("key", ""), expression.get("operator")
    if operator not in _OPERATORS:
        raise ValueError(f"its selector has the operator {operator!r}")
    return Requirement(parse_query(key), operator, frozenset(expression.get("values") or ()))

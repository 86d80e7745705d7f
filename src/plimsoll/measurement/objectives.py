"""The scenario's expectations, judged by the numbers of the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from plimsoll.scenario.objectives import parse_objective

IMPLIED = ("pods.running == 100%",)
"""What everybody expects who expects nothing in particular."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """An objective, the number it was judged by (seconds, a count or a ratio), and whether it is met."""

    expression: str
    value: float | None
    """None where the run did not measure it: then the objective is missed, and ``problem`` says why."""
    unit: str
    """``s``, ``%`` (the value is then a ratio: 1 is 100 %) or nothing."""
    met: bool
    problem: str = ""


def judge(scenario: Mapping[str, Any], metrics: Mapping[str, float]) -> tuple[Judgement, ...]:
    """Judge every expectation of an archived scenario, in its order."""
    return tuple(_judge(str(expression), metrics) for expression in scenario.get("expect") or IMPLIED)


def _judge(expression: str, metrics: Mapping[str, float]) -> Judgement:
    objective = parse_objective(expression)
    outcome = objective.judge(metrics)
    return Judgement(expression, outcome.value, objective.unit, outcome.met, outcome.problem)

"""What searches found as JSON documents; their schemas are ``docs/schemas/tune.schema.json`` and its neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plimsoll import __version__
from plimsoll.scenario.objectives import parse_objective
from plimsoll.tuning.judging import Judged, worst_missed
from plimsoll.tuning.search.monotony import Violation

if TYPE_CHECKING:
    from plimsoll.measurement.objectives import Judgement
    from plimsoll.scenario.model import Scenario
    from plimsoll.tuning.frontier import Frontier, Limit
    from plimsoll.tuning.safest import Safest

SCHEMA = "plimsoll.tune/1"
SENSITIVITY_SCHEMA = "plimsoll.sensitivity/1"
LIMITS_SCHEMA = "plimsoll.limits/1"


def safest_document(found: Safest) -> dict[str, Any]:
    """What a search for the lowest safe values found."""
    return {
        "lowest": None if found.lowest is None else found.changes(found.lowest),
        "chosen": None if found.chosen is None else found.changes(found.chosen),
        "margin": found.demands.margin,
        "seeds": list(found.seeds),
        "confirmedWithSeeds": list(found.fresh_seeds) if found.chosen is not None else [],
        "knobs": [
            {
                "name": knob.name,
                "safer": knob.safer,
                "reason": knob.reason,
                "values": list(knob.values),
                "lowest": None if found.lowest is None else knob.values[found.lowest[number]],
                "chosen": None if found.chosen is None else knob.values[found.chosen[number]],
            }
            for number, knob in enumerate(found.knobs)
        ],
        "trials": [trial_document(found, judged) for judged in found.judged],
        "contradictions": [_contradiction(found, violation) for violation in found.contradictions],
    }


def trial_document(found: Safest, judged: Judged) -> dict[str, Any]:
    """One trial: what was set, and what came out."""
    return {"set": found.changes(judged.probe.point)} | outcome_document(judged)


def outcome_document(judged: Judged) -> dict[str, Any]:
    """What came out of one trial."""
    missed = worst_missed(judged.result.objectives)
    return {
        "seed": judged.trial.seed,
        "holds": judged.verdict.holds,
        "missed": _missed(missed) if missed is not None else None,
        "reason": judged.result.shortfall,
        "virtualSeconds": judged.result.virtual_seconds,
        "wallSeconds": judged.result.wall_seconds,
    }


def frontier_document(scenario: Scenario, frontier: Frontier) -> dict[str, Any]:
    """A frontier; its schema is ``docs/schemas/limits.schema.json``."""
    return heading(scenario.name, scenario.cluster.profile, LIMITS_SCHEMA) | {
        "find": frontier.knob.name,
        "values": list(frontier.knob.values),
        "vary": {axis.name: list(axis.values) for axis in frontier.axes},
        "seeds": list(frontier.seeds),
        "limits": [_limit(frontier, limit) for limit in frontier.limits],
    }


def _limit(frontier: Frontier, limit: Limit) -> dict[str, Any]:
    values = frontier.knob.values
    failing = limit.first_failing
    return {
        "at": dict(limit.at),
        "largest": limit.largest,
        "endOfRange": limit.largest == values[0],
        "next": None if failing is None else {"value": values[failing.probe.point[0]]} | outcome_document(failing),
        "trials": [{"value": values[each.probe.point[0]]} | outcome_document(each) for each in limit.judged],
        "contradictions": [
            {"holds": values[each.holding[0]], "fails": values[each.failing[0]], "seed": frontier.seeds[0] + each.seed}
            for each in limit.contradictions
        ],
    }


def heading(scenario: str, profile: str, schema: str = SCHEMA) -> dict[str, Any]:
    """What every document of a search begins with."""
    return {"schema": schema, "plimsollVersion": __version__, "scenario": scenario, "profile": profile}


def _missed(judgement: Judgement) -> dict[str, Any]:
    objective = parse_objective(judgement.expression)
    return {"expr": judgement.expression, "value": judgement.value, "limit": objective.limit, "unit": judgement.unit}


def _contradiction(found: Safest, violation: Violation) -> dict[str, Any]:
    return {
        "holds": found.changes(violation.holding),
        "fails": found.changes(violation.failing),
        "seed": found.demands.first_seed + violation.seed,
    }

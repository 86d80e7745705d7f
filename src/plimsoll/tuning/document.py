"""``plimsoll tune --output json``: one document, its schema ``docs/schemas/tune.schema.json``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plimsoll import __version__
from plimsoll.scenario.objectives import parse_objective
from plimsoll.tuning.judging import Judged, worst_missed
from plimsoll.tuning.search.monotony import Violation

if TYPE_CHECKING:
    from plimsoll.measurement.objectives import Judgement
    from plimsoll.tuning.safest import Safest

SCHEMA = "plimsoll.tune/1"


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

"""What a prediction rests on, in words and as a document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from plimsoll.scenario.objectives import parse_objective
from plimsoll.tuning.sensitivity import HIGH, LOW
from plimsoll.tuning.wording import measured

if TYPE_CHECKING:
    from plimsoll.campaign.trial import TrialResult
    from plimsoll.tuning.sensitivity import Reaction, Sensitivity

HEADINGS = ("guessed constants", "", "halved", "doubled", "moves the answer?")


def rows(found: Sensitivity) -> Iterator[tuple[str, str, str, str, str]]:
    """For each group: its name, what is in it, what comes out at half and at twice, and whether the verdict changes."""
    for reaction in found.reactions:
        low, high = _outcome(found, reaction.low), _outcome(found, reaction.high)
        yield reaction.guesses.name, _size(reaction), low, high, "yes" if reaction.moves(found.base) else "no"


def summary(found: Sensitivity) -> Iterator[str]:
    """The profile, the number that is followed, and what is to be made of the table."""
    count = sum(len(reaction.guesses.constants) for reaction in found.reactions)
    watched = parse_objective(found.watched).metric if found.watched else "the verdict"
    yield (
        f"Predicted with profile {found.profile}, of which {count} constants that matter here are guesses. "
        f"With their values as they are, {watched} is {_outcome(found, found.base)[2:]}."
    )
    if moving := found.moving:
        yield f"The answer rests on guesses: it is another one with {', '.join(each.guesses.name for each in moving)}."
    elif found.reactions:
        yield "With none of them at half or twice its value the answer is another."
    if found.unvaried:
        yield f"Not varied, being no number or nought: {', '.join(each.name for each in found.unvaried)}."


def effects(found: Sensitivity) -> Iterator[tuple[str, str, str]]:
    """The elementary effects: constant, mean of the absolute effects, their spread."""
    objective = parse_objective(found.watched) if found.watched else None
    for effect in found.effects:
        unit = objective.unit if objective else ""
        yield effect.constant.name, measured(effect.mean, unit), measured(effect.spread, unit)


def document(found: Sensitivity) -> dict[str, Any]:
    """The table for programs; its schema is ``docs/schemas/sensitivity.schema.json``."""
    return {
        "profile": found.profile,
        "watched": found.watched,
        "factors": [LOW, HIGH],
        "base": _point(found, found.base),
        "groups": [
            {
                "name": reaction.guesses.name,
                "constants": [{"name": each.name, "value": each.value} for each in reaction.guesses.constants],
                "low": _point(found, reaction.low),
                "high": _point(found, reaction.high),
                "moves": reaction.moves(found.base),
            }
            for reaction in found.reactions
        ],
        "effects": [{"name": each.constant.name, "mean": each.mean, "spread": each.spread} for each in found.effects],
        "idle": [each.name for each in found.idle],
        "unvaried": [each.name for each in found.unvaried],
        "moves": bool(found.moving),
    }


def _point(found: Sensitivity, result: TrialResult) -> dict[str, Any]:
    return {"holds": result.passed, "value": found.value(result)}


def _outcome(found: Sensitivity, result: TrialResult) -> str:
    value = found.value(result)
    mark = "✓" if result.passed else "✗"
    if value is None or found.watched is None:
        return mark if result.passed else f"{mark} {result.shortfall or result.verdict}"
    return f"{mark} {measured(value, parse_objective(found.watched).unit)}"


def _size(reaction: Reaction) -> str:
    constants = reaction.guesses.constants
    return f"{len(constants)} constants" if len(constants) > 1 else f"{constants[0].value:g}"

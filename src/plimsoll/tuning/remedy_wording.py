"""The way from a failing scenario to one that passes, in words and as a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from plimsoll.tuning.document import outcome_document
from plimsoll.tuning.knob import spelled
from plimsoll.tuning.remedies import together
from plimsoll.tuning.wording import outcome, seeds

if TYPE_CHECKING:
    from plimsoll.diagnosis.finding import Found
    from plimsoll.planning.manifests import Manifest
    from plimsoll.tuning.remedies import Smallest, Step, Walk

OPTIONAL = "it holds without, too"


def step_lines(number: int, step: Step) -> Iterator[str]:
    """One run: what came out, what limited it, what is changed."""
    yield f"{number}. {outcome(step.judged)}"
    if step.limits is not None and step.change is not None:
        yield f"   limits   {step.limits.code} {step.limits.name}: {step.limits.cause}"
        yield f"   change   {spelled(step.change.settings)}"
    elif step.others:
        yield f"   found    {', '.join(f'{found.code} {found.name}' for found in step.others)}"
    if step.judged.result.directory is not None:
        yield f"   run      {step.judged.result.directory.name}"


def ending(walk: Walk) -> str:
    """How the way ended."""
    if walk.passed:
        changes = len(walk.changes)
        return (
            "It passes as it is." if not changes else f"It passes after {changes} change{'s' if changes > 1 else ''}."
        )
    last = walk.steps[-1]
    if last.judged.result.verdict == "impossible":
        return f"Nothing can be tried: {last.judged.result.shortfall}"
    if last.others:
        return "Nothing helps any more: no setting is a remedy of what was found, or those that are have not helped."
    return "Nothing helps any more: it fails, and nothing was found that explains it."


def smallest_lines(smallest: Smallest) -> Iterator[str]:
    """The smallest set of changes, each with what happens without it."""
    yield "The smallest set of changes that matters:"
    for needed in smallest.needed:
        yield f"  {spelled(needed.change.settings)}   ({needed.change.code})"
        instead = "without it" if needed.lesser is None else f"with {spelled(needed.lesser.settings)}"
        yield f"      {instead}: {outcome(needed.failing)}"
    for change in smallest.needless:
        yield f"  not needed: {spelled(change.settings)}   ({change.code}; {OPTIONAL})"
    verdict = "holds" if smallest.confirmed else "FAILS"
    yield f"Run afresh with {seeds(smallest.fresh_seeds)}, it {verdict}."


def document(walk: Walk, smallest: Smallest | None) -> dict[str, Any]:
    """The way and its end for programs; its schema is ``docs/schemas/tune.schema.json``."""
    return {
        "passed": walk.passed,
        "steps": [_step(step) for step in walk.steps],
        "chosen": together(smallest.changes) if smallest is not None and smallest.confirmed else None,
        "smallest": None if smallest is None else _smallest(smallest),
    }


def manifest_documents(files: Sequence[Manifest]) -> list[dict[str, Any]]:
    """The files to apply."""
    return [
        {"file": each.file, "purpose": each.purpose, "commands": list(each.commands), "text": each.render()}
        for each in files
    ]


def _step(step: Step) -> dict[str, Any]:
    directory = step.judged.result.directory
    return outcome_document(step.judged) | {
        "run": None if directory is None else directory.name,
        "limits": None if step.limits is None else _found(step.limits),
        "change": None if step.change is None else dict(step.change.settings),
        "others": [_found(found) for found in step.others],
    }


def _found(found: Found) -> dict[str, Any]:
    return {
        "code": found.code,
        "name": found.name,
        "severity": found.severity,
        "confidence": found.confidence,
        "cause": found.cause,
    }


def _smallest(smallest: Smallest) -> dict[str, Any]:
    return {
        "changes": [
            {
                "code": needed.change.code,
                "set": dict(needed.change.settings),
                "instead": None if needed.lesser is None else dict(needed.lesser.settings),
                "without": outcome_document(needed.failing),
            }
            for needed in smallest.needed
        ],
        "needless": [{"code": change.code, "set": dict(change.settings)} for change in smallest.needless],
        "confirmed": smallest.confirmed,
        "confirmedWithSeeds": list(smallest.fresh_seeds),
    }

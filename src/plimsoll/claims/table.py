"""The table of claims, for people and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from plimsoll.claims.claim import Result
from plimsoll.measurement.wording import number

SCHEMA = "plimsoll.claims/1"

HEADINGS = ("Id", "What", "Published", "Band", "Measured", "Verdict")


def document(results: Sequence[Result], seed: int) -> dict[str, Any]:
    """The results as one JSON document."""
    return {
        "schema": SCHEMA,
        "seed": seed,
        "checks": [
            {
                "claim": result.claim.id,
                "what": result.check.what,
                "published": result.check.published,
                "band": result.check.band,
                "unit": result.check.unit,
                "value": result.value if abs(result.value) < float("inf") else None,
                "verdict": result.verdict,
                "note": result.check.note,
                "disagreement": result.check.disagreement,
                "scenarios": list(result.claim.scenarios),
                "sweeps": [*result.claim.sweeps, *result.claim.frontiers],
            }
            for result in results
        ],
    }


def rows(results: Sequence[Result]) -> list[tuple[str, ...]]:
    """A row for each check, under :data:`HEADINGS`."""
    return [
        (
            result.claim.id,
            result.check.what,
            result.check.published,
            f"{result.check.band} {result.check.unit}".strip() if result.check.band else "",
            f"{number(result.value)} {result.check.unit}".strip(),
            result.verdict,
        )
        for result in results
    ]


def notes(results: Sequence[Result]) -> list[str]:
    """What is to be said about bands and disagreements, one line for each check that has something."""
    return [
        f"{result.claim.id}, {result.check.what}: {' '.join(filter(None, (result.check.disagreement, result.check.note)))}"
        for result in results
        if result.check.note or result.check.disagreement
    ]


def markdown(results: Sequence[Result]) -> str:
    """The table and its notes for the documentation."""
    lines = [f"| {' | '.join(HEADINGS)} |", f"|{'---|' * len(HEADINGS)}"]
    lines += [f"| {' | '.join(row)} |" for row in rows(results)]
    lines += ["", *(f"- {note}" for note in notes(results)), ""]
    return "\n".join(lines)

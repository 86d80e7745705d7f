"""Diagnosis: every finding looks at the evidence, and what is found is put in order, causes before symptoms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from plimsoll.diagnosis.catalogue import load_findings
from plimsoll.diagnosis.evidence import Evidence
from plimsoll.diagnosis.observable import Observable

if TYPE_CHECKING:
    from plimsoll.diagnosis.finding import Finding, Found
    from plimsoll.measurement.columns import Archive

_SEVERITIES = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found in a run; nothing, where it is healthy."""

    findings: tuple[Found, ...]
    """Causes before their symptoms, errors before warnings, what costs most first."""


def diagnose(archive: Archive) -> Diagnosis:
    """Diagnose a run from what a real cluster would have shown of it."""
    evidence = Evidence(Observable(archive))
    return Diagnosis(ranked(look(load_findings(), evidence)))


def look(findings: Iterable[Finding], evidence: Evidence) -> list[Found]:
    """What is found of some findings."""
    return [found for finding in findings if (found := finding.look(evidence)) is not None]


def ranked(found: Iterable[Found]) -> tuple[Found, ...]:
    """Order: a symptom after all of its causes that were found, then errors first, then by what it costs."""
    waiting = sorted(found, key=_rank)
    codes = {one.code for one in waiting}
    waiting = [replace(one, symptom_of=tuple(code for code in one.symptom_of if code in codes)) for one in waiting]
    ordered: list[Found] = []
    while waiting:
        held_back = {one.code for one in waiting}
        # findings that explain each other would wait for ever: then the first in rank goes
        following = next((one for one in waiting if not held_back.intersection(one.symptom_of)), waiting[0])
        waiting.remove(following)
        ordered.append(following)
    return tuple(ordered)


def _rank(found: Found) -> tuple[int, float, float, str]:
    return _SEVERITIES.index(found.severity), -found.affects.pod_seconds, -found.confidence, found.code

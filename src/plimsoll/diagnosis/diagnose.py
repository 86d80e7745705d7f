"""Diagnosis: every finding looks at the evidence, and what is found is put in order, causes before symptoms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from plimsoll.diagnosis.bottleneck import Bottleneck, bottleneck
from plimsoll.diagnosis.catalogue import load_findings
from plimsoll.diagnosis.evidence import Evidence
from plimsoll.diagnosis.observable import Observable

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence.station import Station
    from plimsoll.diagnosis.finding import Finding, Found
    from plimsoll.measurement.columns import Archive

_SEVERITIES = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found in a run; nothing, where it is healthy."""

    findings: tuple[Found, ...]
    """Causes before their symptoms, errors before warnings, what costs most first."""
    stations: tuple[Station, ...] = ()
    bottleneck: Bottleneck | None = None
    """The tightest station, also where nothing is the matter."""


def diagnose(archive: Archive) -> Diagnosis:
    """Diagnose a run from what a real cluster would have shown of it."""
    evidence = Evidence(Observable(archive))
    tightest = bottleneck(evidence.stations)
    findings = ranked(look(load_findings(), evidence))
    return Diagnosis(_with_next(findings, tightest), evidence.stations, tightest)


def look(findings: Iterable[Finding], evidence: Evidence) -> list[Found]:
    """What is found of some findings."""
    return [found for finding in findings if (found := finding.look(evidence)) is not None]


def ranked(found: Iterable[Found]) -> tuple[Found, ...]:
    """Order: a symptom after all of its causes that were found, then errors first, then by what it costs.

    A cause is as urgent as the most urgent of what it explains: a warning that stands behind an error goes before others.
    """
    everything = tuple(found)
    codes = {one.code for one in everything}
    known = [replace(one, symptom_of=tuple(code for code in one.symptom_of if code in codes)) for one in everything]
    waiting = sorted(known, key=lambda one: min(map(_rank, _explained(one, known))))
    ordered: list[Found] = []
    while waiting:
        held_back = {one.code for one in waiting}
        # findings that explain each other would wait for ever: then the first in rank goes
        following = next((one for one in waiting if not held_back.intersection(one.symptom_of)), waiting[0])
        waiting.remove(following)
        ordered.append(following)
    return tuple(ordered)


def _explained(cause: Found, known: Sequence[Found]) -> Sequence[Found]:
    """A finding, and all that was found to be a symptom of it or of one of its symptoms."""
    reached, codes = [cause], {cause.code}
    for one in reached:
        following = [other for other in known if one.code in other.symptom_of and other.code not in codes]
        reached.extend(following)
        codes.update(other.code for other in following)
    return reached


def _with_next(findings: tuple[Found, ...], tightest: Bottleneck | None) -> tuple[Found, ...]:
    """Tell the first cause what the stations say of the time after its remedy, where it does not know itself."""
    if not findings or findings[0].limits_next or tightest is None or tightest.following is None or not tightest.limits:
        return findings
    following = tightest.following
    words = f"{following.name} {following.instance}".strip() + f", {following.utilization or 0.0:.0%} busy by now"
    return (replace(findings[0], limits_next=words), *findings[1:])


def _rank(found: Found) -> tuple[int, float, float, str]:
    return _SEVERITIES.index(found.severity), -found.affects.pod_seconds, -found.confidence, found.code

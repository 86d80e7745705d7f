"""Why the run went as it did: its findings, causes first, and the queueing numbers of every station."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from plimsoll.diagnosis.catalogue import load_findings
from plimsoll.measurement.wording import number
from plimsoll.planning.manifests import render_all
from plimsoll.planning.settings_manifests import manifests
from plimsoll.report import stations
from plimsoll.report.html.markup import Markup, tag
from plimsoll.report.html.material import upwards
from plimsoll.report.html.plot import HALF, LEFT, RIGHT, Figure, Frame, level, line
from plimsoll.report.html.scale import time_axis
from plimsoll.report.html.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from plimsoll.diagnosis.diagnose import Diagnosis
    from plimsoll.diagnosis.finding import Fact, Finding, Found, Plot

HEIGHT = 190.0
"""Of a finding's plot: it shows one thing."""


def reasons(diagnosis: Diagnosis) -> Markup:
    """The findings, each in a card, then the stations."""
    return tag("section", *_cards(diagnosis), class_="reasons")


def _cards(diagnosis: Diagnosis) -> Iterator[Markup]:
    known = {finding.code: finding for finding in load_findings()}
    for found in diagnosis.findings:
        yield _finding(found, known[found.code])
    nothing = "" if diagnosis.findings else "Nothing is the matter as far as this run shows. "
    tightest = stations.tightest(diagnosis.bottleneck) if diagnosis.bottleneck else ""
    measured = table(
        "Stations, from the first creation until the last pod ran",
        stations.HEADINGS,
        map(stations.cells, diagnosis.stations),
    )
    if nothing or tightest or measured:
        yield tag(
            "div",
            (nothing or tightest) and tag("p", nothing, tightest),
            measured and tag("details", tag("summary", "Every station in numbers"), measured),
            class_="card",
        )


def _finding(found: Found, finding: Finding) -> Markup:
    cause = f" · follows from {', '.join(found.symptom_of)}" if found.symptom_of else ""
    return tag(
        "article",
        tag(
            "h3",
            tag("span", found.severity, class_=f"severity {found.severity}"),
            tag("code", found.code),
            f" {found.name}",
            tag("span", f"confidence {found.confidence:.0%}{cause}", class_="remark"),
        ),
        tag("p", found.cause, class_="cause"),
        tag("div", _evidence(found.evidence), _plot(found.code, found.plot), class_="shown"),
        found.limits_next and tag("p", f"Limits next: {found.limits_next}."),
        *_remedies(found, finding),
        tag("p", f"If unsure, measure: {finding.measure_if_unsure}", class_="remark"),
        class_="card finding",
        id=found.code,
    )


def _evidence(facts: Sequence[Fact]) -> Markup | None:
    rows = ((fact.text, f"{number(fact.value)} {fact.unit}".rstrip(), tag("code", fact.source)) for fact in facts)
    return table("Evidence", ("What", "Measured", "Shown by"), rows, words=3)


def _remedies(found: Found, finding: Finding) -> Iterator[Markup]:
    """The words of all flavours, which mostly are the same, and the files of each to open."""
    for text in dict.fromkeys(remedy.text for remedy in finding.remedies.values()):
        yield tag("p", tag("b", "Remedy: "), text)
    for flavor, settings in found.remedy.items():
        if settings:
            files = render_all(manifests(settings, flavor)).rstrip()
            yield tag("details", tag("summary", f"To apply with {flavor}"), tag("pre", files, tabindex="0"))


def _plot(code: str, plot: Plot | None) -> Markup | None:
    if plot is None or not plot.seconds:
        return None
    seconds, values = np.array(plot.seconds), np.array(plot.values)
    top = max(float(values.max()), plot.limit or 0.0) or 1.0
    axis = time_axis(float(seconds[-1]), None, LEFT, HALF - RIGHT)
    frame = Frame(HALF, axis, upwards(top, height=HEIGHT), "time since the run began", plot.unit, HEIGHT)
    # a gauge holds its value until the next sample
    xs, ys = np.repeat(seconds, 2)[1:], np.repeat(values, 2)[:-1]
    marks = [line(frame, xs, ys, "c0")]
    if plot.limit is not None:
        marks.append(level(frame, plot.limit, f"limit {number(plot.limit)}"))
    words = f"Over time, up to {number(float(values.max()))} {plot.unit}."
    return Figure(f"plot-{code}", plot.title, None, frame, marks, description=words).render()

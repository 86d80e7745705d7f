"""A diagnosis for a terminal of 100 columns: the cause first, its evidence, what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import indent
from typing import TYPE_CHECKING, TextIO

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from plimsoll.diagnosis.catalogue import load_findings
from plimsoll.measurement.wording import number
from plimsoll.planning.manifests import render_all
from plimsoll.planning.settings_manifests import manifests
from plimsoll.report.console import write
from plimsoll.report.stations import HEADINGS, cells, tightest
from plimsoll.report.terminal import SEVERITY_STYLES

if TYPE_CHECKING:
    from plimsoll.archive.manifest import Manifest
    from plimsoll.diagnosis.diagnose import Diagnosis
    from plimsoll.diagnosis.evidence.station import Station
    from plimsoll.diagnosis.finding import Fact, Finding, Flavor, Found, Plot

SPARK_WIDTH = 60
SPARKS = "▁▂▃▄▅▆▇█"


def print_diagnosis(
    diagnosis: Diagnosis, manifest: Manifest, flavor: Flavor, stream: TextIO, *, stations: bool = False
) -> None:
    """Write a diagnosis with the remedies of one flavour; ``stations`` adds the table of all stations."""
    write(_render(diagnosis, manifest, flavor, stations=stations), stream)


def print_background(finding: Finding, stream: TextIO) -> None:
    """Write what there is to know about a finding."""
    write(_background(finding), stream)


def print_catalogue(findings: Sequence[Finding], stream: TextIO) -> None:
    """Write the list of all findings."""
    grid = Table.grid(padding=(0, 2))
    for finding in findings:
        grid.add_row(Text(finding.code, style="bold"), Text(finding.name), Text(finding.claim))
    write(grid, stream)


def sparkline(plot: Plot, width: int = SPARK_WIDTH) -> str:
    """The highest value of each piece of the time, as a bar between nothing and the highest of all."""
    start, end = plot.seconds[0], plot.seconds[-1]
    pieces = [0.0] * width
    held = 0.0
    points = iter(zip(plot.seconds, plot.values, strict=True))
    upcoming = next(points, None)
    for piece in range(width):
        until = start + (end - start) * (piece + 1) / width
        highest = held
        while upcoming is not None and upcoming[0] <= until:
            held = upcoming[1]
            highest = max(highest, held)
            upcoming = next(points, None)
        pieces[piece] = highest
    top = max([*pieces, plot.limit or 0.0])
    return "".join(
        SPARKS[round((len(SPARKS) - 1) * max(value, 0.0) / top)] if top > 0 else SPARKS[0] for value in pieces
    )


def _render(diagnosis: Diagnosis, manifest: Manifest, flavor: Flavor, *, stations: bool) -> RenderableType:
    parts: list[RenderableType] = [Text(f"{manifest.scenario} · run {manifest.id}", style="bold"), Text()]
    known = {finding.code: finding for finding in load_findings()}
    for found in diagnosis.findings:
        parts += [*_finding(found, known[found.code], flavor), Text()]
    if not diagnosis.findings:
        parts += [Text("Nothing is the matter as far as this run shows.", style="green"), Text()]
    if diagnosis.bottleneck is not None:
        parts += [Text(tightest(diagnosis.bottleneck)), Text()]
    if stations:
        parts += [Text("Stations, from the first creation until the last pod ran", style="bold cyan")]
        parts += [_stations(diagnosis.stations)]
    return Group(*parts)


def _finding(found: Found, finding: Finding, flavor: Flavor) -> Iterator[RenderableType]:
    head = Text.assemble(
        (f"{found.severity.upper()} ", SEVERITY_STYLES[found.severity]),
        (f"{found.code} {found.name}", "bold"),
        (f"  confidence {found.confidence:.0%}", "dim"),
    )
    if found.symptom_of:
        head.append(f"  follows from {', '.join(found.symptom_of)}", style="dim")
    yield head
    yield Padding(Text(found.cause), (0, 0, 0, 2))
    yield Padding(_evidence(found.evidence), (1, 0, 0, 2))
    if found.plot is not None and found.plot.seconds:
        yield Padding(_plot(found.plot), (1, 0, 0, 2))
    if found.limits_next:
        yield Padding(Text(f"Limits next: {found.limits_next}."), (1, 0, 0, 2))
    yield Padding(Text(f"Remedy: {finding.remedies[flavor].text}"), (1, 0, 0, 2))
    if found.remedy.get(flavor):
        # not padded: padding cuts what is longer than the terminal is wide, and this is to be pasted
        files = indent(render_all(manifests(found.remedy[flavor], flavor)).rstrip(), " " * 4)
        yield Text(f"\n{files}", no_wrap=True, overflow="ignore")
    yield Padding(Text(f"If unsure, measure: {finding.measure_if_unsure}", style="dim"), (1, 0, 0, 2))


def _evidence(facts: Sequence[Fact]) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(justify="right", no_wrap=True)
    for fact in facts:
        grid.add_row(
            Text(f"{number(fact.value)} {fact.unit}".rstrip(), style="bold"), fact.text, Text(fact.source, style="dim")
        )
    return grid


def _plot(plot: Plot) -> Text:
    limit = "" if plot.limit is None else f", limit {number(plot.limit)}"
    text = Text(f"{plot.title}: up to {number(max(plot.values))} {plot.unit}{limit}\n", style="dim")
    text.append(sparkline(plot), style="cyan")
    text.append(f"  {plot.seconds[0]:.0f}–{plot.seconds[-1]:.0f} s", style="dim")
    return text


def _stations(measured: Sequence[Station]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 0, 0, 1), show_edge=False, header_style="dim", border_style="dim")
    for column in HEADINGS:
        table.add_column(column, justify="right" if table.columns else "left", no_wrap=True)
    for station in measured:
        table.add_row(*cells(station))
    return table


def _background(finding: Finding) -> RenderableType:
    thresholds = Table.grid(padding=(0, 2))
    thresholds.add_column(justify="right", no_wrap=True)
    for threshold in finding.thresholds:
        thresholds.add_row(
            Text(f"{number(threshold.value)} {threshold.unit}", style="bold"), threshold.name, threshold.reason
        )
    sections: tuple[tuple[str, RenderableType], ...] = (
        ("Background", Text(finding.background)),
        ("Evidence", Text(", ".join(finding.asks))),
        ("Thresholds", thresholds),
        ("Remedy", Text("\n".join(dict.fromkeys(remedy.text for remedy in finding.remedies.values())))),
        ("Does not apply when", Text(finding.not_when)),
        ("To measure", Text(finding.measure_if_unsure)),
        ("Symptom of", Text(", ".join(finding.symptom_of))),
        ("Sources", Text("\n".join(finding.sources))),
    )
    style = SEVERITY_STYLES[finding.severity]
    head = Text.assemble((f"{finding.code} {finding.name}", "bold"), "  ", (finding.severity, style))
    parts: list[RenderableType] = [head, Text(finding.claim)]
    for title, content in sections:
        if not isinstance(content, Text) or content.plain:
            parts += [Text(), Text(title, style="bold cyan"), Padding(content, (0, 0, 0, 2))]
    return Group(*parts)

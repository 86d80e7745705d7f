"""The summary for a terminal of 100 columns: coloured where a person looks, plain where a program reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TextIO

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from plimsoll.measurement import wording
from plimsoll.measurement.latency import INTERVALS, STAGES
from plimsoll.report.console import write

if TYPE_CHECKING:
    from plimsoll.diagnosis.finding import Found
    from plimsoll.measurement.objectives import Judgement
    from plimsoll.measurement.summary import Measurements, Summary

BAR_WIDTH = 36
MOST_ROWS = 8

SEVERITY_STYLES = {"error": "bold red", "warning": "bold yellow", "note": "bold blue"}
VERDICT_STYLES = {"pass": "bold green", "fail": "bold red", "incomplete": "bold yellow"}


def print_summary(summary: Summary, stream: TextIO, findings: Sequence[Found] = ()) -> None:
    """Write the summary with what a diagnosis found; colours only where the stream is a terminal that has them."""
    write(render(summary, findings), stream)


def render(summary: Summary, findings: Sequence[Found] = ()) -> RenderableType:
    """The summary as something rich can print."""
    measured = summary.measured
    sections: tuple[tuple[str, Sequence[RenderableType]], ...] = (
        ("", [_title(summary)]),
        ("Objectives", [_objectives(summary.objectives)]),
        ("Findings", [_findings(findings)]),
        ("Warnings", [Text(f"! {warning}", style="yellow") for warning in summary.warnings]),
        ("Phases", [_phases(measured)]),
        ("Pods", list(_pods(measured))),
        ("Latency", [_latencies(measured)]),
        ("Where the time goes, per pod", [_stages(measured)]),
        ("Requests by client", [_clients(measured)]),
        ("Answer times of the API server", [_requests(measured)]),
        ("Data exchanged", list(_transfer(measured))),
        ("What pods did", [_work(measured), *_exchanges(measured)]),
        ("Slowest pods", [_slowest(measured)]),
    )
    return Group(*(_section(title, parts) for title, parts in sections if any(map(_has_content, parts))))


def _has_content(part: RenderableType) -> bool:
    return not isinstance(part, Table) or part.row_count > 0


def _section(title: str, parts: Sequence[RenderableType]) -> RenderableType:
    heading = [Text(title, style="bold cyan")] if title else []
    return Group(*heading, *(Padding(part, (0, 0, 0, 2 if title else 0)) for part in parts), Text())


def _title(summary: Summary) -> RenderableType:
    manifest, measured = summary.manifest, summary.measured
    grid = Table.grid(expand=True)
    grid.add_column()
    grid.add_column(justify="right")
    style = VERDICT_STYLES[summary.verdict]
    grid.add_row(Text(manifest.scenario, style="bold"), Text(summary.verdict.upper(), style=style))
    facts = [
        manifest.profile,
        f"seed {manifest.seed}" if manifest.profile else "a real cluster",
        wording.elapsed(measured.run_seconds),
    ]
    if manifest.wall_seconds is not None:
        facts[-1] += f" in {wording.elapsed(manifest.wall_seconds)}"
    grid.add_row(Text(" · ".join([*filter(None, facts), f"run {manifest.id}"]), style="dim"), "")
    if summary.constants:
        grid.add_row(Text(f"Constants of the profile: {wording.known(summary.constants)}", style="dim"), "")
    offset = measured.clock_offset
    if offset is not None:
        told = wording.offset(offset.seconds, offset.uncertainty_seconds)
        grid.add_row(Text(f"The cluster's clock is {told}", style="dim"), "")
    return grid


def _table(*columns: str) -> Table:
    """A table whose first column is words and whose others are numbers."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="dim", border_style="dim")
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left", no_wrap=number > 0, overflow="ellipsis")
    return table


def _objectives(objectives: Sequence[Judgement]) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    for objective in objectives:
        mark = Text("✓ met", style="green") if objective.met else Text("✗ missed", style="bold red")
        grid.add_row(mark, Text(objective.expression), Text(objective.problem or judged_value(objective)))
    return grid


def _findings(findings: Sequence[Found]) -> Table:
    grid = Table.grid(padding=(0, 2))
    for found in findings:
        grid.add_row(Text(f"{found.severity} {found.code}", style=SEVERITY_STYLES[found.severity]), Text(found.cause))
    if findings:
        grid.add_row("", Text("plimsoll diagnose shows the evidence and what to do about it.", style="dim"))
    return grid


def judged_value(objective: Judgement) -> str:
    """The number an objective was judged by, in the unit in which it was written."""
    if objective.unit == "s":
        return wording.seconds(objective.value)
    return wording.percent(objective.value) if objective.unit == "%" else wording.rate(objective.value)


def _phases(measured: Measurements) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column()
    grid.add_column(justify="right")
    grid.add_column()
    longest = max((phase.seconds for phase in measured.phases), default=0.0)
    for phase in measured.phases:
        cells = round(BAR_WIDTH * phase.seconds / longest) if longest else 0
        grid.add_row(Text(phase.name), wording.elapsed(phase.seconds), Text("━" * cells or "╸", style="blue"))
    return grid


def _pods(measured: Measurements) -> Iterator[Text]:
    pods = measured.pods
    numbers = [f"{wording.count(getattr(pods, name))} {name}" for name in ("wanted", "created", "running", "ready")]
    yield Text("   ").join([*map(Text, numbers), Text(f"{pods.failed:,} failed", style="red" if pods.failed else "")])
    if measured.created_rate:
        created = measured.created_rate
        yield Text(
            f"{wording.rate(created.per_minute)} created per minute, "
            f"{wording.rate(created.best_per_minute)} in the best ten minutes"
        )
    if measured.running_rate:
        running = measured.running_rate
        yield Text(
            f"{wording.rate(running.per_minute)} became Running per minute, "
            f"{wording.rate(running.best_per_minute)} in the best ten minutes"
        )
    if measured.little:
        little = measured.little
        yield Text(
            f"{wording.rate(little.mean_inside)} in ContainerCreating on average, {little.max_inside:,.0f} at most; "
            f"Little's law: {wording.rate(little.arrivals_per_second)}/s × "
            f"{wording.seconds(little.mean_stay_seconds)} = {wording.rate(little.expected_inside)}",
        )
        if not little.agrees:
            yield Text(
                f"Only {wording.percent(little.ratio)} of what it should be"
                if (little.ratio or 0) < 1
                else "More than it should be",
                style="yellow",
            )


def _latencies(measured: Measurements) -> Table:
    """As watchers saw them; on a real cluster also as its API wrote them down, in whole seconds."""
    table = _table("", "p50", "p90", "p99", "max")
    rows = [(interval.title, measured.latencies.get(interval.key)) for interval in INTERVALS]
    rows += [(f"{key} by API timestamps", found) for key, found in measured.by_api_timestamps.items()]
    for title, found in rows:
        if found is not None:
            table.add_row(title, *(wording.seconds(value) for value in (found.p50, found.p90, found.p99, found.max)))
    return table


def _stages(measured: Measurements) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column()
    grid.add_column(justify="right")
    grid.add_column()
    total = sum(stage.mean for stage in measured.stages.values()) or 1.0
    for stage in STAGES:
        if found := measured.stages.get(stage.key):
            bar = "━" * round(BAR_WIDTH * found.mean / total)
            grid.add_row(stage.title, wording.seconds(found.mean), Text(bar or "╸", style="blue"))
    return grid


def _clients(measured: Measurements) -> Table:
    table = _table("", "requests", "errors", "per s", "peak/s", "held back", "p99 wait", "max wait")
    for client in measured.traffic.clients[:MOST_ROWS]:
        held = client.throttle
        waits = [held.p99, held.max] if held else []
        table.add_row(
            client.client,
            wording.count(client.requests),
            wording.count(client.errors),
            wording.rate(client.per_second),
            wording.rate(client.peak_per_second),
            wording.count(held.count if held else 0),
            *(wording.seconds(wait) for wait in waits),
        )
    return table


def _requests(measured: Measurements) -> Table:
    table = _table("", "requests", "errors", "p50", "p90", "p99", "max")
    for kind in measured.traffic.latencies[:MOST_ROWS]:
        took = kind.durations
        table.add_row(
            f"{kind.verb} {kind.resource}",
            wording.count(took.count),
            wording.count(kind.errors),
            *(wording.seconds(value) for value in (took.p50, took.p90, took.p99, took.max)),
        )
    return table


def _transfer(measured: Measurements) -> Iterator[RenderableType]:
    transfer = measured.transfer
    if transfer is None:
        return
    yield Text(
        f"{wording.quantity(transfer.sent_bytes, 'B')} sent by {len(transfer.nodes):,} nodes, "
        f"each {wording.rate(transfer.min)} to {wording.rate(transfer.max)} Mb/s, {wording.rate(transfer.mean)} on average"
    )
    if transfer.expected_megabits_per_node:
        yield Text(
            f"Expected 2 · clients · rate = {wording.quantity(transfer.expected_bytes_per_second, 'B/s')} in all, "
            f"{wording.rate(transfer.expected_megabits_per_node)} Mb/s per node before what stays on a node"
        )


_DURATION_TITLES = {
    "roundTrip": "round trip",
    "connect": "connecting",
    "lookup": "look-up",
    "failure": "failed look-up",
    "create": "create file",
    "read": "read file",
    "delete": "delete file",
    "write": "write line",
    "round": "touch all memory",
    "changeDelay": "change to be seen",
    "late": "late for its turn",
}


def _work(measured: Measurements) -> Table:
    table = _table("", "clients", "through", "count", "p50", "p90", "p99", "max")
    several = len({work.job for work in measured.work}) > 1
    for work in measured.work:
        name = f"{work.job}: {work.kind}" if several else work.kind
        table.add_row(name, wording.count(work.clients), wording.count(work.complete))
        for measure, took in work.durations.items():
            moments = (took.p50, took.p90, took.p99, took.max)
            title = f"  {_DURATION_TITLES.get(measure, measure)}"
            table.add_row(title, "", "", wording.count(took.count), *map(wording.seconds, moments))
    return table


def _exchanges(measured: Measurements) -> Iterator[Text]:
    for work in measured.work:
        totals, spreads = work.totals, work.spreads
        if "attempts" not in totals:
            continue
        unmet = [
            f"{wording.count(totals[name])} {title}"
            for name, title in (
                ("refused", "refused"),
                ("timedOut", "timed out"),
                ("unresolved", "of an unknown name"),
                ("failed", "failed otherwise"),
                ("disconnects", "cut off"),
                ("corrupt", "messages came back changed"),
            )
            if totals.get(name)
        ]
        attempts = f"{work.job}: {wording.count(totals['connections'])} of {wording.count(totals['attempts'])} attempts"
        yield Text(", ".join([f"{attempts} connected", *unmet]), style="yellow" if unmet else "")
        sent, received = (wording.quantity(totals[name], "B") for name in ("bytesSent", "bytesReceived"))
        rate = spreads["bytesPerSecond"]
        slowest, fastest = (wording.quantity(value, "B/s") for value in (rate.min, rate.max))
        yield Text(f"  {sent} sent, {received} received, each client {slowest} to {fastest} each way")
        if first := spreads.get("firstConnectionSeconds"):
            p50, p99, longest = map(wording.seconds, (first.p50, first.p99, first.max))
            yield Text(f"  first connection after {p50}, p99 {p99}, at most {longest}")


def _slowest(measured: Measurements) -> Table:
    table = _table("pod", "node", "to Running")
    for pod in measured.slowest[:3]:
        took = "never" if pod.running_seconds is None else wording.seconds(pod.running_seconds)
        table.add_row(Text(f"{pod.namespace}/{pod.name}"), Text(pod.node), took)
    return table

"""The page: what comes first, what next, and the frame around it."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from importlib import resources
from typing import TYPE_CHECKING

from plimsoll.measurement import wording
from plimsoll.report.html import tables, work_tables
from plimsoll.report.html.figures import figures
from plimsoll.report.html.markup import Markup, join, tag
from plimsoll.report.html.reasons import reasons
from plimsoll.report.terminal import judged_value

if TYPE_CHECKING:
    from plimsoll.diagnosis.diagnose import Diagnosis
    from plimsoll.measurement.columns import Archive
    from plimsoll.measurement.summary import Measurements, Summary

VERDICTS = {
    "pass": ("✓ Pass", "All objectives are met."),
    "fail": ("✗ Fail", "Not all objectives are met."),
    "incomplete": ("… Incomplete", "The run did not come to its end."),
}

# The mark on a ship's hull: a ring, and the line to which she may be loaded.
MARK = tag(
    "svg",
    tag("circle", cx="16", cy="16", r="10", class_="ring"),
    tag("path", d="M1 16H31", class_="ring"),
    viewBox="0 0 32 32",
    class_="mark",
    aria_hidden="true",
)


def render_html(archive: Archive, summary: Summary, diagnosis: Diagnosis) -> str:
    """The whole report as one HTML document of well under a megabyte."""
    title = f"{summary.manifest.scenario} – Plimsoll"
    return whole_page(title, _header(summary), _main(archive, summary, diagnosis), _footer(summary))


def whole_page(title: str, *body: Markup) -> str:
    """An HTML document that needs nothing from anywhere: style and script are in it, and may be used because of their digests."""
    style, script = Markup(_asset("report.css")), Markup(_asset("report.js"))
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_policy(style, script)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        tag("link", rel="icon", href="data:,"),
        tag("style", style),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, tag('body', *body, tag('script', script)), lang='en')}\n"


def _asset(name: str) -> str:
    return (resources.files(__package__) / "assets" / name).read_text(encoding="utf-8").strip()


def _policy(style: str, script: str) -> str:
    """Nothing may be loaded, from anywhere; this style sheet and this script may be used."""
    return (
        "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"style-src '{_digest(style)}'; script-src '{_digest(script)}'"
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _header(summary: Summary) -> Markup:
    manifest = summary.manifest
    badge, meaning = VERDICTS[summary.verdict]
    facts = [manifest.profile, f"seed {manifest.seed}", f"{manifest.started:%Y-%m-%d %H:%M %Z}", f"run {manifest.id}"]
    toggle = tag("button", "Theme: auto", type="button", id="theme", hidden=True)
    return tag(
        "header",
        tag("div", tag("span", MARK, "Plimsoll", class_="brand"), toggle, class_="bar-top"),
        tag(
            "div",
            tag("h1", manifest.scenario),
            tag("span", badge, class_=f"verdict {summary.verdict}", title=meaning),
            class_="headline",
        ),
        summary.description and tag("p", summary.description, class_="description"),
        tag("p", " · ".join(filter(None, facts)), class_="facts"),
    )


def _main(archive: Archive, summary: Summary, diagnosis: Diagnosis) -> Markup:
    measured = summary.measured
    return tag(
        "main",
        tag("section", *(_tile(*tile) for tile in _tiles(measured)), class_="tiles", aria_label="In short"),
        _judgement(summary),
        tag("h2", "Why"),
        reasons(diagnosis),
        tag("h2", "What happened"),
        tag("section", *(figure.render() for figure in figures(archive, summary)), class_="figures"),
        tag("h2", "The numbers"),
        tag("section", *_tables(summary), class_="tables"),
        tag("h2", "Where this comes from"),
        _provenance(archive, summary),
    )


def _tiles(measured: Measurements) -> Iterator[tuple[str, str, str]]:
    """Label, value and remark of the numbers that are looked for first."""
    pods = measured.pods
    yield "Pods that ran", wording.count(pods.running), f"of {max(pods.wanted, pods.created):,}"
    if rate := measured.running_rate:
        yield "Pods per minute", wording.rate(rate.per_minute), f"best ten minutes {wording.rate(rate.best_per_minute)}"
    if ready := measured.latencies.get("podReady") or measured.latencies.get("podRunning"):
        yield "Time to Ready, p99", wording.seconds(ready.p99), f"median {wording.seconds(ready.p50)}"
    if little := measured.little:
        remark = f"each for {wording.seconds(little.mean_stay_seconds)}"
        yield "In ContainerCreating", wording.rate(little.mean_inside), remark
    waits = [(client.throttle.max, client.client) for client in measured.traffic.clients if client.throttle]
    longest, who = max(waits, default=(0.0, "no client held back"))
    yield "Longest throttling", wording.seconds(longest), who
    if transfer := measured.transfer:
        remark = f"{wording.rate(transfer.min)} to {wording.rate(transfer.max)}"
        yield "Mb/s per node", wording.rate(transfer.mean), remark


def _tile(label: str, value: str, remark: str) -> Markup:
    return tag(
        "div",
        tag("span", label, class_="label"),
        tag("span", value, class_="value"),
        tag("span", remark, class_="remark"),
        class_="tile",
    )


def _judgement(summary: Summary) -> Markup:
    beside = _warnings(summary) if summary.warnings else tables.phases(summary.measured)
    return tag(
        "section",
        tag("div", tables.objectives(summary.objectives, judged_value), class_="card objectives"),
        beside and tag("div", beside, class_="card"),
        class_="judgement",
    )


def _warnings(summary: Summary) -> Markup:
    sentences = (tag("li", warning) for warning in summary.warnings)
    return join(tag("h3", "Look here first"), tag("ul", *sentences, class_="warnings"))


def _tables(summary: Summary) -> Iterator[Markup]:
    makers = (
        tables.phases,
        tables.latencies,
        work_tables.work,
        work_tables.exchanges,
        work_tables.durations,
        tables.clients,
        tables.requests,
        tables.slowest,
    )
    for make in makers if summary.warnings else makers[1:]:  # without warnings the phases stand on top
        if made := make(summary.measured):
            yield tag("div", made, class_="card")


def _provenance(archive: Archive, summary: Summary) -> Markup:
    manifest, profile, offset = summary.manifest, archive.profile, summary.measured.clock_offset
    entries = [
        ("Run", manifest.id),
        ("Status", str(manifest.status)),
        ("Seed", str(manifest.seed)),
        ("Clock", f"{summary.measured.run_seconds:,.1f} s"),
        ("Wall clock", wording.elapsed(manifest.wall_seconds)),
        *([("Cluster's clock", wording.offset(offset.seconds, offset.uncertainty_seconds))] if offset else []),
        ("Plimsoll", manifest.plimsoll_version),
        ("Profile", manifest.profile or "none: not simulated"),
        ("Constants", wording.known(summary.constants) or wording.NOT_MEASURED),
        ("Archive", tag("code", manifest.archive_hash or "not closed")),
    ]
    described = join(*(join(tag("dt", name), tag("dd", value)) for name, value in entries))
    constants = tables.constants(profile)
    return tag(
        "section",
        tag("dl", described),
        constants and tag("details", tag("summary", "Every constant with its source"), constants),
        tag(
            "details",
            tag("summary", "The scenario as it was run"),
            tag("pre", json.dumps(archive.scenario, indent=2, ensure_ascii=False), tabindex="0"),
        ),
        class_="card provenance",
    )


def _footer(summary: Summary) -> Markup:
    return tag(
        "footer",
        f"Made by Plimsoll {summary.manifest.plimsoll_version} from the archive of run {summary.manifest.id}. "
        "The same seed, scenario and version give the same archive.",
    )

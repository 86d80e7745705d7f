"""Plots whose rows are stretches of time: the phases of the load, and the way of the average pod."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from plimsoll.measurement import wording
from plimsoll.measurement.latency import STAGES
from plimsoll.report.html.markup import Markup, join, tag
from plimsoll.report.html.material import TIME_TITLE, Material
from plimsoll.report.html.plot import BOTTOM, LEFT, RIGHT, TOP, Figure, Frame, number
from plimsoll.report.html.scale import Linear, NoTicks

if TYPE_CHECKING:
    from collections.abc import Sequence


ROW_HEIGHT = 34.0
THICKNESS = 16.0
GAP = 8.0
LETTER_WIDTH = 7.0  # rather more than a letter of 12 px takes


@dataclass(frozen=True, slots=True)
class Strip:
    """One row."""

    name: str
    detail: str
    start: float
    end: float
    colour: str


def phases(material: Material, width: float) -> Figure | None:
    """The phases of the load along the run's clock: the article's table of timings, drawn."""
    measured = material.measured
    rows = [
        Strip(phase.name, wording.elapsed(phase.seconds), phase.started_seconds, phase.ended_seconds, "c0")
        for phase in measured.phases
    ]
    if not rows:
        return None
    frame = Frame(width, material.time(width), NoTicks(), TIME_TITLE, height=_height(rows))
    return Figure(
        id="phases",
        title="Phases",
        subtitle=f"{wording.elapsed(measured.run_seconds)} in all.",
        frame=frame,
        marks=_strips(frame, rows),
        description="; ".join(f"{row.name}: {row.detail}" for row in rows),
    )


def way_of_a_pod(material: Material, width: float) -> Figure | None:
    """Where the time goes between a pod's creation and the API saying that it runs, on average."""
    stages = material.measured.stages
    found = [(stage, stages[stage.key]) for stage in STAGES if stage.key in stages]
    if not found:
        return None
    ends = np.cumsum([stage.mean for _, stage in found]).tolist()
    if not ends or ends[-1] <= 0:
        return None
    rows = [
        Strip(
            stage.title, wording.seconds(took.mean), end - took.mean, end, "c2" if stage.end.startswith("api") else "c0"
        )
        for (stage, took), end in zip(found, ends, strict=True)
    ]
    scale = Linear(1.02 * ends[-1], LEFT, width - RIGHT, "s")
    frame = Frame(width, scale, NoTicks(), "after the pod was created", height=_height(rows))
    return Figure(
        id="way-of-a-pod",
        title="Where the time goes",
        subtitle="The average pod, from its creation to Running in the API.",
        frame=frame,
        marks=_strips(frame, rows),
        description="; ".join(f"{row.name}: {row.detail}" for row in rows),
    )


def _height(rows: Sequence[Strip]) -> float:
    return TOP + BOTTOM + ROW_HEIGHT * len(rows)


def _strips(frame: Frame, rows: Sequence[Strip]) -> list[Markup]:
    starts = frame.x.place(np.array([row.start for row in rows])).tolist()
    ends = frame.x.place(np.array([row.end for row in rows])).tolist()
    return [
        _strip(frame, row, TOP + ROW_HEIGHT * (place + 0.5), start, max(end, start + 2))
        for place, (row, start, end) in enumerate(zip(rows, starts, ends, strict=True))
    ]


def _strip(frame: Frame, row: Strip, middle: float, start: float, end: float) -> Markup:
    """A bar with its words where there is room for them."""
    place, look = _words(frame, row, start, end)
    bar = tag(
        "rect",
        x=number(start),
        y=number(middle - THICKNESS / 2),
        width=number(end - start),
        height=number(THICKNESS),
        rx="2",
        class_=f"bar {row.colour}",
    )
    words = join(row.name, " ", tag("tspan", row.detail, class_="strong"))
    return join(bar, tag("text", words, x=number(place), y=number(middle + 4), class_=look))


def _words(frame: Frame, row: Strip, start: float, end: float) -> tuple[float, str]:
    """Where a bar's words stand and how: after it, before it, or upon one that leaves no room at either side."""
    width = LETTER_WIDTH * (len(row.name) + 1 + len(row.detail)) + GAP
    if end + width <= frame.width:
        return end + GAP, "halo"
    return (start - GAP, "halo end") if start >= width else (start + GAP, "inside")

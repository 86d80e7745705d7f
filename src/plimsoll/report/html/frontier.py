"""A frontier as a page: how far a load can go against something else, with the reason why it goes no further."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np

from plimsoll import __version__
from plimsoll.report.html.markup import Markup, tag
from plimsoll.report.html.page import MARK, whole_page
from plimsoll.report.html.plot import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDE, Curve, Figure, Frame, Hover, line, number
from plimsoll.report.html.scale import rounded_up

COLOURS = 8
"""Classes c0 to c7 of the style sheet; further curves begin again."""

NamedCurve: TypeAlias = tuple[str, Sequence[tuple[float, float]]]
"""A name, empty where there is only one curve, and points (x, largest load), in rising x."""


def frontier_page(
    *, title: str, x_name: str, y_name: str, curves: Sequence[NamedCurve], rows: Sequence[tuple[str, str, str]]
) -> str:
    """The page. ``rows`` say of each point where it is, how far the load goes, and why no further."""
    header = tag(
        "header",
        tag("div", tag("span", MARK, "Plimsoll", class_="brand"), class_="bar-top"),
        tag("div", tag("h1", title), class_="headline"),
    )
    drawn = [_figure(title, x_name, y_name, curves).render()] if curves else []
    main = tag(
        "main",
        tag("section", *drawn, class_="figures"),
        tag("section", tag("div", _table(y_name, rows), class_="card"), class_="tables"),
    )
    return whole_page(f"{title} – Plimsoll", header, main, tag("footer", f"Made by Plimsoll {__version__}."))


def _figure(title: str, x_name: str, y_name: str, curves: Sequence[NamedCurve]) -> Figure:
    points = [point for _, each in curves for point in each]
    x_scale = rounded_up(max(x for x, _ in points), LEFT, WIDE - RIGHT)
    y_scale = rounded_up(max(y for _, y in points), HEIGHT - BOTTOM, TOP)
    frame = Frame(WIDE, x_scale, y_scale, x_name, y_name)
    places = np.array(sorted({x for x, _ in points}), dtype=float)
    hovered = tuple(
        Curve(name or y_name, _colour(index), "", np.array([dict(each).get(x, np.nan) for x in places.tolist()]))
        for index, (name, each) in enumerate(curves)
    )
    return Figure(
        id="frontier",
        title=f"The largest {y_name} against {x_name}",
        subtitle="Every objective holds on the line and below it.",
        frame=frame,
        marks=[mark for index, (_, each) in enumerate(curves) for mark in _curve(frame, each, _colour(index))],
        legend=[(name, _colour(index)) for index, (name, _) in enumerate(curves) if name],
        hover=Hover(
            frame.x.place(places), places, "", hovered, names=tuple(f"{x_name} {place:g}" for place in places.tolist())
        ),
        description=f"{title}, at {len(points)} points.",
    )


def _curve(frame: Frame, points: Sequence[tuple[float, float]], colour: str) -> Iterator[Markup]:
    xs, ys = (np.array(values, dtype=float) for values in zip(*points, strict=True))
    yield line(frame, xs, ys, colour)
    for x, y in zip(frame.x.place(xs).tolist(), frame.y.place(ys).tolist(), strict=True):
        yield tag("rect", x=number(x - 3), y=number(y - 3), width="6", height="6", class_=f"bar {colour}")


def _colour(index: int) -> str:
    return f"c{index % COLOURS}"


def _table(y_name: str, rows: Sequence[tuple[str, str, str]]) -> Markup:
    head = tag("tr", *(tag("th", text, scope="col") for text in ("at", y_name, "and no more, because")))
    body = (tag("tr", *(tag("td", cell) for cell in row)) for row in rows)
    return tag("table", tag("caption", "How far it goes"), tag("thead", head), tag("tbody", *body))

"""Drawing a plot: axes, lines, areas and bars as SVG, and the data that the page's script shows on hovering."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from plimsoll.report.html.markup import Markup, join, json_data, tag
from plimsoll.report.html.scale import Scale, TimeAxis

if TYPE_CHECKING:
    from plimsoll.measurement.columns import Floats

HEIGHT = 300.0
WIDE = 1240.0
HALF = 610.0
LEFT, RIGHT, TOP, BOTTOM = 62.0, 14.0, 14.0, 44.0


@dataclass(frozen=True, slots=True)
class Frame:
    """A plot's size, its scales and what its axes are of. User units are CSS pixels at full width."""

    width: float
    x: Scale
    y: Scale
    x_title: str = ""
    y_title: str = ""
    height: float = HEIGHT

    @property
    def right(self) -> float:
        """Where the plot's area ends."""
        return self.width - RIGHT

    @property
    def bottom(self) -> float:
        """Where the plot's area begins, as seen from the reader."""
        return self.height - BOTTOM


class Curve(NamedTuple):
    """Values along an abscissa, with the name and the looks that they have in legends and under the pointer."""

    name: str
    colour: str
    """A class of the style sheet."""
    unit: str
    values: Floats


@dataclass(frozen=True, slots=True)
class Hover:
    """What a pointer over a plot is told: the abscissa it is nearest to, and the value of every series there."""

    places: Floats
    values: Floats
    unit: str
    """How the script words the abscissa: ``clock``, ``s``, or nothing for a name from ``names``."""
    curves: tuple[Curve, ...]
    names: tuple[str, ...] = ()

    def data(self, frame: Frame) -> Markup:
        """The data as the script reads them."""
        series = [
            {"name": curve.name, "colour": curve.colour, "unit": curve.unit, "values": _rounded(curve.values)}
            for curve in self.curves
        ]
        box = [LEFT, TOP, frame.right, frame.bottom]
        data: dict[str, Any] = {"box": box, "x": _rounded(self.places), "unit": self.unit, "series": series}
        data["at"] = list(self.names) if self.names else _rounded(self.values)
        return json_data(data)


def _rounded(values: Floats) -> list[float | int | None]:
    """Four digits that matter; whole numbers without a point, NaN as null."""
    return [None if np.isnan(value) else _short(value) for value in values.tolist()]


def _short(value: float) -> float | int:
    rounded = float(f"{value:.4g}") if abs(value) < 1000 else float(round(value))  # noqa: PLR2004
    return int(rounded) if rounded == int(rounded) else rounded


@dataclass(frozen=True, slots=True)
class Figure:
    """A plot with everything around it."""

    id: str
    title: str
    subtitle: object
    frame: Frame
    marks: Sequence[Markup]
    legend: Sequence[tuple[str, str]] = ()
    """Name and colour class of each entry."""
    hover: Hover | None = None
    description: str = ""
    """For who cannot see it: what is plotted against what, and what comes out."""

    @property
    def is_wide(self) -> bool:
        """Whether it takes the page's whole width."""
        return self.frame.width > HALF

    def render(self) -> Markup:
        """The figure as HTML."""
        return tag(
            "figure",
            tag("figcaption", tag("h3", self.title), tag("p", self.subtitle)),
            self._legend(),
            tag("div", self._svg(), class_="plot"),
            self.hover and tag("script", self.hover.data(self.frame), type="application/json"),
            class_="card wide" if self.is_wide else "card",
            id=self.id,
        )

    def _legend(self) -> Markup | None:
        if not self.legend:
            return None
        entries = (tag("li", tag("span", class_=f"swatch {colour}"), name) for name, colour in self.legend)
        return tag("ul", *entries, class_="legend")

    def _svg(self) -> Markup:
        frame = self.frame
        return tag(
            "svg",
            tag("title", self.title, id=f"{self.id}-title"),
            tag("desc", self.description, id=f"{self.id}-desc"),
            axes(frame),
            *self.marks,
            _quiet_words(frame),
            viewBox=f"0 0 {frame.width:g} {frame.height:g}",
            role="img",
            aria_labelledby=f"{self.id}-title {self.id}-desc",
            tabindex="0" if self.hover else None,
        )


def axes(frame: Frame) -> Markup:
    """Grid lines with their labels, the axes' titles, and a compressed stretch of time marked as such."""
    return join(
        _quiet(frame),
        *(_horizontal(frame, *tick) for tick in _placed(frame.y)),
        *(_vertical(frame, *tick) for tick in _placed(frame.x)),
        tag(
            "line",
            x1=number(LEFT),
            x2=number(frame.right),
            y1=number(frame.bottom),
            y2=number(frame.bottom),
            class_="axis",
        ),
        frame.x_title and tag("text", frame.x_title, x=number(LEFT), y=number(frame.bottom + 36), class_="title"),
        frame.y_title and tag("text", frame.y_title, x=number(LEFT + 6), y=number(TOP + 4), class_="title"),
    )


def _placed(scale: Scale) -> Iterable[tuple[float, str]]:
    ticks = scale.ticks()
    return zip(
        scale.place(np.array([value for value, _ in ticks])).tolist(), (label for _, label in ticks), strict=True
    )


def _horizontal(frame: Frame, place: float, label: str) -> Markup:
    return join(
        tag("line", x1=number(LEFT), x2=number(frame.right), y1=number(place), y2=number(place), class_="grid"),
        tag("text", label, x=number(LEFT - 8), y=number(place + 4), class_="end"),
    )


def _vertical(frame: Frame, place: float, label: str) -> Markup:
    return join(
        tag(
            "line",
            x1=number(place),
            x2=number(place),
            y1=number(frame.bottom),
            y2=number(frame.bottom + 5),
            class_="axis",
        ),
        tag(
            "text",
            label,
            x=number(place),
            y=number(frame.bottom + 19),
            class_="end" if place > frame.right - 16 else "middle",
        ),
    )


def _quiet(frame: Frame) -> Markup | None:
    if not isinstance(frame.x, TimeAxis) or frame.x.quiet is None:
        return None
    quiet = frame.x.quiet
    width, height = quiet.end - quiet.start, frame.bottom - TOP
    return tag("rect", x=number(quiet.start), y=number(TOP), width=number(width), height=number(height), class_="quiet")


def _quiet_words(frame: Frame) -> Markup | None:
    """Drawn last, so that no area hides that time runs faster here."""
    if not isinstance(frame.x, TimeAxis) or frame.x.quiet is None:
        return None
    quiet = frame.x.quiet
    times = quiet.seconds_per_unit / min(segment.seconds_per_unit for segment in frame.x.segments)
    words = f"steady, drawn {times:.0f}× narrower" if quiet.end - quiet.start > 180 else f"{times:.0f}× narrower"  # noqa: PLR2004
    return tag(
        "text", words, x=number((quiet.start + quiet.end) / 2), y=number(frame.bottom + 36), class_="title middle"
    )


def line(frame: Frame, xs: Floats, ys: Floats, classes: str) -> Markup:
    """A line through points; NaN interrupts it."""
    return tag("path", d=_path(frame.x.place(xs), frame.y.place(ys)), class_=f"line {classes}")


def band(frame: Frame, xs: Floats, lower: Floats, upper: Floats, classes: str) -> Markup | None:
    """The area between two lines; points where either is NaN are left out."""
    known = ~(np.isnan(lower) | np.isnan(upper))
    if not known.any():
        return None
    places = frame.x.place(xs[known])
    there = _path(places, frame.y.place(upper[known]))
    back = _path(places[::-1], frame.y.place(lower[known])[::-1]).replace("M", "L", 1)
    return tag("path", d=f"{there}{back}Z", class_=f"area {classes}")


def level(frame: Frame, value: float, label: str, *, below: bool = False) -> Markup:
    """A dashed line across the plot at a value, with words above or below it."""
    place = float(frame.y.place(np.array([value]))[0])
    return join(
        tag("line", x1=number(LEFT), x2=number(frame.right), y1=number(place), y2=number(place), class_="level"),
        tag("text", label, x=number(frame.right - 4), y=number(place + 16 if below else place - 6), class_="halo end"),
    )


def _path(xs: Floats, ys: Floats) -> str:
    """Path data; one decimal is a tenth of a pixel. A point that is NaN starts the line anew."""
    pieces = []
    pen_is_down = False
    for x, y in zip(xs.tolist(), ys.tolist(), strict=True):
        if y != y:  # noqa: PLR0124  NaN is what differs from itself
            pen_is_down = False
            continue
        pieces.append(f"{'L' if pen_is_down else 'M'}{number(x)} {number(y)}")
        pen_is_down = True
    return "".join(pieces)


def number(value: float) -> str:
    """A number of an SVG: one decimal, none where it is nought."""
    return f"{value:.1f}".removesuffix(".0")

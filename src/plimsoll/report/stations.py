"""Stations in words: their queueing numbers as cells of a table, and what the tightest of them means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.measurement.wording import NOT_MEASURED, number, seconds

if TYPE_CHECKING:
    from plimsoll.diagnosis.bottleneck import Bottleneck
    from plimsoll.diagnosis.evidence.station import Station

HEADINGS = ("Station", "in/s", "most/s", "busy", "at worst", "inside", "wait", "L/λW", "of the way")


def cells(station: Station) -> tuple[str, ...]:
    """A station's row under :data:`HEADINGS`."""
    return (
        name(station),
        number(station.arrivals_per_second),
        number(station.capacity_per_second),
        percent(station.utilization),
        percent(station.peak_utilization),
        number(station.inside),
        seconds(station.wait_seconds),
        number(station.little_ratio),
        percent(station.share),
    )


def name(station: Station) -> str:
    """The station, and which one of several."""
    return f"{station.name} ({station.instance})" if station.instance else station.name


def tightest(found: Bottleneck) -> str:
    """Which station is tightest, what its relief would bring, and what would limit next."""
    text = f"Tightest station: {name(found.station)}, {percent(found.utilization)} busy"
    if not found.limits:
        return f"{text}; {number(found.headroom)} times the throughput would fill it."
    text += "; nothing goes faster until it is relieved."
    if found.following is not None and found.relief is not None:
        text += f" Then {name(found.following)} limits, at {number(found.relief)} times the throughput at most."
    return text


def percent(value: float | None) -> str:
    """A share as a percentage, or that it was not measured."""
    return NOT_MEASURED if value is None else f"{value:.0%}".replace("%", " %")

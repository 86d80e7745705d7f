"""The plots of a report, in the order in which they are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from plimsoll.measurement.columns import Samples
from plimsoll.measurement.timelines import read_timelines
from plimsoll.report.html.material import Material
from plimsoll.report.html.network_figures import network_over_time, network_per_node
from plimsoll.report.html.plot import HALF, WIDE, Figure
from plimsoll.report.html.pod_figures import container_creating, pods_by_state, pods_per_minute, time_to_running
from plimsoll.report.html.request_figures import api_latency, requests_by_client, throttling
from plimsoll.report.html.strips import phases, way_of_a_pod

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from plimsoll.measurement.columns import Archive
    from plimsoll.measurement.summary import Summary

Maker = Callable[[Material, float], Figure | None]
"""Draws one plot at a width; None where there is nothing to show."""

ROWS: tuple[tuple[Maker, ...], ...] = (
    (phases,),
    (pods_by_state,),
    (time_to_running, way_of_a_pod),
    (pods_per_minute, container_creating),
    (requests_by_client, throttling),
    (api_latency,),
    (network_over_time, network_per_node),
)


def figures(archive: Archive, summary: Summary) -> Iterator[Figure]:
    """All plots in which this run has something to show."""
    material = Material(
        summary.measured, read_timelines(archive), Samples(archive.table("samples")), archive.table("requests")
    )
    for row in ROWS:
        yield from _row(row, material)


def _is_a_moment(figure: Figure) -> bool:
    """Whether a plot over time has a single point: a run of one interval has no course to be drawn."""
    return figure.hover is not None and figure.hover.unit == "clock" and len(figure.hover.values) <= 1


def _row(makers: Sequence[Maker], material: Material) -> Iterator[Figure]:
    """The plots of a row side by side; one that is alone there takes it all."""
    drawn = [(make, make(material, WIDE if len(makers) == 1 else HALF)) for make in makers]
    found = [(make, figure) for make, figure in drawn if figure and not _is_a_moment(figure)]
    if len(found) == 1 and len(makers) > 1:
        found = [(make, figure) for make, _ in found if (figure := make(material, WIDE))]
    yield from (figure for _, figure in found)

"""``docs/series.md`` from the table of series: what each means, and what shows it on a real cluster."""

from __future__ import annotations

from itertools import groupby

from plimsoll.telemetry.series import SERIES, Series
from scripts.reference.markdown import code, notice, page, table

INTRODUCTION = """\
The table `samples` of an [archive](output.md#the-archive) has these series: name, instance, and a number at a time. A row is
written when a value has changed; until the next it stays. Rates and means are over the interval (`measure.interval`) that
ends at the row, and a mean of nothing is zero.

A run on a real cluster (`plimsoll run --context`) reads them off what is named in the last column, by way of the API
server: `/metrics` and `/configz` of up to 100 nodes, `/metrics` of the API server and, where they are pods that can be
reached, of scheduler and controller manager. `plimsoll rbac --metrics` prints the rights that it takes. What cannot be had
is named once in the table `logs`, and the run goes on without. A simulated cluster reports only what its version would
show; series without anything in the last column are those of the simulation, and no diagnosis uses them.

Behind a load balancer API servers answer by turns. Each is compared with itself, so rates are those of one server."""

HEADER = ("Series", "Instance", "Unit", "Means", "On a real cluster")


def series_page() -> str:
    """Return the page."""
    blocks = [notice("`plimsoll.telemetry.series`"), "# Series", INTRODUCTION]
    by_family = sorted(SERIES.values(), key=_family)
    for family, members in groupby(by_family, key=_family):
        blocks += [f"## {family}", table(HEADER, [_row(series) for series in members])]
    return page(*blocks)


def _family(series: Series) -> str:
    return series.name.partition(".")[0]


def _row(series: Series) -> tuple[str, ...]:
    return code(series.name), series.instance, series.unit, series.meaning, series.shown_by

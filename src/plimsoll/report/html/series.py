"""An archive's tables reduced to what a plot can show: at most some hundred points a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc

from plimsoll import histogram
from plimsoll.measurement.columns import categories, numbers

if TYPE_CHECKING:
    import pyarrow as pa

    from plimsoll.measurement.columns import Codes, Floats, Series

DISTRIBUTION_POINTS = 240
MOST_NODES = 240
MOST_LINES = 7

_DURATIONS = np.array([histogram.representative(bucket) for bucket in range(histogram.BUCKET_COUNT)])


@dataclass(frozen=True, slots=True)
class Line:
    """A named series over a shared abscissa."""

    name: str
    values: Floats


def interval_of(seconds: Floats) -> float:
    """The usual distance between samples; 1 s where there are not two."""
    distances = np.diff(np.unique(seconds))
    return float(np.median(distances)) if distances.size else 1.0


def binned(series: Series, edges: Floats) -> tuple[Floats, Floats, Floats]:
    """The mean, the lowest and the highest of all instances in each bin; NaN before they were first sampled."""
    rows = np.array([steps.means(edges) for steps in series.per_instance().values()])
    known = ~np.isnan(rows)
    counts = known.sum(axis=0)
    means = np.divide(np.nansum(rows, axis=0), counts, out=np.full(counts.size, np.nan), where=counts > 0)
    lowest = np.where(counts > 0, np.where(known, rows, np.inf).min(axis=0), np.nan)
    highest = np.where(counts > 0, np.where(known, rows, -np.inf).max(axis=0), np.nan)
    return means, lowest, highest


def per_minute(moments: Floats, edges: Floats) -> Floats:
    """How often something happened per minute in each bin."""
    counts, _ = np.histogram(moments[~np.isnan(moments)], bins=edges)
    rates: Floats = 60.0 * counts / np.diff(edges)
    return rates


def cumulative(durations: Floats, of: int) -> tuple[Floats, Floats]:
    """Durations and the share of all ``of`` things that took no longer; thinned out to what a curve needs."""
    ordered = np.sort(durations)
    points = np.unique(np.linspace(0, ordered.size - 1, min(ordered.size, DISTRIBUTION_POINTS)).astype(np.int64))
    return ordered[points], (points + 1) / max(of, 1)


@dataclass(frozen=True, slots=True)
class RequestCounts:
    """The ``requests`` table of one measure, in bins of time: one row per window, label and bucket."""

    labels: list[str]
    """In the order of how many requests each has."""
    label: Codes
    bin: Codes
    bucket: Codes
    count: Floats
    bin_seconds: Floats

    def rates(self) -> list[Line]:
        """Requests per second of the busiest labels; the rest together as ``others``."""
        lines = [Line(name, self._rate(self.label == code)) for code, name in enumerate(self.labels[:MOST_LINES])]
        rest = self.label >= MOST_LINES
        return [*lines, Line("others", self._rate(rest))] if rest.any() else lines

    def longest(self) -> list[Line]:
        """The longest duration of each label in each bin; 0 where there is none."""
        lines = []
        for code, name in enumerate(self.labels[:MOST_LINES]):
            longest = np.zeros(self.bin_seconds.size)
            mine = self.label == code
            np.maximum.at(longest, self.bin[mine], _DURATIONS[self.bucket[mine]])
            lines.append(Line(name, longest))
        return lines

    def quantile(self, label: int, q: float) -> Floats:
        """A quantile of a label's durations in each bin; NaN where it made no request."""
        mine = self.label == label
        counts = np.zeros((self.bin_seconds.size, histogram.BUCKET_COUNT))
        np.add.at(counts, (self.bin[mine], self.bucket[mine]), self.count[mine])
        seen = np.cumsum(counts, axis=1)
        total = seen[:, -1]
        at_rank = np.argmax(seen >= np.maximum(1.0, np.ceil(q * total))[:, None], axis=1)
        return np.where(total > 0, _DURATIONS[at_rank], np.nan)

    def _rate(self, rows: Any) -> Floats:
        counts = np.bincount(self.bin[rows], weights=self.count[rows], minlength=self.bin_seconds.size)
        rates: Floats = counts / self.bin_seconds
        return rates


def request_counts(requests: pa.Table, measure: str, label: str, edges: Floats) -> RequestCounts:
    """Gather the rows of a measure by a label (``client`` or ``verb``). A window counts where its middle lies."""
    rows = requests.filter(pc.equal(requests.column("measure").cast("string"), measure))
    words = categories(rows, label)
    counts = numbers(rows, "count")
    totals = np.bincount(words.codes, weights=counts, minlength=len(words.words))
    order = [code for code in np.argsort(-totals, kind="stable").tolist() if totals[code] > 0]
    ranks = np.full(len(words.words) + 1, -1, dtype=np.int64)
    ranks[order] = np.arange(len(order))
    middles = numbers(rows, "windowStartSeconds") + numbers(rows, "windowSeconds") / 2
    return RequestCounts(
        labels=[words.words[code] for code in order],
        label=ranks[words.codes],
        bin=np.clip(np.searchsorted(edges, middles, side="right") - 1, 0, len(edges) - 2),
        bucket=numbers(rows, "bucket").astype(np.int64),
        count=counts,
        bin_seconds=np.diff(edges),
    )

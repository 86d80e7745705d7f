"""Who asked the API server for what: the audit log, or ``apiserver_request_total`` by user agent, shows the same.

Clients are roles such as ``kubelet`` (all of them together), ``scheduler`` or ``replicaset-controller``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from plimsoll.measurement.columns import Steps, categories, numbers
from plimsoll.measurement.traffic import FIRST_ERROR_CODE, TOO_MANY_REQUESTS

if TYPE_CHECKING:
    import pyarrow as pa

    from plimsoll.measurement.columns import Booleans, Floats


@dataclass(frozen=True, slots=True)
class Requests:
    """Requests that were alike."""

    count: int
    seconds: float
    """All of them together, waits at the client's own limiter left out."""
    rate: Steps
    """Per second, by window."""

    @property
    def mean_seconds(self) -> float:
        """The mean time of one; 0 where there was none."""
        return self.seconds / self.count if self.count else 0.0

    @property
    def peak_per_second(self) -> float:
        """In the busiest window."""
        return float(self.rate.values.max()) if self.rate.values.size else 0.0


class Clients:
    """The ``requests`` table."""

    def __init__(self, table: pa.Table, run_seconds: float) -> None:
        self.run_seconds = run_seconds
        self._client, self._verb = categories(table, "client"), categories(table, "verb")
        self._resource, self._measure = categories(table, "resource"), categories(table, "measure")
        self._code = numbers(table, "code")
        self._start, self._window = numbers(table, "windowStartSeconds"), numbers(table, "windowSeconds")
        self._count, self._seconds = numbers(table, "count"), numbers(table, "secondsSum")

    @property
    def names(self) -> tuple[str, ...]:
        """Every client that asked for anything, by name."""
        codes = np.unique(self._client.codes).tolist()
        return tuple(sorted(self._client.words[code] for code in codes if code >= 0))

    def requests(
        self, client: str | None = None, verb: str | None = None, resource: str | None = None, code: int | None = None
    ) -> Requests:
        """Requests of a client (None: of all), of a verb, for a resource, answered with an HTTP status."""
        return self._sum(self._rows("latency", client, verb, resource, code))

    def errors(self, client: str | None = None) -> Requests:
        """Requests answered with 400 or above."""
        return self._sum(self._rows("latency", client, None, None, None) & (self._code >= FIRST_ERROR_CODE))

    def refused(self, client: str | None = None) -> Requests:
        """Requests answered with 429."""
        return self.requests(client, code=TOO_MANY_REQUESTS)

    def in_flight(self) -> Steps:
        """Requests under way by window, by Little's law; watches left out, which take no slot of an in-flight limit."""
        rows = self._measure.are("latency") & ~self._verb.are("WATCH")
        return self._per_second(rows, self._seconds[rows])

    def own_waits(self, client: str) -> Requests:
        """Waits at the limiter of a client that is this program itself: ``driver`` or ``observer``."""
        return self._sum(self._rows("throttle", client, None, None, None))

    def _rows(
        self, measure: str, client: str | None, verb: str | None, resource: str | None, code: int | None
    ) -> Booleans:
        rows = self._measure.are(measure)
        for column, word in ((self._client, client), (self._verb, verb), (self._resource, resource)):
            if word is not None:
                rows = rows & column.are(word)
        return rows if code is None else rows & (self._code == code)

    def _sum(self, rows: Booleans) -> Requests:
        count, seconds = self._count[rows], self._seconds[rows]
        return Requests(int(count.sum()), float(seconds.sum()), self._per_second(rows, count))

    def _per_second(self, rows: Booleans, weights: Floats) -> Steps:
        """What the rows of each window weigh together, over the window's length."""
        starts, inverse = np.unique(self._start[rows], return_inverse=True)
        windows = np.zeros(starts.size)
        np.maximum.at(windows, inverse, self._window[rows])
        totals = np.bincount(inverse, weights=weights, minlength=starts.size)
        return Steps(starts, np.divide(totals, windows, out=np.zeros(starts.size), where=windows > 0))

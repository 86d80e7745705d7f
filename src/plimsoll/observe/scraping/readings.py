"""From pages of metrics to values of series: sums of gauges, and what counters have grown by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import NamedTuple

from plimsoll.observe.scraping.exposition import Sample, samples
from plimsoll.observe.scraping.metricmap import CPUS, PROCESS_START, Rule, names_of

Totals = tuple[float, float]
"""A counter and zero, or a histogram's sum and count."""


class Value(NamedTuple):
    """What a page says of one instance of a series."""

    series: str
    instance: str
    value: float


class PageReader:
    """Reads the pages of one target, one after the other.

    A counter that is less than it was began anew; what it shows then is what it grew by. A process that answers for the
    first time gives no rates: several processes may answer by turns, and each is compared with itself.
    """

    def __init__(self, rules: Sequence[Rule], node: str = "") -> None:
        self._rules = tuple(rules)
        self._node = node
        self._names = names_of(self._rules)
        self._before: dict[float, tuple[float, dict[tuple[str, str], Totals]]] = {}

    @property
    def processes(self) -> int:
        """How many processes have answered so far."""
        return len(self._before)

    def read(self, page: bytes, now_seconds: float, unix_seconds: float) -> list[Value]:
        """The values of a page that came now. Raises :class:`ExpositionError`."""
        by_name: dict[str, list[Sample]] = defaultdict(list)
        for sample in samples(page, self._names):
            if isfinite(sample.value):
                by_name[sample.name].append(sample)
        started = max((sample.value for sample in by_name[PROCESS_START]), default=0.0)
        before_seconds, before = self._before.get(started, (now_seconds, {}))
        totals: dict[tuple[str, str], Totals] = {}
        values: list[Value] = []
        for rule in self._rules:
            for instance, total in _totals(rule, by_name, self._node).items():
                value: float | None
                if rule.reading in {"rate", "share", "mean"}:
                    totals[rule.series, instance] = total
                    elapsed_seconds = now_seconds - before_seconds
                    value = _grown(
                        rule, total, before.get((rule.series, instance)), elapsed_seconds, known=bool(before)
                    )
                else:
                    value = unix_seconds - total[0] if rule.reading == "age" else total[0]
                if rule.reading == "share":
                    value = _share(value, by_name)
                if value is not None:
                    values.append(Value(rule.series, instance, value))
        self._before[started] = now_seconds, totals
        return values


def _totals(rule: Rule, by_name: Mapping[str, list[Sample]], node: str) -> dict[str, Totals]:
    """What the first of the rule's metrics that the page has says, by instance."""
    for metric in rule.metrics:
        sums: dict[str, float] = defaultdict(float)
        counts: dict[str, float] = defaultdict(float)
        found = by_name.get(f"{metric}_sum" if rule.reading == "mean" else metric, ())
        for instance, value in _applicable(rule, found, node):
            sums[instance] = max(sums[instance], value) if rule.reading == "greatest" else sums[instance] + value
        if rule.reading == "mean":
            for instance, value in _applicable(rule, by_name.get(f"{metric}_count", ()), node):
                counts[instance] += value
        if found:
            return {instance: (value, counts[instance]) for instance, value in sums.items()}
    return {}


def _applicable(rule: Rule, found: Sequence[Sample], node: str) -> Iterator[tuple[str, float]]:
    for sample in found:
        labels = sample.labels
        if all(labels.get(label, "") in allowed for label, allowed in rule.where.items() if label in labels):
            parts = [labels[label] for label in rule.instance if labels.get(label)]
            yield (_instance(parts) if rule.instance else rule.called or node), sample.value


def _instance(parts: Sequence[str]) -> str:
    name = ".".join(parts)
    return {"readOnly": "readonly"}.get(name, name)


def _share(used: float | None, by_name: Mapping[str, list[Sample]]) -> float | None:
    """A rate of CPU seconds as a share of the CPUs that the process may use, where it tells how many."""
    cpus = sum(sample.value for sample in by_name.get(CPUS, ()))
    return used / cpus if used is not None and cpus else None


def _grown(rule: Rule, now: Totals, before: Totals | None, elapsed_seconds: float, *, known: bool) -> float | None:
    """Rate or mean of what came since; None where there is nothing to compare with."""
    if not known or elapsed_seconds <= 0:
        return None
    earlier = before or (0.0, 0.0)  # a label that is new began at zero
    if now[0] < earlier[0] or now[1] < earlier[1]:
        earlier = (0.0, 0.0)
    if rule.reading != "mean":
        return (now[0] - earlier[0]) / elapsed_seconds
    counted = now[1] - earlier[1]
    return (now[0] - earlier[0]) / counted if counted else 0.0

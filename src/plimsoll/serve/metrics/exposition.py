"""The Prometheus text format, version 0.0.4."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

CONTENT_TYPE = b"text/plain; version=0.0.4; charset=utf-8"

_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sample:
    """One line: ``suffix`` is what histograms add to the family's name."""

    value: float
    labels: Labels
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Family:
    """All samples of one metric."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    description: str
    samples: Sequence[Sample]


def histogram(
    counts: Mapping[float, int], total_seconds: float, labels: Labels, bounds: Sequence[float]
) -> list[Sample]:
    """The samples of one histogram from how often each value occurred."""
    samples, below = [], 0
    ordered = sorted(counts)
    position = 0
    for bound in bounds:
        while position < len(ordered) and ordered[position] <= bound:
            below += counts[ordered[position]]
            position += 1
        samples.append(Sample(below, {**labels, "le": _number(bound)}, "_bucket"))
    count = sum(counts.values())
    return [
        *samples,
        Sample(count, {**labels, "le": "+Inf"}, "_bucket"),
        Sample(total_seconds, labels, "_sum"),
        Sample(count, labels, "_count"),
    ]


def summary(count: int, total_seconds: float, labels: Labels) -> list[Sample]:
    """The samples of a histogram of which no more is known than the sum and the number of its values."""
    return histogram({0.0: count} if count else {}, total_seconds, labels, ())


def render(families: Iterable[Family]) -> bytes:
    """The page."""
    lines: list[str] = []
    for family in families:
        lines += (f"# HELP {family.name} {family.description}", f"# TYPE {family.name} {family.kind}")
        lines += (
            f"{family.name}{sample.suffix}{_labels(sample.labels)} {_number(sample.value)}" for sample in family.samples
        )
    return ("\n".join(lines) + "\n").encode()


def _labels(labels: Labels) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{value.translate(_ESCAPES)}"' for name, value in labels.items()) + "}"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)

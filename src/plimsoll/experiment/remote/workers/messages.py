"""What is said between the leading process and its workers: JSON, a line each, however the lines travel.

The first line to a worker is its :class:`Order`, then a :class:`Task` for each phase; the end of the lines ends the
worker, so that no worker outlives its leader. A worker says that it is there with an empty :class:`Progress`, and
answers a task with more, the last of them marked so. Lines may be heard twice, as those of a log that is read again;
each has a number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson

from plimsoll.driver.tally import GivenUp, Tally
from plimsoll.telemetry import RequestRow


@dataclass(frozen=True, slots=True)
class Order:
    """What a worker has to know once. ``epoch_seconds`` is the Unix time of second zero of the run."""

    scenario: Mapping[str, Any]
    load: str
    number: int
    workers: int
    context: str
    kubeconfig: str | None
    connections: int
    requests_per_second: float | None
    burst: int
    epoch_seconds: float
    version: str
    """Of Plimsoll: a worker of another one would plan another load."""


@dataclass(frozen=True, slots=True)
class Task:
    """A phase to do one's share of, by its place in the plan, and the namespaces known to be somebody else's."""

    phase: int
    foreign: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """What a worker has done since it last spoke."""

    number: int = 0
    """Counts a worker's lines, from 0."""
    sent: int = 0
    over: bool = False
    """The task is done."""
    foreign: tuple[str, ...] = ()
    requests: tuple[RequestRow, ...] = ()
    created: Mapping[str, int] = field(default_factory=dict)
    existing: Mapping[str, int] = field(default_factory=dict)
    given_up: tuple[tuple[str, str, str, int], ...] = ()
    retries: int = 0


def encode(message: Order | Task | Progress) -> bytes:
    """A message as a line."""
    return orjson.dumps(asdict(message), default=tuple) + b"\n"  # rows are named tuples


def read_order(line: bytes) -> Order:
    """The order in a line."""
    return Order(**orjson.loads(line))


def read_task(line: bytes) -> Task:
    """The task in a line."""
    document = orjson.loads(line)
    return Task(document["phase"], tuple(document["foreign"]))


def read_progress(line: bytes) -> Progress:
    """The progress in a line."""
    document = orjson.loads(line)
    rows = tuple(RequestRow(*row) for row in document.pop("requests"))
    return Progress(**{**document, "foreign": tuple(document["foreign"]), "requests": rows})


def take(tally: Tally) -> dict[str, Any]:
    """What a tally has counted since it was last taken, as fields of a progress; it counts from zero again."""
    fields: dict[str, Any] = {
        "created": dict(tally.created),
        "existing": dict(tally.existing),
        "given_up": tuple((*failure, count) for failure, count in tally.given_up.items()),
        "retries": tally.retries,
    }
    tally.created, tally.existing, tally.given_up, tally.retries = Counter(), Counter(), Counter(), 0
    return fields


def add(tally: Tally, progress: Progress) -> None:
    """Count what a worker has done as done."""
    tally.created.update(progress.created)
    tally.existing.update(progress.existing)
    tally.retries += progress.retries
    for verb, kind, reason, count in progress.given_up:
        tally.given_up[GivenUp(verb, kind, reason)] += count

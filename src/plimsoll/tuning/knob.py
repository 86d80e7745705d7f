"""Knobs: parameters of a scenario that a search may turn, and the values it may try, ordered by safety."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

from plimsoll.tuning.search.questions import Point

Number: TypeAlias = int | float
Safer: TypeAlias = Literal["more", "less"]


class Follower(NamedTuple):
    """A setting that goes with a knob, at a fixed ratio: the burst of a limiter is twice its rate."""

    name: str
    factor: float


@dataclass(frozen=True, slots=True)
class Knob:
    """A parameter, e.g. ``kubelet.kubeAPIQPS`` or ``podsPerNode``, and its candidate values, the least safe first."""

    name: str
    values: tuple[Number, ...]
    reason: str = ""
    """Why more, or less, of it is safer."""
    followers: tuple[Follower, ...] = ()

    @property
    def size(self) -> int:
        """How many values it has."""
        return len(self.values)

    @property
    def safer(self) -> Safer:
        """Whether larger values are the safer ones."""
        return "less" if self.values[0] > self.values[-1] else "more"

    def changes(self, value: Number) -> dict[str, Number]:
        """What has to be set to give the knob a value: itself, and what follows it."""
        return {self.name: value} | {each.name: _like(value, value * each.factor) for each in self.followers}

    def with_margin(self, value: Number, factor: float) -> Number:
        """The value with a safety margin: ``factor`` times as much, or as little, rounded to a value of the grid.

        Rounded up to the next safer value; not beyond the safest, which is all that was looked at.
        """
        wanted = value * factor if self.safer == "more" else value / factor
        safe_enough = (each for each in self.values if (each >= wanted if self.safer == "more" else each <= wanted))
        return next(safe_enough, self.values[-1])

    def without_followers(self, names: Iterable[str]) -> Knob:
        """The knob, where some of its followers are somebody else's business."""
        kept = tuple(each for each in self.followers if each.name not in set(names))
        return Knob(self.name, self.values, self.reason, kept)


def changes_at(knobs: Sequence[Knob], point: Point) -> dict[str, Number]:
    """What has to be set at a point. A knob that is turned itself follows no other."""
    turned = {knob.name for knob in knobs}
    changes: dict[str, Number] = {}
    for knob, index in zip(knobs, point, strict=True):
        changes |= knob.without_followers(turned).changes(knob.values[index])
    return changes


def spelled(changes: Mapping[str, Any]) -> str:
    """Changes as one types them: ``kubelet.kubeAPIQPS=25 kubelet.kubeAPIBurst=50``."""
    return " ".join(f"{name}={value}" for name, value in changes.items())


def _like(model: Number, value: float) -> Number:
    return round(value) if isinstance(model, int) else value

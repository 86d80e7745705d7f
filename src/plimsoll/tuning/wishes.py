"""What a user wants turned: ``NAME``, or ``NAME=RANGE``, made a knob of the scenario at hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plimsoll.errors import Complaint, InputError, Place
from plimsoll.tuning.application import applied, present
from plimsoll.tuning.grids import parse_grid, spread
from plimsoll.tuning.knob import Knob, Number
from plimsoll.tuning.known import KNOWN_KNOBS, KnownKnob

if TYPE_CHECKING:
    from plimsoll.scenario.loading import LoadedScenario

UNKNOWN_REASON = "not known; larger values are assumed to be safer, and spot checks look for the contrary"

UNKNOWN_LOAD_REASON = "not known; larger values are assumed to be more load"


@dataclass(frozen=True, slots=True)
class KnobWish:
    """A knob as it was asked for; ``flag`` is for complaints."""

    name: str
    values: tuple[Number, ...] | None
    flag: str = "--knob"

    @property
    def place(self) -> Place:
        """Where the wish stands."""
        return Place(f"{self.flag} {self.name}")


def parse_wish(text: str, flag: str = "--knob") -> KnobWish:
    """Read ``kubelet.kubeAPIQPS=5:100``, or a name alone. ``InputError`` where it is neither."""
    name, separator, values = text.partition("=")
    name = name.strip()
    if not name:
        remedy = "Write e.g. kubelet.kubeAPIQPS, or kubelet.kubeAPIQPS=5:100"
        raise InputError(Complaint(Place(flag), f"{text!r} names no parameter", remedy))
    return KnobWish(name, parse_grid(values, Place(f"{flag} {name}")) if separator else None, flag)


def knob_of(wish: KnobWish, loaded: LoadedScenario) -> Knob:
    """The knob that a wish asks for, tried on the scenario. ``InputError`` if it has no such parameter, or no range."""
    known = KNOWN_KNOBS.get(wish.name)
    value = present(loaded, wish.name, wish.place)
    if not isinstance(value, int | float) or isinstance(value, bool):
        problem = f"its value is {value!r}, and only numbers can be searched"
        raise InputError(Complaint(wish.place, problem, "Compare two values with `plimsoll sweep` instead"))
    values = wish.values or _default_range(known, wish)
    if known is not None and known.safer == "less":
        values = tuple(reversed(values))
    knob = Knob(
        wish.name, values, known.reason if known else UNKNOWN_REASON, known.followers if known is not None else ()
    )
    for end in (values[0], values[-1]):
        applied(loaded, knob.changes(end), wish.place)
    return knob


def load_of(wish: KnobWish, loaded: LoadedScenario) -> Knob:
    """The load whose largest value is wanted, the heaviest first; of what is not known, more is taken for heavier."""
    knob = knob_of(wish, loaded)
    if wish.name in KNOWN_KNOBS and KNOWN_KNOBS[wish.name].safer == "more":
        problem = "more of it makes a load easier, not heavier"
        raise InputError(Complaint(wish.place, problem, "Find its lowest safe value with `plimsoll tune --knob`"))
    if wish.name in KNOWN_KNOBS:
        return knob
    return Knob(knob.name, tuple(sorted(knob.values, reverse=True)), UNKNOWN_LOAD_REASON)


def _default_range(known: KnownKnob | None, wish: KnobWish) -> tuple[Number, ...]:
    if known is None or known.low is None or known.high is None:
        raise InputError(Complaint(wish.place, "it needs a range", f"Write {wish.flag} {wish.name}=LOW:HIGH"))
    return spread(known.low, known.high)

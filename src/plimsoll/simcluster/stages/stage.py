"""A stage as an object says it: whom it is for, how likely it is, when it comes, and what happens then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from plimsoll.kube.durations import parse_duration
from plimsoll.kube.timestamps import parse_rfc3339
from plimsoll.simcluster.stages.queries import Query, parse_query
from plimsoll.simcluster.stages.selection import StageSelector, read_selector

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from plimsoll.kernel import Random
    from plimsoll.kube.resources import Object
    from plimsoll.simcluster.recording import EventType

LONGEST_SECONDS = 1e9


@dataclass(frozen=True, slots=True)
class Duration:
    """A number of seconds, or what an object says in its stead: a duration, or the time until which to wait."""

    seconds: float | None
    query: Query | None

    def of(self, value: Object, unix_now: float) -> float | None:
        """The seconds for an object; None where nothing says."""
        for text in self.query.texts(value) if self.query is not None else ():
            moment = parse_rfc3339(text)
            if moment is not None:
                return max(moment - unix_now, 0.0)
            try:
                return min(parse_duration(text), LONGEST_SECONDS)
            except ValueError:
                continue
        return self.seconds


@dataclass(frozen=True, slots=True)
class Delay:
    """How long after an object is selected a stage comes: a draw from [duration, jitter)."""

    duration: Duration
    jitter: Duration

    def draw(self, value: Object, unix_now: float, random: Random) -> float:
        """Seconds; where the jitter is less than the duration it is taken instead, as KWOK has it."""
        duration, jitter = self.duration.of(value, unix_now) or 0.0, self.jitter.of(value, unix_now)
        if jitter is None:
            return duration
        return jitter if jitter < duration else duration + (jitter - duration) * random.random()


@dataclass(frozen=True, slots=True)
class Event:
    """Tell of it. An empty message is the one that the stage's transition has for it."""

    type: EventType
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Finalizers:
    """Change an object's finalizers."""

    add: tuple[str, ...]
    remove: frozenset[str]
    empty: bool


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete the object, without grace."""


@dataclass(frozen=True, slots=True)
class Transition:
    """Change the object's status as the stage of this name does."""

    name: str


Action = Event | Finalizers | Delete | Transition


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage that can be followed."""

    name: str
    kind: str
    selector: StageSelector
    weight: int
    weight_from: Query | None
    delay: Delay
    actions: tuple[Action, ...]

    def weight_for(self, value: Object) -> int:
        """How likely it is beside others that select the same object."""
        for text in self.weight_from.texts(value) if self.weight_from is not None else ():
            if text.isdecimal() and len(text) < 10:  # noqa: PLR2004 - digits of a plausible weight
                return int(text)
        return self.weight


def choose(stages: Sequence[Stage], value: Object, random: Random) -> Stage | None:
    """The stage that an object goes into next: at random by weight; where nobody has any all are alike."""
    candidates = [stage for stage in stages if stage.selector.matches(value)]
    if len(candidates) <= 1:
        return candidates[0] if candidates else None
    weights = [stage.weight_for(value) for stage in candidates]
    return random.choices(candidates, weights)[0] if any(weights) else random.choice(candidates)


def read_stage(value: Object, transitions: Mapping[str, Collection[str]]) -> Stage:
    """Read a ``Stage`` object; ``ValueError`` says what about it cannot be followed.

    ``transitions`` are the names of the stages whose status templates are known, by the kind that they are for.
    """
    name, spec = value["metadata"]["name"], value.get("spec") or {}
    kind = (spec.get("resourceRef") or {}).get("kind", "")
    if kind not in transitions:
        raise ValueError(
            f"it is for the kind {kind!r}; only stages for {' and '.join(sorted(transitions))} are followed"
        )
    weight_from = _query(spec.get("weightFrom"))
    is_known = name in transitions[kind]

    def transition() -> Transition:
        if not is_known:
            raise ValueError(f"it has a template, and {name!r} is none of the stages whose templates are known")
        return Transition(name)

    actions = [*_flat_actions(spec.get("next") or {}, transition, is_known=is_known)]
    for step in spec.get("steps") or ():
        actions += _step_actions(step, transition, is_known=is_known)
    delay = spec.get("delay") or {}
    read = Delay(_duration(delay, "duration"), _duration(delay, "jitterDuration"))
    selector = read_selector(spec.get("selector"))
    return Stage(name, kind, selector, int(spec.get("weight") or 0), weight_from, read, tuple(actions))


def _duration(delay: Any, name: str) -> Duration:
    milliseconds = delay.get(f"{name}Milliseconds")
    seconds = None if milliseconds is None else min(max(milliseconds / 1000, 0.0), LONGEST_SECONDS)
    return Duration(seconds, _query(delay.get(f"{name}From")))


def _query(source: Any) -> Query | None:
    """Where a value is taken from: in the older form of stages, or in the newer."""
    if not source:
        return None
    if "cel" in source:
        raise ValueError("it has an expression in CEL")
    text = (source.get("jq") or {}).get("expression") or source.get("expressionFrom")
    if not text:
        raise ValueError("it takes a value from something that is no query in jq")
    return parse_query(text)


def _flat_actions(following: Any, transition: Callable[[], Transition], *, is_known: bool) -> list[Action]:
    """The actions of ``next``, in KWOK's order: what is deleted has no status to change."""
    actions: list[Action] = []
    if following.get("event"):
        actions.append(_event(following["event"], is_known=is_known))
    if following.get("finalizers"):
        actions.append(_finalizers(following["finalizers"]))
    if following.get("delete"):
        actions.append(Delete())
    elif (following.get("statusTemplate") or "").strip() or following.get("patches"):
        actions.append(transition())
    return actions


def _step_actions(step: Any, transition: Callable[[], Transition], *, is_known: bool) -> list[Action]:
    if "patch" in step:
        return [transition()]
    if "apply" in step:
        raise ValueError("it applies an object from a template")
    return _flat_actions(step, transition, is_known=is_known)


def _event(event: Any, *, is_known: bool) -> Event:
    message = event.get("message", "")
    if "{{" in message:
        if not is_known:
            raise ValueError("its event has a template")
        message = ""
    return Event("Warning" if event.get("type") == "Warning" else "Normal", event.get("reason", ""), message)


def _finalizers(change: Any) -> Finalizers:
    add = tuple(one["value"] for one in change.get("add") or () if one.get("value"))
    remove = frozenset(one.get("value", "") for one in change.get("remove") or ())
    return Finalizers(add, remove, bool(change.get("empty")))

"""Candidate values: what ``LOW:HIGH``, ``LOW:HIGH:STEP``, ``LOW:HIGH:xFACTOR`` and ``A,B,C`` stand for."""

from __future__ import annotations

import math
from collections.abc import Iterator

from plimsoll.errors import Complaint, InputError, Place
from plimsoll.tuning.knob import Number

MOST_VALUES = 10_000
"""A finer grid would promise a precision that no model has."""
_WIDE = 40
"""From this ratio of highest to lowest on, equal ratios are of more use than equal steps."""
_STEPS_WANTED = 20
_PREFERRED = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
"""Ten round numbers to a decade, about equally far apart in ratio (as the R10 series of ISO 3, rounded)."""

_FORM = "Write LOW:HIGH, LOW:HIGH:STEP, LOW:HIGH:xFACTOR or a list such as 5,10,25"


def parse_grid(text: str, place: Place) -> tuple[Number, ...]:
    """The values of a range or list, in the order in which they rise; ``InputError`` at ``place`` if it is neither."""
    try:
        values = tuple(sorted(set(_values(text))))
    except ValueError as error:
        raise InputError(Complaint(place, f"{text!r} is no range: {error}", _FORM)) from None
    if not values:
        raise InputError(Complaint(place, f"{text!r} holds no value", _FORM))
    return values


def _values(text: str) -> list[Number]:
    if ":" not in text:
        return [_number(part) for part in text.split(",")]
    low_text, high_text, *rest = text.split(":")
    low, high = sorted((_number(low_text), _number(high_text)))
    if len(rest) > 1:
        raise ValueError("it has more than three parts")
    if not rest:
        return list(spread(low, high))
    step = rest[0].strip()
    return _by_factor(low, high, _number(step[1:])) if step.startswith("x") else _by_step(low, high, _number(step))


def spread(low: Number, high: Number) -> tuple[Number, ...]:
    """About twenty round values from ``low`` to ``high``, both included: in equal steps, or in equal ratios if far apart."""
    if low == high:
        return (low,)
    if low > 0 and high / low >= _WIDE:
        between = [value for value in _preferred(low, high) if low < value < high]
    else:
        step = _round_step((high - low) / _STEPS_WANTED, whole=_whole(low, high))
        first = math.floor(low / step + 1) * step
        between = [first + number * step for number in range(math.ceil((high - first) / step))]
    return tuple(sorted({low, high, *(_as(value, low, high) for value in between if low < value < high)}))


def _preferred(low: Number, high: Number) -> Iterator[float]:
    for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1):
        yield from (float(f"{mantissa * 10.0**power:.3g}") for mantissa in _PREFERRED)


def _round_step(step: float, *, whole: bool) -> float:
    power = 10.0 ** math.floor(math.log10(step))
    rounded = next(nice * power for nice in (1, 2, 5, 10) if nice * power >= step * (1 - 1e-9))
    return max(1.0, rounded) if whole else rounded


def _by_step(low: Number, high: Number, step: Number) -> list[Number]:
    if step <= 0:
        raise ValueError("a step is more than zero")
    _check_count((high - low) / step)
    return [low + number * step for number in range(math.floor((high - low) / step + 1e-9) + 1)]


def _by_factor(low: Number, high: Number, factor: Number) -> list[Number]:
    if factor <= 1 or low <= 0:
        raise ValueError("a factor is more than one, and what it multiplies more than zero")
    count = math.log(high / low, factor)
    _check_count(count)
    return [_as(low * factor**number, low, high) for number in range(math.floor(count + 1e-9) + 1)]


def _check_count(count: float) -> None:
    if count > MOST_VALUES:
        raise ValueError(f"it has more than {MOST_VALUES:,} values")


def _number(text: str) -> Number:
    try:
        return int(text)
    except ValueError:
        number = _fraction(text)
    if not math.isfinite(number):
        raise ValueError(f"{text.strip()} is not finite")
    return number


def _fraction(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{text.strip()!r} is no number") from None


def _whole(low: Number, high: Number) -> bool:
    return isinstance(low, int) and isinstance(high, int)


def _as(value: float, low: Number, high: Number) -> Number:
    """A whole number where the range is given in whole numbers."""
    return round(value) if _whole(low, high) else float(f"{value:.6g}")

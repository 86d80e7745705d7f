"""Values that are a number or a percentage, such as ``maxSurge`` (apimachinery/pkg/util/intstr)."""

from __future__ import annotations

import math

_PERCENT = 100


def scaled_value(value: int | str, total: int, *, round_up: bool) -> int:
    """The number that ``value`` stands for where ``total`` is the whole; ``ValueError`` where it is neither form."""
    if isinstance(value, int):
        return value
    if not value.endswith("%"):
        raise ValueError(f"{value!r} is neither a number nor a percentage")
    exact = int(value[:-1]) * total / _PERCENT
    return math.ceil(exact) if round_up else math.floor(exact)

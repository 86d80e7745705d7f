"""Kubernetes quantities: ``500m`` of CPU, ``32Gi`` of memory, ``100kB`` of data.

The grammar is that of ``k8s.io/apimachinery/pkg/api/resource``: a decimal number and one suffix, either binary (``Ki``),
decimal (``k``, ``M``) or an exponent (``1e3``). People who write load descriptions also write ``kB`` and ``MB``, so a
trailing ``B`` after a suffix is taken as the unit it is.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction
from functools import lru_cache

_SUFFIXES: dict[str, Fraction] = {
    "n": Fraction(1, 10**9),
    "u": Fraction(1, 10**6),
    "m": Fraction(1, 1000),
    "": Fraction(1),
    **{letter: Fraction(1000 ** (power + 1)) for power, letter in enumerate("kMGTPE")},
    **{f"{letter}i": Fraction(1024 ** (power + 1)) for power, letter in enumerate("KMGTPE")},
}
_QUANTITY = re.compile(
    r"(?P<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+))(?:(?P<exponent>[eE][+-]?\d{1,2})|(?P<suffix>[numkMGTPE]|[KMGTPE]i)?(?P<byte>B)?)"
)
_LONGEST = 64  # characters; a longer text is no quantity, and its digits would only cost time
_MILLI = 1000
_KEPT = 4096  # quantities that are not parsed again: a load has few different ones


def parse_quantity(value: str | float) -> Fraction:
    """Return the exact value of a quantity; ``ValueError`` where it is none, or negative, or not finite."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"{value!r:.80} is not a quantity")
    return _parsed(value)


@lru_cache(maxsize=_KEPT, typed=True)
def _parsed(value: str | float) -> Fraction:
    if isinstance(value, int | float):
        if not math.isfinite(value):
            raise ValueError(f"{value!r} is not a finite quantity")
        exact = Fraction(value) if isinstance(value, int) else Fraction(repr(value))
    else:
        exact = _parse_text(value.strip())
    if exact < 0:
        raise ValueError(f"a quantity cannot be negative, and {value!r} is")
    return exact


def parse_cpu(value: str | float) -> int:
    """Return millicores, rounded up as the API server does: ``0.5`` and ``500m`` are 500, ``1`` is 1000."""
    return math.ceil(parse_quantity(value) * _MILLI)


def parse_memory(value: str | float) -> int:
    """Return bytes, rounded up: ``1Ki`` is 1024, ``1k`` and ``1kB`` are 1000."""
    return math.ceil(parse_quantity(value))


def format_cpu(millicores: int) -> str:
    """Write millicores the way Kubernetes prints them: ``500m``, ``2``."""
    cores, rest = divmod(millicores, _MILLI)
    return f"{millicores}m" if rest else str(cores)


def format_memory(amount_bytes: int) -> str:
    """Write bytes with the largest binary suffix that keeps them exact: ``32Gi``, ``1500``."""
    for power, letter in reversed(list(enumerate("KMGTPE", start=1))):
        if amount_bytes and amount_bytes % 1024**power == 0:
            return f"{amount_bytes // 1024**power}{letter}i"
    return str(amount_bytes)


def _parse_text(text: str) -> Fraction:
    match = _QUANTITY.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        raise ValueError(f"{text[:_LONGEST]!r} is not a quantity such as 500m, 1.5, 64Mi or 100kB")
    if match["exponent"]:
        return Fraction(match["number"] + match["exponent"])
    return Fraction(match["number"]) * _SUFFIXES[match["suffix"] or ""]

"""The one way in which the server writes a quantity, whatever way it was given: ``1000m`` is ``1``, ``0.5Gi`` ``512Mi``.

The rules are those of ``k8s.io/apimachinery/pkg/api/resource`` (``ParseQuantity``, ``CanonicalizeBytes``), with their
odd corners: a text that is nearly canonical already is kept as it is.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

FORMAT_WRONG = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
SUFFIX_WRONG = "unable to parse quantity's suffix"
NUMBER_WRONG = "unable to parse numeric part of quantity"

_TEXT = re.compile(r"([+-]?)(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[-+]?\d*)")
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_DECIMAL_SUFFIXES = {exponent: suffix for suffix, exponent in _DECIMAL.items()}
_BINARY = {f"{letter}i": 10 * power for power, letter in enumerate("KMGTPE", start=1)}
_BINARY_SUFFIXES = ["", *_BINARY]
_EXPONENT = re.compile(r"[eE]([+-]?\d+)")
_NANO = -9
_KIBI = 1024
_LONGEST = 64  # characters; no quantity that means anything is longer
_LARGEST_EXPONENT = 64
_REMEMBERED = 4096  # texts; a cluster's objects hold a few dozen different ones


@lru_cache(maxsize=_REMEMBERED)
def canonical(text: str) -> str:
    """Return a quantity as the server writes it; ``ValueError``, worded as the server does, where it is none."""
    match = _TEXT.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None or not text:
        raise ValueError(FORMAT_WRONG)
    sign, whole, fraction, suffix = match.groups()
    digits, places = whole.lstrip("0") or "0", fraction or ""
    if not (whole or places):
        raise ValueError(NUMBER_WRONG if suffix or sign or text == "." else FORMAT_WRONG)
    if suffix in _BINARY:
        return _binary(text, sign, digits, places, _BINARY[suffix])
    exponent_match = _EXPONENT.fullmatch(suffix)
    if suffix not in _DECIMAL and not exponent_match:
        raise ValueError(SUFFIX_WRONG)
    exponent = int(exponent_match[1]) if exponent_match else _DECIMAL[suffix]
    if abs(exponent) > _LARGEST_EXPONENT:
        raise ValueError(SUFFIX_WRONG)
    return _decimal(text, sign, digits, places, exponent, plain=bool(exponent_match))


def _binary(text: str, sign: str, digits: str, places: str, power_of_two: int) -> str:
    if not places and int(digits) & 0x07:
        return text
    value = Fraction(int(digits + places) * 2**power_of_two, 10 ** len(places))
    if value < _KIBI or value.denominator != 1:
        return _canonical_decimal(sign, value, plain=False)
    amount, power = value.numerator, 0
    while amount % _KIBI == 0 and power < len(_BINARY):
        amount, power = amount // _KIBI, power + 1
    return f"{_minus(sign)}{amount}{_BINARY_SUFFIXES[power]}"


def _decimal(text: str, sign: str, digits: str, places: str, exponent: int, *, plain: bool) -> str:
    scale, shifted = exponent - len(places), digits + places
    if scale >= _NANO and scale % 3 == 0 and not shifted.endswith("000") and shifted[0] != "0":
        return text
    return _canonical_decimal(sign, Fraction(int(shifted)) * Fraction(10) ** scale, plain=plain)


def _canonical_decimal(sign: str, value: Fraction, *, plain: bool) -> str:
    """Write a value with the largest power of a thousand that leaves it whole, rounded up to billionths."""
    amount, exponent = -(-value.numerator * 10**9 // value.denominator), _NANO
    if not amount:
        return "0"
    while amount % 10 == 0:
        amount, exponent = amount // 10, exponent + 1
    amount, exponent = amount * 10 ** (exponent % 3), exponent - exponent % 3
    if plain:
        return f"{_minus(sign)}{amount}{f'e{exponent}' if exponent else ''}"
    return f"{_minus(sign)}{amount}{_DECIMAL_SUFFIXES.get(exponent, '')}"


def _minus(sign: str) -> str:
    return "-" if sign == "-" else ""

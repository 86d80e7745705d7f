"""Sums of quantities, written as the API writes them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

from plimsoll.apimachinery.decoding.canonicalquantities import canonical
from plimsoll.kube.quantities import parse_quantity

Amounts = Mapping[str, str]

_KIBI = 1024
_SUFFIXES = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")


def exact(amount: object) -> Fraction:
    """The value of a quantity, which may be negative."""
    text = str(amount)
    return -parse_quantity(text[1:]) if text.startswith("-") else parse_quantity(text)


def write(value: Fraction, *, binary: bool) -> str:
    """A value as a quantity, in thousandths at the finest."""
    if binary and value.denominator == 1 and abs(value) >= _KIBI:
        amount, power = value.numerator, 0
        while amount % _KIBI == 0 and power + 1 < len(_SUFFIXES):
            amount, power = amount // _KIBI, power + 1
        return f"{amount}{_SUFFIXES[power]}"
    return canonical(f"{math.ceil(value * 1000)}m")


def add(left: Amounts, right: Amounts) -> dict[str, str]:
    """The sum by name; each is written in the form of its first part that is not zero."""
    total = dict(left)
    for name, amount in right.items():
        if name not in total:
            total[name] = amount
            continue
        first = total[name] if exact(total[name]) else amount
        total[name] = write(exact(total[name]) + exact(amount), binary=str(first).endswith("i"))
    return total


def larger(left: Amounts, right: Amounts) -> dict[str, str]:
    """The larger amount by name."""
    most = dict(left)
    for name, amount in right.items():
        if name not in most or exact(amount) > exact(most[name]):
            most[name] = amount
    return most


def surplus(new: Amounts, old: Amounts) -> dict[str, str]:
    """What ``new`` has more than ``old``, by name; names without more are left out."""
    found = {}
    for name, amount in new.items():
        difference = exact(amount) - exact(old.get(name, "0"))
        if difference > 0:
            found[name] = write(difference, binary=str(amount).endswith("i"))
    return found


def shown(amounts: Amounts) -> str:
    """Amounts as messages list them."""
    return ",".join(f"{name}={amounts[name]}" for name in sorted(amounts))

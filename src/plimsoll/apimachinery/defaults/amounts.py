"""Amounts of resources: rounded up to thousandths, as the API stores them (``SetDefaults_ResourceList``)."""

from __future__ import annotations

import math

from plimsoll.kube.quantities import parse_quantity
from plimsoll.kube.resources import Object


def default_amounts(amounts: Object) -> None:
    """Round what is finer than a thousandth; everything else stays as it was written."""
    for name, amount in amounts.items():
        if isinstance(amount, str) and amount[-1:] in {"n", "u"}:
            amounts[name] = _rounded(amount)


def _rounded(amount: str) -> str:
    thousandths = math.ceil(parse_quantity(amount) * 1000)
    whole, rest = divmod(thousandths, 1000)
    return f"{thousandths}m" if rest else str(whole)

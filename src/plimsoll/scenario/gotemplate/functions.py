"""The functions that templates call: Go's own, and those of the sprig library that make sense for an object's text.

Sprig puts what is worked on last, so that it can be piped. Not here on purpose: what depends on chance, the clock, the
environment or the network, for one seed must replay a run.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations, islice
from math import ceil, comb, floor
from typing import Any

from plimsoll.scenario.gotemplate.printing import formatted, is_true, printed

LAZY = frozenset({"and", "or"})
"""Functions that look at their arguments one by one."""

LONGEST_SEQUENCE = 100_000
LONGEST_TEXT_CHARACTERS = 4 * 1024**2


def _and(*values: Any) -> Any:
    return next((value for value in values if not is_true(value)), values[-1])


def _or(*values: Any) -> Any:
    return next((value for value in values if is_true(value)), values[-1])


def _equals(first: Any, *others: Any) -> bool:
    return any(first == other for other in others)


def _index(value: Any, *keys: Any) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else value[key]
    return value


def _whole(value: Any) -> int:
    """Sprig's ``int``: text that is no number is zero."""
    try:
        return int(float(value)) if not isinstance(value, int) else int(value)
    except (TypeError, ValueError):
        return 0


def _divided(dividend: Any, divisor: Any) -> int:
    """Go's integer division, which cuts off towards zero."""
    quotient = abs(_whole(dividend)) // abs(_whole(divisor))
    return quotient if (_whole(dividend) < 0) == (_whole(divisor) < 0) else -quotient


def _product(*values: Any) -> int:
    result = 1
    for value in values:
        result *= _whole(value)
    return result


def _until(count: Any) -> list[int]:
    return _until_step(0, count, 1 if _whole(count) >= 0 else -1)


def _until_step(start: Any, stop: Any, step: Any) -> list[int]:
    numbers = range(_whole(start), _whole(stop), _whole(step))
    if len(numbers) > LONGEST_SEQUENCE:
        raise ValueError(f"a sequence has at most {LONGEST_SEQUENCE} numbers")
    return list(numbers)


def _sequence(first: Any, last: Any = None) -> str:
    """The numbers up to the last, from 1 where only one bound is given."""
    start, stop = (1, first) if last is None else (_whole(first), last)
    return " ".join(str(number) for number in _until_step(start, _whole(stop) + 1, 1))


def _repeated(count: Any, text: Any) -> str:
    if _whole(count) * len(printed(text)) > LONGEST_TEXT_CHARACTERS:
        raise ValueError("the text would become too long")
    return printed(text) * _whole(count)


def _truncated(length: Any, text: Any) -> str:
    """The first characters, or the last where ``length`` is negative."""
    characters = _whole(length)
    return printed(text)[:characters] if characters >= 0 else printed(text)[characters:]


def _indented(spaces: Any, text: Any) -> str:
    pad = " " * _whole(spaces)
    return pad + printed(text).replace("\n", "\n" + pad)


def _dict(*pairs: Any) -> dict[str, Any]:
    return {printed(key): value for key, value in zip(pairs[::2], pairs[1::2], strict=True)}


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _combination_at(size: Any, index: Any, items: Sequence[Any]) -> list[Any]:
    """kube-burner's IndexToCombination: the combination of so many items at a place in lexical order."""
    return list(next(islice(combinations(items, _whole(size)), _whole(index), None)))


_GO: dict[str, Callable[..., Any]] = {
    "and": _and,
    "or": _or,
    "not": lambda value: not is_true(value),
    "eq": _equals,
    "ne": lambda first, second: first != second,
    "lt": lambda first, second: first < second,
    "le": lambda first, second: first <= second,
    "gt": lambda first, second: first > second,
    "ge": lambda first, second: first >= second,
    "index": _index,
    "len": len,
    "print": lambda *values: "".join(printed(value) for value in values),
    "println": lambda *values: " ".join(printed(value) for value in values) + "\n",
    "printf": formatted,
}

_NUMBERS: dict[str, Callable[..., Any]] = {
    "add": lambda *values: sum(_whole(value) for value in values),
    "add1": lambda value: _whole(value) + 1,
    "sub": lambda first, second: _whole(first) - _whole(second),
    "mul": _product,
    "div": _divided,
    "mod": lambda first, second: _whole(first) - _whole(second) * _divided(first, second),
    "max": lambda *values: max(_whole(value) for value in values),
    "min": lambda *values: min(_whole(value) for value in values),
    "ceil": lambda value: float(ceil(float(value))),
    "floor": lambda value: float(floor(float(value))),
    "int": _whole,
    "int64": _whole,
    "float64": float,
    "atoi": _whole,
    "until": _until,
    "untilStep": _until_step,
    "seq": _sequence,
    "Binomial": lambda items, size: comb(_whole(items), _whole(size)),
    "IndexToCombination": _combination_at,
}

_TEXTS: dict[str, Callable[..., Any]] = {
    "toString": printed,
    "quote": lambda *values: " ".join(json.dumps(printed(value)) for value in values if value is not None),
    "squote": lambda *values: " ".join(f"'{printed(value)}'" for value in values if value is not None),
    "upper": lambda text: printed(text).upper(),
    "lower": lambda text: printed(text).lower(),
    "title": lambda text: printed(text).title(),
    "trim": lambda text: printed(text).strip(),
    "trimSuffix": lambda suffix, text: printed(text).removesuffix(suffix),
    "trimPrefix": lambda prefix, text: printed(text).removeprefix(prefix),
    "replace": lambda old, new, text: printed(text).replace(old, new),
    "contains": lambda part, text: part in printed(text),
    "hasPrefix": lambda prefix, text: printed(text).startswith(prefix),
    "hasSuffix": lambda suffix, text: printed(text).endswith(suffix),
    "repeat": _repeated,
    "trunc": _truncated,
    "indent": _indented,
    "nindent": lambda spaces, text: "\n" + _indented(spaces, text),
    "b64enc": lambda text: base64.b64encode(printed(text).encode()).decode(),
    "b64dec": lambda text: base64.b64decode(printed(text)).decode(),
    "sha256sum": lambda text: hashlib.sha256(printed(text).encode()).hexdigest(),
    "join": lambda separator, values: printed(separator).join(printed(value) for value in values),
    "splitList": lambda separator, text: printed(text).split(separator),
    "toJson": _json,
}

_VALUES: dict[str, Callable[..., Any]] = {
    "default": lambda fallback, value=None: value if is_true(value) else fallback,
    "empty": lambda value: not is_true(value),
    "coalesce": lambda *values: next((value for value in values if is_true(value)), None),
    "ternary": lambda yes, no, condition: yes if condition else no,
    "list": lambda *values: list(values),
    "dict": _dict,
    "get": lambda mapping, key: mapping.get(key, ""),
    "hasKey": lambda mapping, key: key in mapping,
    "keys": sorted,
    "first": lambda values: values[0],
    "last": lambda values: values[-1],
    "has": lambda value, values: value in values,
}

FUNCTIONS: Mapping[str, Callable[..., Any]] = {**_GO, **_NUMBERS, **_TEXTS, **_VALUES}

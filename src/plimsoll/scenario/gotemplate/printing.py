"""Values as Go's fmt package prints and compares them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_VERB = re.compile(r"%([-+# 0]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])")


def printed(value: Any) -> str:
    """What ``{{ value }}`` prints (``%v``)."""
    if value is None:
        return "<no value>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Mapping):
        return f"map[{' '.join(f'{key}:{printed(value[key])}' for key in sorted(value))}]"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{' '.join(printed(each) for each in value)}]"
    return str(value)


def is_true(value: Any) -> bool:
    """Go's truth: everything but false, zero, nil and what is empty."""
    return bool(value)


def formatted(pattern: str, *values: Any) -> str:
    """``printf``: the verbs v, s, d, q, t, f, g, e, x and X; ``ValueError`` for others."""
    left = list(values)

    def one(match: re.Match[str]) -> str:
        flags, width, precision, verb = match.groups()
        if verb == "%":
            return "%"
        if not left:
            return f"%!{verb}(MISSING)"
        return _formatted(left.pop(0), flags, width or "", precision, verb)

    return _VERB.sub(one, pattern)


def _formatted(value: Any, flags: str, width: str, precision: str | None, verb: str) -> str:
    if verb in "vst":
        text = printed(value)
    elif verb == "q":
        text = f'"{printed(value)}"'
    elif verb in "dxX":
        text = format(int(value), verb)
    elif verb in "feg":
        text = format(float(value), f".{precision or 6}{verb}")
    else:
        raise ValueError(f"printf does not know %{verb}")
    if not width:
        return text
    if "-" in flags:
        return text.ljust(int(width))
    return text.zfill(int(width)) if "0" in flags else text.rjust(int(width))

"""Durations as Go and people write them: ``300ms``, ``10m``, ``1h30m``, or a plain number of seconds."""

from __future__ import annotations

import math
import re

SECONDS_PER_UNIT = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ms|[smhd])")
_DURATION = re.compile(rf"(?:{_PART.pattern})+")
_LONGEST = 64  # characters; a longer text is no duration


def parse_duration(value: str | float) -> float:
    """Return seconds; ``ValueError`` where it is no duration, or negative, or not finite."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"{value!r:.80} is not a duration")
    seconds = float(value) if isinstance(value, int | float) else _parse_text(value.strip())
    if not math.isfinite(seconds) or seconds < 0:
        raise ValueError(f"a duration is finite and not negative, and {value!r} is not")
    return seconds


def format_duration(seconds: float) -> str:
    """Write seconds with as few units as keep them to a thousandth: ``1h30m``, ``10m``, ``0.36s``."""
    whole_minutes, rest_seconds = divmod(round(seconds, 3), 60)
    hours, minutes = divmod(int(whole_minutes), 60)
    parts = [f"{hours}h"] if hours else []
    parts += [f"{minutes}m"] if minutes else []
    parts += [f"{rest_seconds:.3f}".rstrip("0").rstrip(".") + "s"] if rest_seconds or not parts else []
    return "".join(parts)


def _parse_text(text: str) -> float:
    if len(text) > _LONGEST:
        raise ValueError(f"{text[:_LONGEST]!r}… is not a duration such as 30s, 10m or 1h30m")
    if re.fullmatch(r"\d+(?:\.\d*)?|\.\d+", text):
        return float(text)
    if not _DURATION.fullmatch(text):
        raise ValueError(f"{text!r} is not a duration such as 300ms, 30s, 10m, 1h30m or a number of seconds")
    return sum(float(number) * SECONDS_PER_UNIT[unit] for number, unit in _PART.findall(text))

"""Numbers as people read them. Every rendering formats through here, so that all of them say the same."""

from __future__ import annotations

import math
from collections.abc import Mapping

NOT_MEASURED = "–"
_EXTREMES = frozenset({"0.0", "0.00", "100.0", "100.00"})


def count(number: float | None) -> str:
    """A number of things: ``50,000``."""
    return NOT_MEASURED if number is None else f"{number:,.0f}"


def rate(number: float | None) -> str:
    """A rate or a mean: three digits that matter, whole from 100 upwards."""
    if number is None:
        return NOT_MEASURED
    if number == 0 or abs(number) >= 100:  # noqa: PLR2004
        return f"{number:,.0f}"
    rounded = float(f"{number:.3g}")  # first, so that 9.999 gets the digits of 10.0
    digits = 2 - math.floor(math.log10(abs(rounded)))
    return f"{rounded:.{min(max(digits, 0), 3)}f}"


def number(value: float | None) -> str:
    """Any number with the three digits that matter, and no more zeros than it has: ``26,555``, ``0.0811``, ``17``."""
    if value is None or math.isnan(value):
        return NOT_MEASURED
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004


def seconds(duration_seconds: float | None) -> str:
    """A latency in the unit that needs the fewest digits: ``850 µs``, ``3.20 ms``, ``9.87 s``, ``2 h 05 min``."""
    if duration_seconds is None or not math.isfinite(duration_seconds):
        return NOT_MEASURED
    magnitude = abs(duration_seconds)
    if magnitude == 0:
        return "0 s"
    if magnitude < 0.000_999_5:  # noqa: PLR2004  what would be rounded to 1,000 µs is 1 ms
        return f"{duration_seconds * 1e6:.0f} µs"
    if magnitude < 0.999_5:  # noqa: PLR2004  likewise 1,000 ms
        return f"{rate(duration_seconds * 1e3)} ms"
    if magnitude < 120:  # noqa: PLR2004
        return f"{rate(duration_seconds)} s"
    return elapsed(duration_seconds)


def elapsed(duration_seconds: float | None) -> str:
    """How long a phase took: ``42 s``, ``4.2 min`` as the article has it, ``8 h 00 min``."""
    if duration_seconds is None or not math.isfinite(duration_seconds):
        return NOT_MEASURED
    if duration_seconds < 60:  # noqa: PLR2004
        return seconds(duration_seconds)
    minutes = duration_seconds / 60
    if minutes < 10:  # noqa: PLR2004
        return f"{minutes:.1f} min"
    if minutes < 119.5:  # noqa: PLR2004
        return f"{minutes:.0f} min"
    hours, minutes_left = divmod(round(minutes), 60)
    return f"{hours} h {minutes_left:02d} min"


def clock(at_seconds: float) -> str:
    """A moment of the run as ``HH:MM:SS`` since it began; hours go on beyond 24."""
    whole = max(0, int(at_seconds))
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def offset(offset_seconds: float, uncertainty_seconds: float) -> str:
    """How far a cluster's clock is from ours: ``47.1 ms ahead of ours, ± 60.3 ms``."""
    ahead = "ahead of" if offset_seconds >= 0 else "behind"
    return f"{seconds(abs(offset_seconds))} {ahead} ours, ± {seconds(uncertainty_seconds)}"


def percent(fraction: float | None) -> str:
    """A share: ``100 %``, ``99.98 %``. Only all is 100 %, and only nothing 0 %, as far as three digits can tell."""
    if fraction is None:
        return NOT_MEASURED
    hundredths = fraction * 100
    if hundredths == round(hundredths):
        return f"{hundredths:.0f} %"
    digits = next((digits for digits in (1, 2) if f"{hundredths:.{digits}f}" not in _EXTREMES), 3)
    return f"{hundredths:.{digits}f} %"


def known(constants: Mapping[str, int]) -> str:
    """How well constants are known: ``61 published, 40 source, 3 guessed``."""
    return ", ".join(f"{number} {status}" for status, number in constants.items())


def quantity(number: float | None, unit: str) -> str:
    """A large quantity with a decimal prefix: ``9.00 GB/s``, ``720 Mb/s``."""
    if number is None:
        return NOT_MEASURED
    for prefix, factor in (("P", 1e15), ("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if abs(number) >= factor:
            return f"{rate(number / factor)} {prefix}{unit}"
    return f"{rate(number)} {unit}"

"""Points in time as the API writes them (RFC 3339, UTC), from seconds on a cluster's clock."""

from __future__ import annotations

import re

_SECONDS_PER_DAY = 86_400
_TIMESTAMP = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)")


def rfc3339(seconds: float, epoch: float = 0.0) -> str:
    """Return the time ``seconds`` after ``epoch`` (Unix seconds) as ``metav1.Time`` prints it: whole seconds, rounded down."""
    return _render(int((epoch + seconds) // 1))


def rfc3339_micro(seconds: float, epoch: float = 0.0) -> str:
    """Return the same as ``metav1.MicroTime`` prints it, with six decimals: leases and ``eventTime`` use it."""
    whole, micros = divmod(round((epoch + seconds) * 1_000_000), 1_000_000)
    return f"{_render(whole)[:-1]}.{micros:06d}Z"


def unix_seconds(text: str) -> float:
    """Return the Unix seconds of what has to be a time; ``ValueError`` where it is none."""
    seconds = parse_rfc3339(text)
    if seconds is None:
        raise ValueError(f"{text[:40]!r} is not a time such as 2020-01-01T00:00:00Z")
    return seconds


def civil_date(unix_day: int) -> tuple[int, int, int]:
    """Return year, month and day of the month of a day counted from 1970-01-01."""
    return _civil(unix_day)


def _days(year: int, month: int, day: int) -> int:
    """Turn a date into days since 1970-01-01: the inverse of :func:`_civil`."""
    shifted_year = year - (month <= 2)  # noqa: PLR2004 - January and February end the shifted year
    era, year_of_era = divmod(shifted_year, 400)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146_097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - 719_468


def parse_rfc3339(text: str) -> float | None:
    """Return the Unix seconds of a ``metav1.Time`` or ``metav1.MicroTime``; None for what is neither."""
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    seconds = _days(year, month, day) * _SECONDS_PER_DAY + hour * 3600 + minute * 60 + second
    return seconds + float(match[7] or 0) - _zone_seconds(match[8])


def _zone_seconds(zone: str) -> int:
    if zone == "Z":
        return 0
    return (-1 if zone[0] == "-" else 1) * (int(zone[1:3]) * 3600 + int(zone[4:]) * 60)


def _render(unix_seconds: int) -> str:
    days, second_of_day = divmod(unix_seconds, _SECONDS_PER_DAY)
    year, month, day = _civil(days)
    hour, rest = divmod(second_of_day, 3600)
    return f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{rest // 60:02d}:{rest % 60:02d}Z"


def _civil(days: int) -> tuple[int, int, int]:
    """Turn days since 1970-01-01 into a date, without ``datetime``, which the simulation may not import.

    Years are counted from 1 March, so that the leap day is the last of its year (Hinnant, "chrono-Compatible Low-Level
    Date Algorithms").
    """
    era, day_of_era = divmod(days + 719_468, 146_097)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted_month = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * shifted_month + 2) // 5 + 1
    month = shifted_month + 3 if shifted_month < 10 else shifted_month - 9  # noqa: PLR2004 - March to December, then January
    return year_of_era + era * 400 + (month <= 2), month, day  # noqa: PLR2004 - January and February end the shifted year

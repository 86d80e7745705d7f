"""Checks of schedules as cron writes them, in the words of the parser that the API uses (robfig/cron, v3)."""

from __future__ import annotations

import re
from functools import cache
from zoneinfo import available_timezones

from plimsoll.apimachinery.validation.fielderrors import Errors, invalid_value

_DESCRIPTORS = {"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"}
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY_NAMES = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MONTHS = {name: n for n, name in enumerate(_MONTH_NAMES, 1)}
_DAYS = {name: n for n, name in enumerate(_DAY_NAMES)}
_BOUNDS: tuple[tuple[int, int, dict[str, int]], ...] = (
    (0, 59, {}),
    (0, 23, {}),
    (1, 31, {}),
    (1, 12, _MONTHS),
    (0, 6, _DAYS),
)
_ZONE_PART = re.compile(r"[A-Za-z._0-9+-]{1,14}")


def check_schedule(schedule: str, field: str) -> Errors:
    """Check a schedule: five fields, or a word such as ``@daily``."""
    problem = schedule_problem(schedule)
    if problem:
        yield invalid_value(field, schedule, problem)
    if "TZ" in schedule:
        yield invalid_value(field, schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead")


def check_time_zone(zone: str | None, field: str) -> Errors:
    """Check that there is a time zone of this name, as far as this machine knows its zones."""
    if zone is None:
        return
    if not zone:
        yield invalid_value(field, zone, "timeZone must be nil or non-empty string")
        return
    parts = zone.split("/")
    if any(part in {".", ".."} or part.startswith("-") or not _ZONE_PART.fullmatch(part) for part in parts):
        yield invalid_value(field, zone, f"unknown time zone {zone}")
    elif zone.lower() == "local":
        detail = "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones"
        yield invalid_value(field, zone, detail)
    elif _zones() and zone not in _zones():
        yield invalid_value(field, zone, f"unknown time zone {zone}")


@cache
def _zones() -> set[str]:
    return available_timezones()


def schedule_problem(schedule: str) -> str:
    """Return what is wrong with a schedule; an empty text where nothing is."""
    text = schedule
    if text.startswith(("TZ=", "CRON_TZ=")):
        text = text.partition(" ")[2].strip()
    if text.startswith("@every "):
        return ""
    if text.startswith("@"):
        return "" if text in _DESCRIPTORS else f"unrecognized descriptor: {text}"
    fields = text.split()
    if len(fields) != len(_BOUNDS):
        return f"expected exactly {len(_BOUNDS)} fields, found {len(fields)}: [{' '.join(fields)}]"
    for value, (low, high, names) in zip(fields, _BOUNDS, strict=True):
        for part in value.split(","):
            problem = _range_problem(part, low, high, names)
            if problem:
                return problem
    return ""


def _range_problem(part: str, low: int, high: int, names: dict[str, int]) -> str:
    span, *steps = part.split("/")
    ends = span.split("-")
    for text in [*(text for text in ends if text not in {"*", "?"} and text.lower() not in names), *steps]:
        if _number(text) is None:
            return f'failed to parse int from {text}: strconv.Atoi: parsing "{text}": invalid syntax'
    if len(ends) > 2:  # noqa: PLR2004 - a range has two ends
        return f"too many hyphens: {part}"
    if len(steps) > 1:
        return f"too many slashes: {part}"
    if ends[0] in {"*", "?"}:
        start, end = low, high
    else:
        numbers = [names.get(text.lower(), _number(text) or 0) for text in ends]
        start, end = numbers[0], high if steps and len(ends) == 1 else numbers[-1]
    problems = (
        (start < low, f"beginning of range ({start}) below minimum ({low}): {part}"),
        (end > high, f"end of range ({end}) above maximum ({high}): {part}"),
        (start > end, f"beginning of range ({start}) beyond end of range ({end}): {part}"),
        (bool(steps) and _number(steps[0]) == 0, f"step of range should be a positive number: {part}"),
    )
    return next((words for wrong, words in problems if wrong), "")


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() else None

"""Cron schedules: when a cron job is due (the five fields and the macros of github.com/robfig/cron, in UTC)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from plimsoll.kube.timestamps import civil_date

_MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_DAYS = {name: number for number, name in enumerate(["sun", "mon", "tue", "wed", "thu", "fri", "sat"])}
_FIELDS = 5
_DAY_SECONDS = 86_400
_MINUTE_SECONDS = 60
_LONGEST_SEARCH_DAYS = 366 * 5
"""A date such as 29 February is at most so far ahead; what is not found by then never comes."""

_THURSDAY = 4  # 1970-01-01


@dataclass(frozen=True, slots=True)
class Schedule:
    """The minutes, hours and days at which something is due."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    any_day: bool
    any_weekday: bool

    def next_after(self, unix_seconds: float) -> int | None:
        """The first moment after this one at which it is due, in Unix seconds; None where it never is."""
        start = int(unix_seconds // _MINUTE_SECONDS + 1) * _MINUTE_SECONDS
        for day in range(start // _DAY_SECONDS, start // _DAY_SECONDS + _LONGEST_SEARCH_DAYS):
            if not self._is_on(day):
                continue
            first = max(start - day * _DAY_SECONDS, 0)
            for hour in sorted(hour for hour in self.hours if hour * 3600 + 3599 >= first):
                for minute in sorted(self.minutes):
                    moment = hour * 3600 + minute * _MINUTE_SECONDS
                    if moment >= first:
                        return day * _DAY_SECONDS + moment
        return None

    def _is_on(self, unix_day: int) -> bool:
        """Whether it is due on a day; where both kinds of days are restricted, either is enough."""
        _, month, day = civil_date(unix_day)
        if month not in self.months:
            return False
        by_date, by_weekday = day in self.days, (unix_day + _THURSDAY) % 7 in self.weekdays
        if self.any_day or self.any_weekday:
            return by_date and by_weekday
        return by_date or by_weekday


def parse_schedule(text: str) -> Schedule:
    """Read a schedule; ``ValueError`` where it is none."""
    fields = _MACROS.get(text.strip(), text).split()
    if len(fields) != _FIELDS:
        raise ValueError(f"{text!r} does not have the five fields of a schedule")
    minutes, hours, days, months, weekdays = fields
    return Schedule(
        minutes=_field(minutes, 0, 59),
        hours=_field(hours, 0, 23),
        days=_field(days, 1, 31),
        months=_field(months, 1, 12, _MONTHS),
        weekdays=_field(weekdays, 0, 6, _DAYS),
        any_day=days[0] in "*?",
        any_weekday=weekdays[0] in "*?",
    )


def _field(text: str, low: int, high: int, names: Mapping[str, int] | None = None) -> frozenset[int]:
    values: set[int] = set()
    for part in text.lower().split(","):
        span, _, step = part.partition("/")
        if span in {"*", "?"}:
            first, last = low, high
        else:
            begin, dash, end = span.partition("-")
            first = _number(begin, names)
            last = _number(end, names) if dash else (high if step else first)
        if not low <= first <= last <= high:
            raise ValueError(f"{part!r} is not within {low} to {high}")
        values.update(range(first, last + 1, _step(step)))
    return frozenset(values)


def _number(text: str, names: Mapping[str, int] | None) -> int:
    return names[text] if names and text in names else int(text)


def _step(text: str) -> int:
    step = int(text) if text else 1
    if step < 1:
        raise ValueError("a step is at least 1")
    return step

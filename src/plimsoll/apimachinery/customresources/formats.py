"""Formats of strings that custom resources' schemas may demand (kube-openapi, pkg/validation/strfmt/default.go).

Formats that are not named here are ignored, as the API server ignores those that it does not know.
"""

from __future__ import annotations

import binascii
import ipaddress
import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

_DATE = r"(\d{4})-(\d{2})-(\d{2})"
_DATE_TIME = re.compile(_DATE + r"[Tt](\d{2}):(\d{2}):(\d{2})(\.\d+)?([Zz]|[+-]\d{2}:?\d{2})")
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_HOSTNAME = re.compile(
    r"(?=.{1,255}$)([a-zA-Z0-9](-?[a-zA-Z0-9]{0,62})?|([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z]{2,63})"
)
_EMAIL = re.compile(r"[^@\s<>\"(),:;\[\]\\]+@[^@\s<>\"(),:;\[\]\\]+")
_MAC = re.compile(
    r"[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}(([:-][0-9a-fA-F]{2}){2})?|([0-9a-fA-F]{4}\.){2,3}[0-9a-fA-F]{4}"
)
_UUID = r"[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?%s[0-9a-fA-F]{3}-?%s[0-9a-fA-F]{3}-?[0-9a-fA-F]{12}"
_ANY_HEX, _VARIANT = "[0-9a-fA-F]", "[89abAB]"
_DURATION_PART = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*([a-zµμ]+)\s*")
_UNIT_NANOSECONDS = {
    ("ns", "nano", "nanos", "nanosecond", "nanoseconds"): 1,
    ("us", "µs", "μs", "micro", "micros", "microsecond", "microseconds"): 10**3,
    ("ms", "milli", "millis", "millisecond", "milliseconds"): 10**6,
    ("s", "sec", "secs", "second", "seconds"): 10**9,
    ("m", "min", "mins", "minute", "minutes"): 60 * 10**9,
    ("h", "hr", "hrs", "hour", "hours"): 3600 * 10**9,
    ("d", "day", "days"): 24 * 3600 * 10**9,
    ("w", "wk", "wks", "week", "weeks"): 7 * 24 * 3600 * 10**9,
}
_NANOSECONDS = {name: factor for names, factor in _UNIT_NANOSECONDS.items() for name in names}
_HEX_COLOUR = re.compile(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_RGB_COLOUR = re.compile(r"rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)")
_MAX_HOUR, _MAX_MINUTE, _MAX_SECOND = 23, 59, 60
_MAX_COLOUR = 255


def has_format(name: str, text: str) -> bool:
    """Whether a text has a format; any text has one that is not known."""
    check = FORMATS.get(name)
    return check is None or check(text)


def _is_date(text: str) -> bool:
    match = re.fullmatch(_DATE, text)
    return match is not None and _is_day(int(match[1]), int(match[2]), int(match[3]))


def _is_day(year: int, month: int, day: int) -> bool:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 1 <= month <= len(_DAYS) and 1 <= day <= _DAYS[month - 1] - (month == 2 and not leap)  # noqa: PLR2004


def _is_date_time(text: str) -> bool:
    match = _DATE_TIME.fullmatch(text)
    if match is None or not _is_day(int(match[1]), int(match[2]), int(match[3])):
        return False
    return int(match[4]) <= _MAX_HOUR and int(match[5]) <= _MAX_MINUTE and int(match[6]) < _MAX_SECOND


def duration_nanoseconds(text: str) -> int:
    """A duration such as ``1h30m`` or ``5 minutes``; ``ValueError`` for other texts."""
    sign, rest = (-1, text[1:]) if text.startswith("-") else (1, text.removeprefix("+"))
    if rest == "0":
        return 0
    total, position = 0, 0
    while position < len(rest):
        part = _DURATION_PART.match(rest, position)
        if part is None or part[2] not in _NANOSECONDS:
            break
        total += round(float(part[1]) * _NANOSECONDS[part[2]])
        position = part.end()
    if not rest or position < len(rest):
        raise ValueError(f"{text!r} is not a duration")
    return sign * total


def _is_duration(text: str) -> bool:
    try:
        duration_nanoseconds(text)
    except ValueError:
        return False
    return True


def _is_base64(text: str) -> bool:
    try:
        b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _is_uri(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme) or text.startswith("/")


def _is_address(version: int) -> Callable[[str], bool]:
    def check(text: str) -> bool:
        try:
            return ipaddress.ip_address(text).version == version
        except ValueError:
            return False

    return check


def _is_cidr(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return "/" in text


def _matches(pattern: str | re.Pattern[str]) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda text: compiled.fullmatch(text) is not None


def _is_rgb(text: str) -> bool:
    match = _RGB_COLOUR.fullmatch(text)
    return match is not None and all(int(part) <= _MAX_COLOUR for part in match.groups())


FORMATS: Mapping[str, Callable[[str], bool]] = {
    "byte": _is_base64,
    "cidr": _is_cidr,
    "date": _is_date,
    "date-time": _is_date_time,
    "datetime": _is_date_time,
    "duration": _is_duration,
    "email": _matches(_EMAIL),
    "hexcolor": _matches(_HEX_COLOUR),
    "hostname": _matches(_HOSTNAME),
    "ipv4": _is_address(4),
    "ipv6": _is_address(6),
    "mac": _matches(_MAC),
    "rgbcolor": _is_rgb,
    "uri": _is_uri,
    "uuid": _matches(_UUID % (_ANY_HEX, _ANY_HEX)),
    "uuid3": _matches(_UUID % ("3", _ANY_HEX)),
    "uuid4": _matches(_UUID % ("4", _VARIANT)),
    "uuid5": _matches(_UUID % ("5", _VARIANT)),
}

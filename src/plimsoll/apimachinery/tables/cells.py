"""What many kinds show in the same way: ages, containers, selectors, lists that are cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from plimsoll.kube.resources import Object
from plimsoll.kube.timestamps import parse_rfc3339

NONE = "<none>"
UNKNOWN = "<unknown>"

_MINUTE = 60
_HOUR = 3600
_DAY_HOURS = 24
_YEAR_HOURS = 24 * 365


def name_of(object_: Object) -> str:
    """The name."""
    return str((object_.get("metadata") or {}).get("name", ""))


def age_of(object_: Object, now: float) -> str:
    """How long ago an object was created."""
    return since((object_.get("metadata") or {}).get("creationTimestamp"), now)


def since(timestamp: str | None, now: float) -> str:
    """How long ago a time was."""
    seconds = unix_seconds(timestamp)
    return UNKNOWN if seconds is None else human_duration(now - seconds)


def unix_seconds(timestamp: str | None) -> float | None:
    """Read a time as the API writes it; none where there is none, or where it is something else."""
    return parse_rfc3339(timestamp) if timestamp else None


def human_duration(seconds: float) -> str:
    """Write a duration with two units at most (apimachinery, pkg/util/duration)."""
    whole = int(seconds)
    if whole < -1:
        return "<invalid>"
    if whole < 2 * _MINUTE:
        return f"{max(0, whole)}s"
    minutes, hours = whole // _MINUTE, whole // _HOUR
    for limit, count, unit, rest, small in (
        (minutes < 10, minutes, "m", whole % _MINUTE, "s"),  # noqa: PLR2004 - from here on seconds do not count
        (minutes < 180, minutes, "m", 0, ""),  # noqa: PLR2004 - three hours
        (hours < 8, hours, "h", minutes % 60, "m"),  # noqa: PLR2004 - a working day
        (hours < 2 * _DAY_HOURS, hours, "h", 0, ""),
        (hours < 8 * _DAY_HOURS, hours // _DAY_HOURS, "d", hours % _DAY_HOURS, "h"),
        (hours < 2 * _YEAR_HOURS, hours // _DAY_HOURS, "d", 0, ""),
        (hours < 8 * _YEAR_HOURS, hours // _YEAR_HOURS, "y", hours // _DAY_HOURS % 365, "d"),
    ):
        if limit:
            return f"{count}{unit}{rest}{small}" if rest else f"{count}{unit}"
    return f"{hours // _YEAR_HOURS}y"


def containers(template: Mapping[str, Any] | None) -> list[str]:
    """Names and images of a template's containers, in two cells."""
    given = ((template or {}).get("spec") or {}).get("containers") or ()
    return [",".join(container.get(key, "") for container in given) for key in ("name", "image")]


def labels_text(labels: Mapping[str, str] | None) -> str:
    """Labels as one would type them."""
    return ",".join(f"{key}={value}" for key, value in sorted((labels or {}).items())) or NONE


def selector_text(selector: Mapping[str, Any] | None) -> str:
    """A selector as one would type it."""
    if selector is None:
        return NONE
    requirements = [(key, f"{key}={value}") for key, value in (selector.get("matchLabels") or {}).items()]
    requirements += [
        (expression.get("key", ""), _expression_text(expression))
        for expression in selector.get("matchExpressions") or ()
    ]
    return ",".join(text for _, text in sorted(requirements)) or NONE


def _expression_text(expression: Mapping[str, Any]) -> str:
    key, values = expression.get("key", ""), ",".join(sorted(expression.get("values") or ()))
    match expression.get("operator"):
        case "In":
            return f"{key} in ({values})"
        case "NotIn":
            return f"{key} notin ({values})"
        case "Exists":
            return str(key)
        case _:
            return f"!{key}"


def cut_list(values: Sequence[str], most: int, empty: str = "<unset>") -> str:
    """The first values, and how many more there are."""
    if not values:
        return empty
    shown = ",".join(values[:most])
    return f"{shown} + {len(values) - most} more..." if len(values) > most else shown


def is_true(object_: Object, condition_type: str) -> bool:
    """Whether a condition of an object holds."""
    conditions = (object_.get("status") or {}).get("conditions") or ()
    return any(one.get("type") == condition_type and one.get("status") == "True" for one in conditions)


def annotation_of(object_: Object, key: str) -> str | None:
    """An annotation's value."""
    value: str | None = ((object_.get("metadata") or {}).get("annotations") or {}).get(key)
    return value

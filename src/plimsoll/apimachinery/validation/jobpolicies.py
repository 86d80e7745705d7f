"""Checks of when a job has failed, and when it has succeeded (pkg/apis/batch/validation/validation.go)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from plimsoll.apimachinery.naming import qualified_name
from plimsoll.apimachinery.validation.fielderrors import (
    OMITTED,
    Errors,
    duplicate,
    invalid_value,
    not_supported,
    required,
    too_long,
    too_many,
)
from plimsoll.apimachinery.validation.labels import check_text
from plimsoll.apimachinery.validation.numbers import check_not_negative

Part = Mapping[str, Any]

_ACTIONS = ("Count", "FailIndex", "FailJob", "Ignore")
_STATUSES = ("False", "True", "Unknown")
_MOST_RULES = 20
_MOST_CODES = 255
_LONGEST_INDEXES = 64 * 1024


def check_failure_policy(spec: Part, field: str) -> Errors:
    """Check what a job does about pods that fail in this way or that."""
    rules = spec["podFailurePolicy"].get("rules") or ()
    if len(rules) > _MOST_RULES:
        yield too_many(f"{field}.rules", len(rules), _MOST_RULES)
    pod = (spec.get("template") or {}).get("spec") or {}
    containers = {c.get("name") for kind in ("containers", "initContainers") for c in pod.get(kind) or ()}
    for index, rule in enumerate(rules):
        path, action = f"{field}.rules[{index}]", rule.get("action", "")
        if not action:
            listed = " ".join(f'"{one}"' for one in _ACTIONS)
            yield required(f"{path}.action", f"valid values: [{listed}]")
        elif action == "FailIndex" and spec.get("backoffLimitPerIndex") is None:
            yield invalid_value(f"{path}.action", action, "requires the backoffLimitPerIndex to be set")
        elif action not in _ACTIONS:
            yield not_supported(f"{path}.action", action, _ACTIONS)
        yield from _check_pattern(rule, containers, path)


def _check_pattern(rule: Part, containers: set[Any], path: str) -> Errors:
    codes, conditions = rule.get("onExitCodes"), rule.get("onPodConditions") or ()
    if codes is not None:
        yield from _check_codes(codes, containers, f"{path}.onExitCodes")
    for number, condition in enumerate(conditions):
        field, status = f"{path}.onPodConditions[{number}]", condition.get("status", "")
        yield from check_text(qualified_name, condition.get("type", ""), f"{field}.type")
        if not status:
            listed = " ".join(f'"{one}"' for one in _STATUSES)
            yield required(f"{field}.status", f"valid values: [{listed}]")
        elif status not in _STATUSES:
            yield not_supported(f"{field}.status", status, _STATUSES)
    if codes is not None and conditions:
        yield invalid_value(path, OMITTED, "specifying both OnExitCodes and OnPodConditions is not supported")
    elif codes is None and not conditions:
        yield invalid_value(path, OMITTED, "specifying one of OnExitCodes and OnPodConditions is required")


def _check_codes(codes: Part, containers: set[Any], field: str) -> Errors:
    operator, values = codes.get("operator", ""), codes.get("values") or []
    if not operator:
        yield required(f"{field}.operator", 'valid values: ["In" "NotIn"]')
    elif operator not in {"In", "NotIn"}:
        yield not_supported(f"{field}.operator", operator, ("In", "NotIn"))
    name = codes.get("containerName")
    if name is not None and name not in containers:
        detail = "must be one of the container or initContainer names in the pod template"
        yield invalid_value(f"{field}.containerName", name, detail)
    if not values:
        yield invalid_value(f"{field}.values", values, "at least one value is required")
    elif len(values) > _MOST_CODES:
        yield too_many(f"{field}.values", len(values), _MOST_CODES)
    for index, value in enumerate(values):
        if operator == "In" and value == 0:
            yield invalid_value(f"{field}.values[{index}]", value, "must not be 0 for the In operator")
        if value in values[:index]:
            yield duplicate(f"{field}.values[{index}]", value)
    if values != sorted(values):
        yield invalid_value(f"{field}.values", values, "must be ordered")


def check_success_policy(spec: Part, field: str) -> Errors:
    """Check which indexes are enough for an indexed job."""
    rules = spec["successPolicy"].get("rules") or ()
    if not rules:
        yield required(f"{field}.rules", "at least one rules must be specified when the successPolicy is specified")
    if len(rules) > _MOST_RULES:
        yield too_many(f"{field}.rules", len(rules), _MOST_RULES)
    for index, rule in enumerate(rules):
        yield from _check_success(rule, spec.get("completions") or 0, f"{field}.rules[{index}]")


def _check_success(rule: Part, completions: int, field: str) -> Errors:
    count, indexes = rule.get("succeededCount"), rule.get("succeededIndexes")
    if count is None and indexes is None:
        yield required(field, "at least one of succeededCount or succeededIndexes must be specified")
    total = 0
    if indexes is not None:
        if len(indexes) > _LONGEST_INDEXES:
            yield too_long(f"{field}.succeededIndexes", _LONGEST_INDEXES)
        try:
            total = _count_of(indexes, completions)
        except ValueError as error:
            yield invalid_value(f"{field}.succeededIndexes", indexes, f"error parsing succeededIndexes: {error}")
    if count is None:
        return
    path = f"{field}.succeededCount"
    yield from check_not_negative(count, path)
    for most, what in (
        (completions, "the number of specified completions"),
        (total if indexes is not None else count, "the number of indexes in the specified succeededIndexes field"),
    ):
        if count > most:
            yield invalid_value(path, count, f"must be less than or equal to {most} ({what})")


def _count_of(text: str, completions: int) -> int:
    """How many indexes intervals such as ``0,2-4`` name; ``ValueError`` in the API's words where they are none."""
    total, last = 0, -1
    for interval in text.split(",") if text else ():
        first, end = _interval(interval, completions)
        if last >= first:
            raise ValueError(f"non-increasing order, previous: {last}, current: {first}")
        total, last = total + end - first + 1, end
    return total


def _interval(text: str, completions: int) -> tuple[int, int]:
    limits: Sequence[str] = text.split("-")
    if len(limits) > 2:  # noqa: PLR2004 - an interval has two ends
        raise ValueError(
            f"the fragment \"{text}\" violates the requirement that an index interval can have at most two parts separated by '-'"
        )
    numbers = []
    for limit in limits:
        if not (limit.isascii() and limit.isdecimal()):
            raise ValueError(f'cannot convert string to integer for index: "{limit}"')
        if int(limit) >= completions:
            raise ValueError(f'too large index: "{limit}"')
        numbers.append(int(limit))
    if numbers[0] > numbers[-1]:
        raise ValueError(f"non-increasing order, previous: {numbers[0]}, current: {numbers[-1]}")
    return numbers[0], numbers[-1]

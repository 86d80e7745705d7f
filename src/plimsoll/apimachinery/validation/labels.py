"""Checks of labels and of the selectors that ask for them (apimachinery, pkg/apis/meta/v1/validation)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plimsoll.apimachinery.naming import Check, label_value, qualified_name
from plimsoll.apimachinery.validation.fielderrors import Errors, forbidden, invalid_value, required

_SETS = {"In", "NotIn"}
_EXISTENCE = {"Exists", "DoesNotExist"}


def check_text(check: Check, value: str, field: str) -> Errors:
    """Report each message of a check as an invalid value."""
    for message in check(value):
        yield invalid_value(field, value, message)


def check_labels(labels: Mapping[str, str] | None, field: str) -> Errors:
    """Check keys and values."""
    for key, value in (labels or {}).items():
        if qualified_name(key) or label_value(value):
            yield from check_text(qualified_name, key, field)
            yield from check_text(label_value, value, field)


def check_selector(selector: Mapping[str, Any] | None, field: str) -> Errors:
    """Check ``matchLabels`` and ``matchExpressions``."""
    if not selector:
        return
    yield from check_labels(selector.get("matchLabels"), f"{field}.matchLabels")
    for index, expression in enumerate(selector.get("matchExpressions") or ()):
        yield from _check_requirement(expression, f"{field}.matchExpressions[{index}]")


def _check_requirement(expression: Mapping[str, Any], field: str) -> Errors:
    operator, values = expression.get("operator", ""), expression.get("values") or ()
    if operator in _SETS and not values:
        yield required(f"{field}.values", "must be specified when `operator` is 'In' or 'NotIn'")
    elif operator in _EXISTENCE and values:
        yield forbidden(f"{field}.values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
    elif operator not in _SETS | _EXISTENCE:
        yield invalid_value(f"{field}.operator", operator, "not a valid selector operator")
    yield from check_text(qualified_name, expression.get("key", ""), f"{field}.key")
    for index, value in enumerate(values):
        yield from check_text(label_value, value, f"{field}.values[{index}]")

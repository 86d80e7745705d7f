"""Copies of objects that a request may change in place."""

from __future__ import annotations

from typing import Any


def private_copy(value: Any) -> Any:
    """A copy whose lists and maps nobody else holds; texts and numbers are shared."""
    if value.__class__ is dict:
        return {key: private_copy(part) if part.__class__ in (dict, list) else part for key, part in value.items()}
    if value.__class__ is list:
        return [private_copy(part) if part.__class__ in (dict, list) else part for part in value]
    return value

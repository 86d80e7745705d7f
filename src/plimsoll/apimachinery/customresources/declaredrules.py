"""Whether there are rules to evaluate: asked before :mod:`.rules` is loaded, for its language takes 50 ms to load."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def has_rules(schema: Mapping[str, Any]) -> bool:
    """Whether a schema has rules anywhere."""
    if schema.get("x-kubernetes-validations"):
        return True
    inner = [*(schema.get("properties") or {}).values(), schema.get("items"), schema.get("additionalProperties")]
    inner += schema.get("allOf") or ()
    return any(has_rules(part) for part in inner if isinstance(part, dict))

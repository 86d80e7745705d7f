"""JSON merge patches (RFC 7396) as the API server applies them."""

from __future__ import annotations

from typing import Any

from plimsoll.apimachinery.patching.refusals import malformed
from plimsoll.kube.resources import Object


def merge_patch(document: Object, patch: Any) -> Object:
    """Apply a merge patch: null deletes, mappings merge, anything else replaces.

    Other than the RFC has it, nulls in mappings inside of lists are dropped, too. Raises 400 where the patch is no
    mapping.
    """
    if patch is None:
        raise malformed("Invalid JSON Patch")
    if not isinstance(patch, dict):
        kind = {list: "array", str: "string", bool: "bool"}.get(type(patch), "number")
        message = f"json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}"
        raise malformed(f"error decoding patch: {message}")
    return _merged(document, patch)


def _merged(target: Object, patch: Object) -> Object:
    merged = dict(target)
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
            continue
        old = merged.get(key)
        if not isinstance(old, dict):
            merged[key] = without_nulls(value)
        elif isinstance(value, dict):
            merged[key] = _merged(old, value)
        else:
            merged[key] = value
    return merged


def without_nulls(value: Any) -> Any:
    """The value without the members of mappings that are null, at any depth."""
    if isinstance(value, dict):
        return {key: without_nulls(member) for key, member in value.items() if member is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value

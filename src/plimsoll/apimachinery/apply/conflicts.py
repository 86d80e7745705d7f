"""Refusals of server-side apply, in the API server's words (apimachinery, managedfields/internal/conflict.go)."""

from __future__ import annotations

import json
from collections.abc import Mapping

from plimsoll.apimachinery.apply.fieldsets import FieldSet, paths
from plimsoll.apimachinery.apply.managers import ManagerKey
from plimsoll.apimachinery.apply.structure import printed_path
from plimsoll.errors import ApiError


def bad_request(message: str) -> ApiError:
    """400: the configuration cannot be meant."""
    return ApiError(400, "BadRequest", message)


def internal(message: str) -> ApiError:
    """500, as the server answers to configurations that do not fit their type."""
    return ApiError(500, "", message)


def conflict(conflicts: Mapping[ManagerKey, FieldSet]) -> ApiError:
    """409 with one cause for each field that is somebody else's."""
    fields = [
        (_printed(key), printed_path(path))
        for key, owned in sorted(conflicts.items(), key=lambda item: _identifier(item[0]))
        for path in paths(owned)
    ]
    causes = [
        {"reason": "FieldManagerConflict", "message": f"conflict with {manager}", "field": field}
        for manager, field in fields
    ]
    return ApiError(409, "Conflict", _message(fields), details={"causes": causes})


def _message(fields: list[tuple[str, str]]) -> str:
    if len(fields) == 1:
        return f"Apply failed with 1 conflict: conflict with {fields[0][0]}: {fields[0][1]}"
    lines = []
    for manager in dict.fromkeys(manager for manager, _ in fields):
        lines.append(f"conflicts with {manager}:")
        lines += [f"- {field}" for other, field in fields if other == manager]
    return f"Apply failed with {len(fields)} conflicts: " + "\n".join(lines)


def _printed(key: ManagerKey) -> str:
    printed = json.dumps(key.name, ensure_ascii=False)
    if key.subresource:
        printed += f' with subresource "{key.subresource}"'
    return printed if key.applies else f"{printed} using {key.api_version}"


def _identifier(key: ManagerKey) -> str:
    """What the server sorts managers by: their entry as JSON, without what is empty."""
    parts = {
        "manager": key.name,
        "operation": key.operation,
        "apiVersion": key.api_version,
        "subresource": key.subresource,
    }
    return json.dumps({name: part for name, part in parts.items() if part}, separators=(",", ":"))

"""How the API server refuses patches (apiserver, pkg/endpoints/handlers/patch.go)."""

from __future__ import annotations

from typing import Any

from plimsoll.errors import ApiError


def malformed(message: str) -> ApiError:
    """What is no patch at all."""
    return ApiError(400, "BadRequest", message)


def inapplicable() -> ApiError:
    """A patch that does not fit the object; the server does not tell why."""
    message = "the server rejected our request due to an error in our request"
    return ApiError(422, "Invalid", message, details={})


def unexpected(message: str) -> ApiError:
    """What the server did not foresee: a failure of its own, although the patch is to blame."""
    return ApiError(500, "", message)


def printed(value: Any) -> str:
    """A value as the server's messages print it: ``map[a:1 b:[x y]]``."""
    if isinstance(value, dict):
        return "map[" + " ".join(f"{key}:{printed(value[key])}" for key in sorted(value)) + "]"
    if isinstance(value, list):
        return "[" + " ".join(printed(item) for item in value) + "]"
    if value is None:
        return "<nil>"
    return str(value).lower() if isinstance(value, bool) else str(value)

"""The ``Status`` object with which the API answers what it refuses (apimachinery, pkg/apis/meta/v1/types.go)."""

from __future__ import annotations

from plimsoll.errors import ApiError
from plimsoll.kube.resources import Object


def failure_status(error: ApiError) -> Object:
    """A refusal as clients get it; ``details.retryAfterSeconds`` is in whole seconds, as the header is."""
    details = None if error.details is None else dict(error.details)
    if error.retry_after_seconds is not None:
        details = {**(details or {}), "retryAfterSeconds": max(1, round(error.retry_after_seconds))}
    status: Object = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {"continue": error.continue_token} if error.continue_token else {},
        "status": "Failure",
        "message": error.message,
        "code": error.code,
    }
    if error.reason:
        status["reason"] = error.reason
    if details is not None:
        status["details"] = details
    return status

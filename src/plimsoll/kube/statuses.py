"""The ``Status`` object with which the API answers what it refuses (apimachinery, pkg/apis/meta/v1/types.go)."""

from __future__ import annotations

from plimsoll.errors import ApiError
from plimsoll.kube.resources import Object


def failure_status(error: ApiError) -> Object:
    """A refusal as clients get it; ``details.retryAfterSeconds`` is in whole seconds, as the header is."""
    details = dict(error.details or {})
    if error.retry_after_seconds is not None:
        details["retryAfterSeconds"] = max(1, round(error.retry_after_seconds))
    status: Object = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": error.message,
        "reason": error.reason,
        "details": details,
        "code": error.code,
    }
    for key in ("reason", "details"):
        if not status[key]:
            del status[key]
    return status

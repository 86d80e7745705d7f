"""Reading answers of the API: objects, and the ``Status`` with which it refuses."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import orjson

from plimsoll.errors import ApiError

if TYPE_CHECKING:
    from plimsoll.cluster.http.connection import Response

_LONGEST_REMARK = 300
_CREATED = b'"creationTimestamp":"'  # the API's JSON has no spaces; where it has, the offset is known by dates alone
_REASONS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    406: "NotAcceptable",
    409: "Conflict",
    410: "Gone",
    413: "RequestEntityTooLarge",
    415: "UnsupportedMediaType",
    422: "Invalid",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
    504: "Timeout",
}
"""The reasons of answers without a Status, as client-go fills them in (apimachinery ``NewGenericServerResponse``)."""


def read_object(response: Response) -> Any:
    """The document of a successful answer; :class:`ApiError` for a refusal, ``ConnectionError`` for no JSON at all."""
    if response.status >= HTTPStatus.BAD_REQUEST:
        raise error_of(response)
    try:
        return orjson.loads(response.body)
    except orjson.JSONDecodeError as error:
        raise ConnectionError(f"the server's answer is not JSON: {response.body[:_LONGEST_REMARK]!r}") from error


def error_of(response: Response) -> ApiError:
    """The refusal that an answer is."""
    try:
        status = orjson.loads(response.body)
    except orjson.JSONDecodeError:
        status = None
    wait = retry_after(response)
    if isinstance(status, dict) and status.get("kind") == "Status":
        return status_error(status, code=response.status, retry_after_seconds=wait)
    text = response.body[:_LONGEST_REMARK].decode("utf-8", "replace").strip()
    reason = _REASONS.get(response.status, "")
    return ApiError(response.status, reason, text or "the server gave no reason", retry_after_seconds=wait)


def status_error(status: dict[str, Any], *, code: int = 500, retry_after_seconds: float | None = None) -> ApiError:
    """The refusal in a ``Status`` object, from an answer or in the middle of a watch."""
    details = status.get("details") or None
    if retry_after_seconds is None and details and details.get("retryAfterSeconds"):
        retry_after_seconds = float(details["retryAfterSeconds"])
    code = status.get("code") or code
    return ApiError(
        code,
        status.get("reason") or _REASONS.get(code, ""),
        status.get("message") or "",
        retry_after_seconds=retry_after_seconds,
        details=details,
    )


def creation_timestamp(response: Response) -> bytes | None:
    """The first ``creationTimestamp`` of a stored object, which is its own, without decoding the rest."""
    body = response.body
    place = body.find(_CREATED)
    return body[place + len(_CREATED) : body.find(b'"', place + len(_CREATED))] if place >= 0 else None


def retry_after(response: Response) -> float | None:
    """Seconds that the server asks to wait; client-go reads whole seconds only (``rest/with_retry.go``)."""
    value = response.header(b"retry-after")
    return float(value) if value.isdigit() else None

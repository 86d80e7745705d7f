"""Which failures of a request are worth another try, and when: the rules of client-go. Pure.

client-go sends a request again on 429 and on any 5xx that carries ``Retry-After``, and on a connection that broke, at
most ten times, waiting as long as it was told or one second (``rest/with_retry.go``). It repeats only a GET after a
broken connection; Plimsoll repeats every request, which is safe here because its objects have fixed names and its
deletions name a UID: an attempt that did get through shows up as AlreadyExists or NotFound, and is counted as done.

One refusal is repeated too. A pod that comes right after its namespace may come before the namespace's service account,
which a controller creates; the API forbids such a pod, and whoever scripts this waits and tries again.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from plimsoll.errors import ApiError

MAX_RETRIES: Final = 10
BROKEN_CONNECTION_WAIT_SECONDS: Final = 1.0
SERVICE_ACCOUNT_WAIT_SECONDS: Final = 1.0

FAILURES: Final = (ApiError, ConnectionError, TimeoutError)
"""What a request through the port can fail with."""


def wait_before_retry(error: Exception, retries: int) -> float | None:
    """Seconds to wait before trying again after ``retries`` earlier ones, or None to give up."""
    if retries >= MAX_RETRIES:
        return None
    if not isinstance(error, ApiError):
        return BROKEN_CONNECTION_WAIT_SECONDS
    if error.code == HTTPStatus.TOO_MANY_REQUESTS or error.code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return error.retry_after_seconds
    return SERVICE_ACCOUNT_WAIT_SECONDS if _lacks_service_account(error) else None


def reason_of(error: Exception) -> str:
    """A word for the failure by which it is counted: the API's reason, or the kind of break."""
    if isinstance(error, ApiError):
        return error.reason or str(error.code)
    return type(error).__name__


def is_not_found(error: Exception) -> bool:
    """Whether the object is not there."""
    return isinstance(error, ApiError) and error.code == HTTPStatus.NOT_FOUND


def is_already_exists(error: Exception) -> bool:
    """Whether an object of that name is there already (409 also means a conflict of versions)."""
    return isinstance(error, ApiError) and error.code == HTTPStatus.CONFLICT and error.reason == "AlreadyExists"


def _lacks_service_account(error: ApiError) -> bool:
    """The words are those of the ServiceAccount admission plugin (``plugin/pkg/admission/serviceaccount``)."""
    return error.code == HTTPStatus.FORBIDDEN and "looking up service account" in error.message

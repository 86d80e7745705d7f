"""resourceVersions of a query: what can be read, and what cannot be served yet or any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.apimachinery.validation.fielderrors import quote
from plimsoll.errors import ApiError
from plimsoll.registry.refusals import bad_request, unexpected

if TYPE_CHECKING:
    from plimsoll.simcluster.store import Store

RETRY_SECONDS = 1.0
"""What a client is told to wait for a revision that is not there yet (storage/cacher, resourceVersionTooHighRetrySeconds)."""


_HIGHEST = 2**64 - 1


def read_revision(text: str) -> int:
    """The resourceVersion of a GET or a watch as a number; 500, as a real server has it, where it is none."""
    if not _is_number(text):
        raise unexpected(_fault(text))
    return int(text)


def read_list_revision(text: str) -> int:
    """The resourceVersion of a LIST as a number; 400 in Go's words where it is none."""
    if not _is_number(text):
        raise bad_request(f"invalid resource version: {_fault(text)}")
    return int(text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and int(text) <= _HIGHEST


def _fault(text: str) -> str:
    quoted = quote(text)
    reason = "value out of range" if text.isascii() and text.isdecimal() else "invalid syntax"
    return f"resourceVersion: Invalid value: {quoted}: strconv.ParseUint: parsing {quoted}: {reason}"


def check_not_older(store: Store, revision: int) -> None:
    """504 where the store is not there yet."""
    if revision > store.revision:
        raise ApiError(
            504,
            "Timeout",
            f"Too large resource version: {revision}, current: {store.revision}",
            retry_after_seconds=RETRY_SECONDS,
            details={"causes": [{"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}]},
        )

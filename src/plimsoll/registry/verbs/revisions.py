"""resourceVersions of a query: what can be read, and what cannot be served yet or any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.errors import ApiError
from plimsoll.registry.refusals import bad_request

if TYPE_CHECKING:
    from plimsoll.simcluster.store import Store

RETRY_SECONDS = 1.0
"""What a client is told to wait for a revision that is not there yet (storage/cacher, resourceVersionTooHighRetrySeconds)."""


def read_revision(text: str) -> int:
    """A resourceVersion as a number; 400 in Go's words where it is none."""
    if not (text.isascii() and text.isdecimal()):
        quoted = text.replace("\\", "\\\\").replace('"', '\\"')
        fault = f'Invalid value: "{quoted}": strconv.ParseUint: parsing "{quoted}": invalid syntax'
        raise bad_request(f"invalid resource version: resourceVersion: {fault}")
    return int(text)


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

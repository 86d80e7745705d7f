"""Waiting for what clients and servers do in real time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE_SECONDS = 30.0
"""More than anything takes on a busy machine; only a test that fails waits so long."""


def eventually(condition: Callable[[], T]) -> T:
    """What a condition gives as soon as that is true."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (result := condition()):
        assert time.monotonic() < deadline, f"still {result!r} after {PATIENCE_SECONDS} s"
        time.sleep(0.05)
    return result

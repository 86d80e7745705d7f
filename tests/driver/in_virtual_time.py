"""Running a coroutine in virtual time, with nothing in the kernel but the loop's own timers."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from plimsoll.embed.virtual import run_virtual
from plimsoll.kernel import Kernel

T = TypeVar("T")


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    return run_virtual(Kernel(), coroutine)


def now() -> float:
    return asyncio.get_running_loop().time()

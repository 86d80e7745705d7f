"""Plain asyncio code in the virtual time of a kernel.

An asyncio loop waits in its selector's ``select``. The loop here has a selector that, instead of sleeping, runs the
kernel up to the loop's next timer; so ``asyncio.sleep``, ``timeout``, ``TaskGroup``, ``Semaphore`` and everything else
built on loop and futures work as they are, and eight hours pass as fast as the simulation can be computed.

The simulation answers coroutines with :func:`resolve` and :func:`reject`. Both stop the kernel, so that whoever awaits
goes on at that very instant. Where kernel and loop have something to do at the same instant, the kernel goes first.

The loop has no file descriptors and no threads: what they deliver has no place in virtual time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sized
from typing import Any, Never, TypeVar

from plimsoll.errors import RunError
from plimsoll.kernel import Kernel

T = TypeVar("T")

TIMER_RESOLUTION_SECONDS = 1e-6
"""Timers of the loop that are less than this apart are due together. asyncio needs a number above the spacing of floats
around the current time, or it would wait for ever for a timer that is due now; this is enough for a century."""


def run_virtual(kernel: Kernel, main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine, and the kernel as far as the coroutine waits for it, in virtual time.

    Ctrl-C cancels the coroutine, which may end cleanly, in virtual time too; where it returns a result in spite of the
    cancellation, that is the result, otherwise ``KeyboardInterrupt`` is raised. A second Ctrl-C ends it at once.
    ``RunError`` when the coroutine waits for something that cannot come. An exception of the simulation itself passes
    through, after the coroutine has been cancelled.
    """
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(kernel)) as runner:
        return runner.run(main)


def resolve(kernel: Kernel, future: asyncio.Future[T], value: T) -> None:
    """Answer a coroutine at this virtual instant; nothing happens where it no longer waits."""
    if not future.done():
        future.set_result(value)
        kernel.stop()


def reject(kernel: Kernel, future: asyncio.Future[Any], error: BaseException) -> None:
    """Raise an error in the coroutine that awaits the future, at this virtual instant; as :func:`resolve` otherwise."""
    if not future.done():
        future.set_exception(error)
        kernel.stop()


class VirtualLoop(asyncio.BaseEventLoop):
    """An asyncio event loop whose time is the kernel's.

    It fills in what :class:`asyncio.BaseEventLoop` leaves to a platform: ``_selector``, ``_process_events`` and
    ``_write_to_self``.
    """

    _ready: Sized  # asyncio's own: the callbacks that are due now

    def __init__(self, kernel: Kernel) -> None:
        super().__init__()
        self._kernel = kernel
        self._selector = self  # the loop asks nothing of its selector but select()
        self._clock_resolution = TIMER_RESOLUTION_SECONDS

    def time(self) -> float:
        """Seconds of virtual time."""
        return self._kernel.now

    def select(self, timeout_seconds: float | None) -> tuple[()]:
        """Instead of sleeping so long (``None``: without limit), run the kernel so far, or until it answers someone."""
        kernel = self._kernel
        if timeout_seconds is None:
            kernel.run()
            if not self._ready and kernel.next_time() is None:
                raise RunError(self._story_of_waiting_in_vain())
        elif timeout_seconds > 0:
            kernel.run(kernel.now + timeout_seconds)
        return ()

    def run_in_executor(self, *_: object) -> Never:
        """Refuse: a thread takes wall-clock time, which differs from run to run."""
        raise RuntimeError("there are no threads in virtual time")

    def _story_of_waiting_in_vain(self) -> str:
        waiting = sorted(
            getattr(task.get_coro(), "__qualname__", task.get_name())
            for task in asyncio.all_tasks(self)
            if not task.done()
        )
        return (
            f"The driver waits for something that cannot come: at {self._kernel.now:g} s of virtual time nothing is "
            f"scheduled in the simulation, and no timer runs. Waiting: {', '.join(waiting)}."
        )

    def _process_events(self, _: tuple[()]) -> None:
        """Do nothing: there are no file descriptors to serve."""

    def _write_to_self(self) -> None:
        """Wake the loop from a signal handler or another thread, which has put its callback in place before."""
        self._kernel.stop()

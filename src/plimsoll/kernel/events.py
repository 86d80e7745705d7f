"""Events: something that happens once, and that others wait for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

from plimsoll.kernel.calendar import Calendar


class Event:
    """Something that is going to happen once, with a value or with an error.

    Who waits is told in the order of waiting, each by an entry of its own in the calendar, at the instant at which the
    event happens. An error that nobody waits for at that instant surfaces from ``run()``: failures are never dropped.
    """

    __slots__ = ("_answered", "_calendar", "_callbacks", "error", "happened", "value")

    def __init__(self, calendar: Calendar) -> None:
        self.happened = False
        """Whether the event has succeeded or failed; only the event itself sets it, and the two that follow."""
        self.value: Any = None
        self.error: BaseException | None = None
        self._calendar = calendar
        self._callbacks: list[Callable[[Self], object]] | None = None  # made for the first; few events have a second
        self._answered = False  # somebody waits, or has waited, and so answers for an error

    def succeed(self, value: Any = None) -> None:
        """Happen, with a value. ``RuntimeError`` where the event has happened already."""
        if self.happened:
            raise RuntimeError(f"{self!r} has happened already")
        self.happened = True
        self.value = value
        if self._callbacks is not None:
            self._tell()

    def fail(self, error: BaseException) -> None:
        """Happen, with an error; it is thrown into the processes that wait. ``RuntimeError`` as for :meth:`succeed`."""
        self.succeed()
        self.error = error
        if not self._answered:
            self._calendar.after(0.0, self._surface)

    def add_callback(self, callback: Callable[[Self], object]) -> None:
        """Call ``callback(event)`` at the instant at which the event happens, or at this one where it has happened.

        The callback looks at ``error`` and ``value``: adding one means answering for the error.
        """
        self._answered = True
        if self.happened:
            self._calendar.after(0.0, callback, self)
        elif self._callbacks is None:
            self._callbacks = [callback]
        else:
            self._callbacks.append(callback)

    def _tell(self) -> None:
        callbacks, self._callbacks = self._callbacks or (), None
        for callback in callbacks:
            self._calendar.after(0.0, callback, self)

    def _surface(self) -> None:
        if self.error is not None and not self._answered:
            raise self.error

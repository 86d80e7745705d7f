"""Processes: generators that live in virtual time."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from plimsoll.kernel.calendar import Calendar
from plimsoll.kernel.events import Event

Script = Generator[float | Event, Any, Any]
"""What a process does: it yields seconds to sleep, or an event (a process, a request) to wait for."""


class Process(Event):
    """A script that is being carried out; as an event, it happens when the script ends.

    ``yield 1.5`` sleeps. ``yield event`` waits and gives the event's value, or raises its error; an event that has
    happened already costs no turn. What the script returns is the process's value; what it raises is its error.
    """

    __slots__ = ("_script",)

    def __init__(self, calendar: Calendar, script: Script) -> None:
        super().__init__(calendar)
        self._script = script
        calendar.after(0.0, self._advance, script.send, None)

    def cancel(self) -> None:
        """End the script where it waits, running its ``finally`` clauses; the process succeeds with ``None``.

        Nothing happens where it has ended already. ``ValueError`` from Python where a script cancels itself.
        """
        if not self.happened:
            self._script.close()
            self.succeed()

    def _advance(self, step: Callable[[Any], float | Event], value: Any) -> None:
        """Carry the script on to its next wait; ``step`` is its ``send`` or its ``throw``."""
        while True:
            try:
                awaited = step(value)
                if isinstance(awaited, Event):
                    if awaited._callbacks is not None:  # noqa: SLF001 - a process is an event
                        awaited.add_callback(self._wake)
                        return
                    awaited._answered = True  # noqa: SLF001
                    step, value = self._answer(awaited)
                else:
                    self._calendar.after(awaited, self._advance, self._script.send, None)
                    return
            except StopIteration as end:
                if not self.happened:  # it has, where the process was cancelled while it slept
                    self.succeed(end.value)
                return
            except Exception as error:  # noqa: BLE001 - the process's error is for whoever waits for the process
                self.fail(error)
                return

    def _wake(self, event: Event) -> None:
        self._advance(*self._answer(event))

    def _answer(self, event: Event) -> tuple[Callable[[Any], float | Event], Any]:
        if event.error is None:
            return self._script.send, event.value
        return self._script.throw, event.error

"""Processes: generators that live in virtual time."""

from __future__ import annotations

from collections.abc import Generator
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
        calendar.after(0.0, self)

    def cancel(self) -> None:
        """End the script where it waits, running its ``finally`` clauses; the process succeeds with ``None``.

        Nothing happens where it has ended already. ``ValueError`` from Python where a script cancels itself.
        """
        if not self.happened:
            self._script.close()
            self.succeed()

    def __call__(self, awaited: Event | None = None) -> None:
        """Carry the script on, from the event it has waited for (``None``: from sleep) to its next wait.

        For the calendar and for events only, to which a process is its own action: a bound method for each wait of
        100,000 processes costs a fifth of the time.
        """
        script = self._script
        try:
            while True:
                if awaited is None:
                    target = script.send(None)
                elif awaited.error is None:
                    target = script.send(awaited.value)
                else:
                    target = script.throw(awaited.error)
                if type(target) is float or not isinstance(target, Event):  # the first spares most the second
                    self._calendar.after(target, self)
                    return
                if not target.happened:
                    target.add_callback(self)
                    return
                target._answered = True  # noqa: SLF001 - a process is an event among events
                awaited = target
        except StopIteration as end:
            if not self.happened:  # it has, where the process was cancelled while it waited
                self.succeed(end.value)
        except Exception as error:
            if self.happened:  # what a cancelled process waited for has failed, and nobody else answers for that
                raise
            script.close()  # it may be what it yielded that was wrong; then it is still where it was
            self.fail(error)

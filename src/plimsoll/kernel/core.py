"""The kernel: a calendar on which processes live."""

from __future__ import annotations

from plimsoll.kernel.calendar import Calendar
from plimsoll.kernel.events import Event
from plimsoll.kernel.processes import Process, Script


class Kernel(Calendar):
    """One simulated world's clock, calendar and processes.

    Plain actions (:meth:`after`, :meth:`at`, :meth:`timer`) are the cheapest form and serve the hot paths; processes
    (:meth:`spawn`) are for what reads better as a story.
    """

    __slots__ = ()

    def event(self) -> Event:
        """Make an event for processes to wait for."""
        return Event(self)

    def spawn(self, script: Script) -> Process:
        """Start a process; its script takes its first step at this instant, after what is scheduled for it already."""
        return Process(self, script)

"""Servers that processes queue for."""

from __future__ import annotations

from collections import deque
from typing import Self

from plimsoll.kernel.calendar import Calendar
from plimsoll.kernel.events import Event


class Request(Event):
    """A place in a resource's queue; as an event, it happens when a server is granted.

    As a context manager it gives the server back, or leaves the queue, however the block ends::

        with resource.request() as server:
            yield server
            yield service_seconds
    """

    __slots__ = ("_resource", "_returned")

    def __init__(self, calendar: Calendar, resource: FifoResource) -> None:
        Event.__init__(self, calendar)
        self._resource = resource
        self._returned = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._resource.release(self)


class FifoResource:
    """Equal servers with one queue, first come first served (the c servers of M/M/c)."""

    __slots__ = ("_calendar", "_waiting", "busy", "capacity")

    def __init__(self, calendar: Calendar, capacity: int = 1) -> None:
        if capacity < 1:
            raise ValueError(f"a resource of {capacity} servers would never serve anyone")
        self.capacity = capacity
        self.busy = 0
        """How many servers are serving."""
        self._calendar = calendar
        self._waiting: deque[Request] = deque()

    @property
    def waiting(self) -> int:
        """How many requests stand in the queue."""
        return len(self._waiting)

    def request(self) -> Request:
        """Ask for a server. The request has happened already where one is free."""
        request = Request(self._calendar, self)
        if self.busy < self.capacity:
            self.busy += 1
            request.happened = True
        else:
            self._waiting.append(request)
        return request

    def release(self, request: Request) -> None:
        """Give a server back, to the request that has waited longest; a request that still waits leaves the queue.

        ``ValueError`` where the request has been released already.
        """
        if request._returned:  # noqa: SLF001 - requests are the resource's own
            raise ValueError("the server has been given back already")
        request._returned = True  # noqa: SLF001
        if not request.happened:
            self._waiting.remove(request)
        elif self._waiting:
            self._waiting.popleft().succeed()
        else:
            self.busy -= 1

"""The clock, and the calendar of what is going to happen.

Things happen in the total order (time, priority, sequence). The sequence number grows with every entry, so that two
entries of one instant and one priority happen in the order in which they were scheduled, in every run.

Python's heap costs more the larger it is (comparisons, and cache misses: seven times more at a million entries than at
a thousand), and nearly everything in a cluster is far away: resyncs, lease renewals, time-outs. So time is divided into
days of equal width, and an entry of a later day is only appended to that day's list, without any order. When a day
comes, its list is sorted once. What is scheduled for the current day while it lasts goes into a small heap beside that
list; the next entry is the smaller head of the two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from heapq import heappop, heappush
from itertools import repeat
from math import inf
from typing import Any

Action = Callable[..., object]
Entry = tuple[float, int, int, Action, tuple[Any, ...]]

DAY_SECONDS = 0.25
"""How wide a day is unless told otherwise; docs/kernel.md has the measurement."""


class Timer:
    """An action that can still be called off."""

    __slots__ = ("_action", "_args", "_called_off", "_sequence")

    def __init__(self, action: Action, args: tuple[Any, ...], sequence: int, called_off: set[int]) -> None:
        self._action: Action | None = action
        self._args = args
        self._sequence = sequence
        self._called_off = called_off

    @property
    def pending(self) -> bool:
        """Whether the action is still going to happen."""
        return self._action is not None

    def cancel(self) -> None:
        """Call the action off; nothing happens where it has happened, or has been called off, already."""
        if self._action is not None:
            self._action, self._args = None, ()  # the entry stays in the calendar until its time, but holds nothing
            self._called_off.add(self._sequence)

    def _fire(self) -> None:
        action, args = self._action, self._args
        self._action, self._args = None, ()
        if action is not None:
            action(*args)


class Calendar:
    """A virtual clock and everything that is scheduled on it.

    ``now`` is the virtual time in seconds; only the calendar itself sets it. ``day_seconds`` is the width of a day: it
    changes what an entry costs, never the order of entries.
    """

    __slots__ = (
        "_called_off",
        "_coming",
        "_day",
        "_days",
        "_days_per_second",
        "_horizon_seconds",
        "_late",
        "_running",
        "_sequence",
        "_stopping",
        "_today",
        "now",
    )

    def __init__(self, *, day_seconds: float = DAY_SECONDS) -> None:
        self.now = 0.0
        self._days_per_second = 1.0 / day_seconds
        self._sequence = 0
        self._day = -1
        self._today: list[Entry] = []  # the current day as it was when it came, in reverse order
        self._late: list[Entry] = []  # a heap: what was scheduled for the current day (or before it) since then
        self._days: defaultdict[int, list[Entry]] = defaultdict(list)  # the later days, each without order
        self._coming: list[int] = []  # a heap: the numbers of the later days
        self._called_off: set[int] = set()  # sequence numbers of cancelled timers that are still in the calendar
        self._horizon_seconds = inf  # run() does not go beyond it
        self._running = False
        self._stopping = False

    def after(self, delay_seconds: float, action: Action, *args: Any) -> None:
        """Do ``action(*args)`` after a delay, at priority 0.

        The body is that of :meth:`at` once more, without the call, because simulations spend their time here.
        ``ValueError`` for a delay that is negative or not a number, ``OverflowError`` for one that is infinite.
        """
        if not delay_seconds >= 0.0:  # "not … >=" so that NaN is caught too
            raise ValueError(f"a delay of {delay_seconds} s would be in the past")
        time = self.now + delay_seconds
        day = int(time * self._days_per_second)
        self._sequence = sequence = self._sequence + 1
        if day <= self._day:
            heappush(self._late, (time, 0, sequence, action, args))
            return
        entries = self._days[day]
        if not entries:
            heappush(self._coming, day)
        entries.append((time, 0, sequence, action, args))

    def at(self, time_seconds: float, action: Action, *args: Any, priority: int = 0) -> None:
        """Do ``action(*args)`` at a time; among actions of one time, those with the lowest priority number go first.

        ``ValueError`` for a time before ``now``.
        """
        if not time_seconds >= self.now:
            raise ValueError(f"{time_seconds} s is before now, {self.now} s")
        day = int(time_seconds * self._days_per_second)
        self._sequence = sequence = self._sequence + 1
        entry = (time_seconds, priority, sequence, action, args)
        if day <= self._day:
            heappush(self._late, entry)
            return
        entries = self._days[day]
        if not entries:
            heappush(self._coming, day)
        entries.append(entry)

    def timer(self, delay_seconds: float, action: Action, *args: Any) -> Timer:
        """Do ``action(*args)`` after a delay, as :meth:`after`, unless the timer is cancelled before."""
        timer = Timer(action, args, self._sequence + 1, self._called_off)
        self.after(delay_seconds, timer._fire)  # noqa: SLF001 - the other half of the timer
        return timer

    def run(self, until_seconds: float | None = None, *, max_actions: int | None = None) -> None:
        """Do everything up to and including a time, or everything; ``now`` is then that time, or that of the last action.

        Returns before that after an action that called :meth:`stop`, and after so many actions; ``now`` is then the
        time of the last action. An exception from an action ends the run and passes through; the calendar stands
        after that action and may be run on. ``ValueError`` for a time in the past, ``RuntimeError`` when called by an
        action.
        """
        if self._running:
            raise RuntimeError("run() was called by an action of the run that is going on")
        horizon = inf if until_seconds is None else until_seconds
        if not horizon >= self.now:
            raise ValueError(f"cannot run until {until_seconds} s: it is {self.now} s already")
        self._running = True
        try:
            self._horizon_seconds = horizon  # before the look at _stopping: a signal may call stop() in between
            reached = not self._stopping and self._work(
                repeat(None) if max_actions is None else repeat(None, max_actions)
            )
            if reached and not self._stopping and until_seconds is not None:
                self.now = until_seconds
        except Exception as error:
            error.add_note(f"It happened in the simulation, at {self.now} s of virtual time.")
            raise
        finally:
            self._running = self._stopping = False

    def _work(self, turns: Iterable[None]) -> bool:
        """Take entry after entry, for so many turns; whether none was left within the horizon.

        Every simulation spends its time in this loop.
        """
        today, late, called_off = self._today, self._late, self._called_off
        for _ in turns:
            if late:
                entry = today.pop() if today and today[-1] < late[0] else heappop(late)
            elif today or self._open_next_day(self._horizon_seconds):
                entry = today.pop()
            else:
                return True
            time, _, sequence, action, args = entry
            if time > self._horizon_seconds:
                heappush(late, entry)
                return True
            if called_off and sequence in called_off:
                called_off.remove(sequence)
                continue
            self.now = time
            action(*args)
        return False

    def _open_next_day(self, horizon_seconds: float) -> bool:
        """Make the next day that has entries the current one, unless it lies beyond the horizon."""
        if not self._coming or self._coming[0] > horizon_seconds * self._days_per_second:
            return False
        self._day = heappop(self._coming)
        self._today.extend(self._days.pop(self._day))  # the same list for ever: the loop of _work holds on to it
        self._today.sort(reverse=True)
        return True

    def stop(self) -> None:
        """Ask :meth:`run` to return after the current action; where none is running, the next one returns at once.

        It is safe to call from a signal handler.
        """
        self._stopping = True
        self._horizon_seconds = -inf

    def next_time(self) -> float | None:
        """When the next action is due, in seconds; ``None`` where nothing is scheduled."""
        today, late = self._today, self._late
        while today or late or self._open_next_day(inf):
            from_late = bool(late) and (not today or late[0] < today[-1])
            time, _, sequence, _, _ = late[0] if from_late else today[-1]
            if sequence not in self._called_off:
                return time
            self._called_off.remove(sequence)
            if from_late:
                heappop(late)
            else:
                today.pop()
        return None

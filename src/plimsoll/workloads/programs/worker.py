"""What all programs that measure have in common: begin with the others, stop on SIGTERM, report, and be there until told.

A program hands :func:`run` a function that does its work and returns a :class:`Result` for each of its clients. Around
it, ``run`` waits for the start, writes a line per result to the log, delivers the same to the coordinator, and then
idles where the pod would only be restarted (``--idle``).
"""

from __future__ import annotations

import argparse
import os
import resource
import signal
import threading
import time
from types import FrameType
from typing import Any, Callable, Sequence

from plimsoll.workloads.programs.durations import Durations
from plimsoll.workloads.programs.reporting import identity, line, report, write
from plimsoll.workloads.programs.resolution import parse_endpoint
from plimsoll.workloads.programs.session import Session, Start

_DELIVERY_SECONDS = 20.0
_DELIVERY_SECONDS_WHEN_STOPPED = 3.0  # a pod that is told to go has 30 seconds by default, tests less


class Result:
    """What one client of a program measured: numbers by name, and durations by name."""

    def __init__(self, measures: dict[str, float], durations: dict[str, Durations] | None = None) -> None:
        self.measures = measures
        self.durations = durations or {}

    def fields(self) -> dict[str, Any]:
        """As a report says it."""
        return {
            "measures": self.measures,
            "durations": {name: durations.summary() for name, durations in self.durations.items()},
        }


class Worker:
    """The present program. Its work asks it when to stop."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.stopped = threading.Event()
        """SIGTERM came: say what there is to say, and go."""
        self.on_stop: list[Callable[[], None]] = []
        """Called when it comes, in the main thread: to wake whoever waits for something else."""
        self.session: Session | None = None

    def pause(self, seconds: float) -> bool:
        """Wait; whether the work is to go on."""
        return not self.stopped.wait(seconds) if seconds > 0 else not self.stopped.is_set()

    def pause_until(self, monotonic_seconds: float) -> bool:
        """Wait until a moment of the monotonic clock; whether the work is to go on."""
        return self.pause(monotonic_seconds - time.monotonic())

    def obey(self) -> None:
        """Take SIGTERM and SIGINT as the wish to stop."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopped.set()
        if self.session is not None:
            self.session.released.set()
        for call in self.on_stop:
            call()


def common_options(description: str) -> argparse.ArgumentParser:
    """A parser with the arguments that every program takes."""
    options = argparse.ArgumentParser(description=description)
    environment = os.environ.get
    options.add_argument(
        "--coordinator",
        metavar="HOST:PORT",
        type=parse_endpoint,
        default=environment("PLIMSOLL_COORDINATOR") or None,
        help="where to register and to deliver results; default: $PLIMSOLL_COORDINATOR, else nowhere",
    )
    options.add_argument(
        "--start-within",
        metavar="SECONDS",
        type=float,
        default=float(environment("PLIMSOLL_START_WITHIN") or 0.0),
        help="wait this long to be told to begin, then begin alone; 0: begin at once (default: $PLIMSOLL_START_WITHIN)",
    )
    options.add_argument("--idle", action="store_true", help="when done, stay until SIGTERM instead of ending")
    return options


def run(worker: Worker, arguments: argparse.Namespace, work: Callable[[], Sequence[Result]]) -> int:
    """Run a program from its start to its end; return its exit code."""
    worker.obey()
    who = identity()
    name = "/".join(part for part in (who["namespace"], who["pod"], who["container"]) if part) or str(os.getpid())
    created = time.time()
    if arguments.coordinator is not None:
        worker.session = Session(arguments.coordinator, {"worker": name, "kind": worker.kind, **who})
    start = _await_start(worker, arguments.start_within)
    common: dict[str, Any] = {"kind": worker.kind, **who, "createdSeconds": created, **_start_fields(worker, start)}
    report("begun", common)
    processor_seconds = _processor_seconds()
    results = work()
    ended = time.time()
    common["endedSeconds"] = ended
    common["complete"] = not worker.stopped.is_set()
    common["processorSeconds"] = _processor_seconds() - processor_seconds
    records = [
        {**common, "client": client, "clients": len(results), **result.fields()}
        for client, result in enumerate(results)
    ]
    write("".join(line("result", record) for record in records))
    _deliver(worker, records)
    if arguments.idle:
        worker.stopped.wait()
    if worker.session is not None:
        worker.session.close()
    return 0


def _await_start(worker: Worker, within_seconds: float) -> Start:
    session = worker.session
    if session is None:
        return Start(time.time(), "alone", late=False)
    if within_seconds > 0:
        session.released.wait(within_seconds)
    told = session.start
    if told is None or within_seconds <= 0:
        session.begun()
        told = session.start
    if told is None:  # impossible: begun() has just made one
        raise AssertionError
    worker.pause(told.seconds - time.time())
    return told


def _start_fields(worker: Worker, start: Start) -> dict[str, Any]:
    clock = worker.session.clock if worker.session is not None else None
    fields: dict[str, Any] = {"begunSeconds": time.time(), "startReason": start.reason, "late": start.late}
    if clock is not None:
        fields["clockOffsetSeconds"] = clock.offset_seconds
        fields["clockErrorSeconds"] = clock.error_seconds
    return fields


def _deliver(worker: Worker, records: list[dict[str, Any]]) -> None:
    if worker.session is not None:
        stopped = worker.stopped.is_set()
        patience = _DELIVERY_SECONDS_WHEN_STOPPED if stopped else _DELIVERY_SECONDS
        if not worker.session.deliver(records, patience):
            report("undelivered", {"results": len(records)})


def _processor_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime

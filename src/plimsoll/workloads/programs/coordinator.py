"""The coordinator: workers register with it, begin together, and deliver their results to it.

One of these runs per job, as a pod behind a service. Whoever follows its log sees all that matters: one line for each
worker that came or was lost, one for the start, and each worker's results as it delivered them. It keeps nothing on
disk: after a restart the workers come back by themselves, and tell it whether they had begun.

The protocol is lines of JSON over TCP, each a question of the worker or an answer: see ``_ANSWERS``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import time
from typing import Any

from plimsoll.workloads.programs.barrier import Barrier
from plimsoll.workloads.programs.reporting import FORMAT, report
from plimsoll.workloads.programs.resolution import notice_silence

PORT = 7460
LONGEST_LINE_BYTES = 4 * 1024 * 1024
_NAMED_LOST = 100  # workers named in one line; each has a line of its own besides


class Coordinator:
    """All workers of a job. ``start_delay_seconds`` is from the decision to the start: what it takes to tell everybody."""

    def __init__(self, barrier: Barrier, start_delay_seconds: float) -> None:
        self.barrier = barrier
        self.start_seconds = 0.0
        """When the workers begin, on the wall clock; 0 as long as that is open."""
        self.done = asyncio.Event()
        """Everybody who was expected has finished."""
        self._start_delay_seconds = start_delay_seconds
        self._links: dict[str, Link] = {}
        self._delivered: set[tuple[str, int]] = set()
        self._timer: asyncio.TimerHandle | None = None

    def decide(self) -> None:
        """Begin if it is time to, else look again when it may be."""
        loop = asyncio.get_running_loop()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self.start_seconds:
            return
        if not self.barrier.decide(loop.time()):
            self._timer = loop.call_later(max(0.0, self.barrier.due_seconds() - loop.time()), self.decide)
            return
        self._begin(time.time() + self._start_delay_seconds)

    def _begin(self, start_seconds: float) -> None:
        self.start_seconds = start_seconds
        barrier = self.barrier
        report(
            "start",
            {
                "reason": barrier.reason,
                "startSeconds": start_seconds,
                "expected": barrier.expected,
                "present": len(barrier.present),
                "lost": len(barrier.lost),
                "lostWorkers": sorted(barrier.lost)[:_NAMED_LOST],
            },
        )
        for link in self._links.values():
            link.send(self.start(late=False))

    def start(self, *, late: bool) -> dict[str, Any]:
        """What tells a worker when to begin."""
        barrier = self.barrier
        return {
            "answer": "start",
            "startSeconds": self.start_seconds,
            "reason": barrier.reason,
            "late": late,
            "expected": barrier.expected,
            "present": len(barrier.present),
        }

    # --- what workers say -----------------------------------------------------------------------------------------------

    def joined(self, link: Link, message: dict[str, Any]) -> None:
        """A worker registers, anew after each break of its connection."""
        worker = str(message["worker"])
        begun = float(message.get("startedSeconds", 0.0))
        earlier = self._links.get(worker)
        self._links[worker] = link
        link.worker = worker
        if earlier is not None and earlier is not link:
            earlier.drop()
        new = worker not in self.barrier.present
        self.barrier.join(worker, asyncio.get_running_loop().time(), float(message.get("waitedSeconds", 0.0)))
        if new:
            report("joined", {"worker": worker, "seconds": time.time(), **_who(message)})
        if begun and message.get("startReason") != "alone" and not self.start_seconds:
            self.barrier.resume()
            self._begin(begun)
        elif self.start_seconds and not begun:
            link.send(self.start(late=True))
        else:
            self.decide()

    def left(self, link: Link) -> None:
        """A connection has ended."""
        if self._links.get(link.worker) is not link:
            return
        del self._links[link.worker]
        self.barrier.leave(link.worker)
        if link.worker in self.barrier.lost:
            report("lost", {"worker": link.worker, "seconds": time.time(), "begun": bool(self.start_seconds)})
        self.decide()

    def delivered(self, link: Link, message: dict[str, Any]) -> None:
        """A worker's results: they go to the log, each once however often a worker repeats itself."""
        for result in message["results"]:
            key = (link.worker, int(result.get("client", 0)))
            if key not in self._delivered:
                self._delivered.add(key)
                report("result", result)
        self.barrier.finish(link.worker)
        link.send({"answer": "received"})
        if len(self.barrier.finished) == self.barrier.expected and not self.done.is_set():
            self.done.set()
            report("finished", {"seconds": time.time(), "workers": len(self.barrier.finished)})


def _who(message: dict[str, Any]) -> dict[str, Any]:
    return {key: message[key] for key in ("namespace", "pod", "container", "node", "kind") if key in message}


class Link(asyncio.Protocol):
    """The connection of one worker. What is no line of this protocol ends it."""

    def __init__(self, coordinator: Coordinator) -> None:
        self.worker = ""
        self._coordinator = coordinator
        self._transport: asyncio.Transport | None = None
        self._unread = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Have the system notice a peer that is gone without a word."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a stream has no other
        self._transport = transport
        notice_silence(transport.get_extra_info("socket"))

    def data_received(self, data: bytes) -> None:
        """Take what has come, line by line."""
        received_seconds = time.time()
        self._unread += data
        while True:
            end = self._unread.find(b"\n")
            if end < 0:
                break
            text = bytes(self._unread[:end])
            del self._unread[: end + 1]
            try:
                self._answer(json.loads(text), received_seconds)
            except (ValueError, KeyError, TypeError, AttributeError):
                report("refused", {"worker": self.worker, "line": text[:200].decode("utf-8", "replace")})
                self.drop()
                return
        if len(self._unread) > LONGEST_LINE_BYTES:
            self.drop()

    def _answer(self, message: dict[str, Any], received_seconds: float) -> None:
        question = message["question"]
        if question == "clock":
            self.send({"answer": "clock", "receivedSeconds": received_seconds, "sentSeconds": time.time()})
        elif question == "join":
            if message.get("plimsoll") != FORMAT:
                raise ValueError("another format")
            self._coordinator.joined(self, message)
        elif question == "deliver":
            self._coordinator.delivered(self, message)
        else:
            raise ValueError(question)

    def send(self, message: dict[str, Any]) -> None:
        """Send an answer; that it arrives is the worker's business."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(json.dumps(message).encode() + b"\n")

    def drop(self) -> None:
        """End the connection."""
        if self._transport is not None:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the reason does not matter
        """The worker ended the connection, or is gone."""
        self._transport = None
        self._coordinator.left(self)


def parser() -> argparse.ArgumentParser:
    """The program's arguments."""
    options = argparse.ArgumentParser(
        description="Lets the workers of a job begin together, and collects their results."
    )
    options.add_argument("--expected", type=int, required=True, help="workers that are to come")
    options.add_argument("--quorum", type=float, default=1.0, help="share of them that is enough after the patience")
    options.add_argument(
        "--patience", type=float, default=60.0, metavar="SECONDS", help="with nobody new, for a quorum"
    )
    options.add_argument(
        "--timeout", type=float, default=3600.0, metavar="SECONDS", help="begin then, whoever is there"
    )
    options.add_argument("--start-delay", type=float, default=1.0, metavar="SECONDS", help="from decision to start")
    pod_address = os.environ.get("PLIMSOLL_POD_IP", "")
    options.add_argument("--address", default=pod_address, help="to listen on; default: $PLIMSOLL_POD_IP, else all")
    options.add_argument("--port", type=int, default=PORT, help="to listen on; 0 for any, which is reported")
    return options


async def serve(arguments: argparse.Namespace) -> None:
    """Serve until SIGTERM. That all have finished is no reason to go: one may have to deliver again."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    barrier = Barrier(arguments.expected, arguments.quorum, arguments.patience, arguments.timeout, loop.time())
    coordinator = Coordinator(barrier, arguments.start_delay)
    server = await loop.create_server(
        lambda: Link(coordinator), arguments.address or None, arguments.port, backlog=4096
    )
    port = server.sockets[0].getsockname()[1]
    report("coordinator", {"port": port, "seconds": time.time(), "expected": arguments.expected})
    coordinator.decide()
    await stop.wait()
    server.close()
    missing = max(0, barrier.expected - len(barrier.finished))
    report("stopped", {"seconds": time.time(), "finished": len(barrier.finished), "missing": missing})


def allow_many_connections() -> None:
    """Raise this process's limit on open files as far as it may itself."""
    try:
        import resource  # noqa: PLC0415 - not on every platform
    except ImportError:
        return
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def main() -> int:
    """Run the program."""
    arguments = parser().parse_args()
    allow_many_connections()
    asyncio.run(serve(arguments))
    return 0


if __name__ == "__main__":
    sys.exit(main())

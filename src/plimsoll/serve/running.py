"""``plimsoll serve`` as a process: signals, limits of the process, kubeconfigs that come and go with the server."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import uvloop

from plimsoll.serve.composition import compose
from plimsoll.serve.kubeconfig import Access, merge_context, remove_context, user_kubeconfig, write_kubeconfig
from plimsoll.serve.memory import map_large_buffers, settle
from plimsoll.serve.metrics.counting import Totals
from plimsoll.serve.server import Listening, ServedCluster, serving
from plimsoll.serve.statedirectory import state_directory

if TYPE_CHECKING:
    from plimsoll.scenario.cluster import ClusterSpec


@dataclass(frozen=True, slots=True)
class Wish:
    """What to serve, and where to write how to reach it; ``kubeconfig`` None is a file of the server's own folder."""

    spec: ClusterSpec
    listening: Listening = field(default_factory=Listening)
    seed: int = 1
    name: str = ""
    kubeconfig: Path | None = None
    merge: bool = False
    processes: bool = False
    """Run the containers of pods as processes of this machine."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a reader needs to know once a server is ready."""

    url: str
    context: str
    kubeconfig: Path
    merged_into: Path | None
    pid: int


def run(wish: Wish, announce: Callable[[Announcement], None]) -> None:
    """Serve until SIGINT or SIGTERM; ``announce`` is called when the server is ready.

    Raises ``InputError``, with nothing left behind, where it cannot be done.
    """
    _raise_file_limit()
    map_large_buffers()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(wish, announce))


async def _serve(wish: Wish, announce: Callable[[Announcement], None]) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    cluster = compose(wish.spec, seed=wish.seed, telemetry=Totals(), epoch_seconds=time.time())
    async with serving(cluster, wish.listening, processes=wish.processes) as served:
        with _announced(wish, served) as announcement:
            settle()
            announce(announcement)
            await stopped.wait()


@contextmanager
def _announced(wish: Wish, served: ServedCluster) -> Iterator[Announcement]:
    """Write the kubeconfigs, and take them away in the end."""
    access = Access(wish.name or f"plimsoll-{served.port}", served.url, served.authority.certificate, served.token)
    with state_directory(os.environ) as folder:
        path = wish.kubeconfig or folder / "kubeconfig"
        write_kubeconfig(path, access)
        merged = user_kubeconfig(os.environ) if wish.merge else None
        try:
            if merged is not None:
                merge_context(merged, access)
            yield Announcement(served.url, access.name, path, merged, os.getpid())
        finally:
            path.unlink(missing_ok=True)
            if merged is not None:
                remove_context(merged, access.name)


def _raise_file_limit() -> None:
    """Take as many files as the process may have: each connection is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

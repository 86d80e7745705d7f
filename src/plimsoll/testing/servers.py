"""A cluster behind HTTPS, in a thread of its own, for tests with real clients."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar

import uvloop

from plimsoll.serve.kubeconfig import Access, write_kubeconfig
from plimsoll.serve.server import Listening, serving
from plimsoll.testing.clusters import Cluster
from plimsoll.testing.conducting import LOOK_SECONDS, Conductor
from plimsoll.testing.options import Options

if TYPE_CHECKING:
    from plimsoll.serve.server import ServedCluster

T = TypeVar("T")

CONTEXT = "plimsoll"
"""The name of the context in the kubeconfig."""

POLL_SECONDS = 0.005
"""How often, by the wall clock, a condition is looked at that waits for something outside of the simulation."""


class Server(Cluster):
    """A cluster, and how to reach it: ``url``, the administrator's ``token``, and files for clients that read them."""

    def __init__(self, served: ServedCluster, conductor: Conductor, folder: Path) -> None:
        super().__init__(served.registry, conductor)
        self.url = served.url
        self.port = served.port
        self.token = served.token
        self.kubeconfig = folder / "kubeconfig"
        self.ca_file = folder / "ca.crt"
        self._pacer = served.pacer
        self.ca_file.write_bytes(served.authority.certificate)
        write_kubeconfig(self.kubeconfig, Access(CONTEXT, served.url, served.authority.certificate, served.token))

    @property
    def rate(self) -> float:
        """The cluster's seconds per second of the wall clock; at 0 only :meth:`advance` and :meth:`until` move it."""
        return self._pacer.rate

    @rate.setter
    def rate(self, rate: float) -> None:
        self._conductor.perform(lambda: setattr(self._pacer, "rate", rate))


@contextmanager
def served(*, rate: float = 1.0, **options: Any) -> Iterator[Server]:
    """Serve a cluster on a free port of the loopback address, with the options of :class:`~.options.Options`.

    Its time begins with the wall clock's and goes ``rate`` times as fast.
    """
    wanted = Options(**options)
    ready: Future[tuple[ServedCluster, _Remote]] = Future()
    thread = Thread(target=_serve, args=(wanted, rate, ready), name="plimsoll-server", daemon=True)
    thread.start()
    reached, remote = ready.result()
    try:
        with TemporaryDirectory(prefix="plimsoll-") as folder:
            yield Server(reached, remote, Path(folder))
    finally:
        remote.stop()
        thread.join()


def _serve(options: Options, rate: float, ready: Future[tuple[ServedCluster, _Remote]]) -> None:
    """The server's thread, from start to stop."""

    async def main() -> None:
        async with serving(options.compose(time.time()), Listening(rate=rate)) as reached:
            remote = _Remote(reached, asyncio.get_running_loop())
            ready.set_result((reached, remote))
            await remote.stopped.wait()

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(main())
    except BaseException as error:
        if ready.done():
            raise
        ready.set_exception(error)


class _Remote(Conductor):
    """Moves a cluster that lives on the loop of another thread."""

    def __init__(self, served: ServedCluster, loop: asyncio.AbstractEventLoop) -> None:
        self.stopped = asyncio.Event()
        self._kernel = served.cluster.kernel
        self._store = served.cluster.store
        self._pacer = served.pacer
        self._loop = loop

    def stop(self) -> None:
        """Let the server's thread come to its end."""
        self._loop.call_soon_threadsafe(self.stopped.set)

    def perform(self, action: Callable[[], T]) -> T:
        """Do it between two requests, at the cluster's present."""

        async def performed() -> T:
            self._pacer.catch_up()
            try:
                return action()
            finally:
                self._pacer.poke()

        return self._await(performed())

    def advance(self, seconds: float) -> None:
        """Leap ahead; requests are served meanwhile."""

        async def advanced() -> None:
            self._pacer.catch_up()
            await self._leap(self._kernel.now + seconds)

        self._await(advanced())

    def until(self, condition: Callable[[], T], timeout_seconds: float) -> T:
        """Look at the condition, in the caller's thread, until it holds.

        A cluster that is paced keeps its pace: whoever reacts to it may live in real time. One that stands still is
        moved from change to change, and gives its clients a moment to react to each.
        """
        deadline = self.perform(lambda: self._kernel.now) + timeout_seconds
        result = condition()
        while not result and self._kernel.now < deadline:
            if self._pacer.rate > 0.0:
                time.sleep(POLL_SECONDS)
                self.perform(lambda: None)
            else:
                self._await(self._step(deadline))
            result = condition()
        return result

    async def _leap(self, goal_seconds: float) -> None:
        self._pacer.skip_to(goal_seconds)
        while self._kernel.now < goal_seconds:
            self._pacer.catch_up()
            await asyncio.sleep(0)

    async def _step(self, deadline: float) -> None:
        """Move on to the next change, no further than to the next look."""
        revision = self._store.revision
        goal = min(deadline, self._kernel.now + LOOK_SECONDS)
        while self._kernel.now < goal and self._store.revision == revision:
            coming = self._kernel.next_time()
            await self._leap(goal if coming is None else min(goal, coming))
        await asyncio.sleep(POLL_SECONDS)

    def _await(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

"""One container of a pod: its process, its restarts, its probes, and its status as the API has it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from plimsoll.errors import ApiError
from plimsoll.kube.quantities import parse_memory
from plimsoll.kube.timestamps import rfc3339, rfc3339_micro
from plimsoll.serve.processes.launch import EXIT_NOT_STARTED
from plimsoll.serve.processes.logs import ContainerLog
from plimsoll.serve.processes.probes import Probe, watch
from plimsoll.serve.processes.process import Command, Launcher, Process
from plimsoll.serve.processes.variables import relocated

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object

FIRST_BACKOFF_SECONDS = 10.0
LONGEST_BACKOFF_SECONDS = 300.0
"""Between restarts of a container that keeps ending (kubelet, ``backOffPeriod`` and ``MaxCrashLoopBackOff``)."""
_SIGNAL_EXIT = 128  # a shell's exit code for a signal, to which that is added


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a container needs of its pod."""

    launcher: Launcher
    directory: Path
    address: str
    prepare: Callable[[Object], tuple[Sequence[str], dict[str, str], dict[str, str]]]
    """Words, environment and places of mounts of a container; ``ApiError`` where something is missing."""
    changed: Callable[[], None]
    backoff_seconds: float = FIRST_BACKOFF_SECONDS


class Container:
    """Starts its process, and again as ``restarts`` says: with the exit code of the last."""

    def __init__(self, spec: Object, surroundings: Surroundings, restarts: Callable[[int], bool]) -> None:
        self.name: str = spec["name"]
        self.exit_code: int | None = None
        """Of the last process, once that has ended for good."""
        self.log: ContainerLog | None = None
        self.previous_log: ContainerLog | None = None
        self.restart_count = 0
        self.ready = False
        self.started = False
        self._spec = spec
        self._surroundings = surroundings
        self._restarts = restarts
        self._state: Object = {"waiting": {"reason": "ContainerCreating"}}
        self._last_state: Object = {}
        self._process: Process | None = None
        self._life: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        self._started_seconds = 0.0
        self._backoff_seconds = 0.0
        self._probes: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Start, in the background."""
        self._life = asyncio.get_running_loop().create_task(self._live())

    @property
    def has_run(self) -> bool:
        """Whether it was ever started."""
        return self._started_seconds > 0

    def status(self) -> Object:
        """The container's ``containerStatus``."""
        return {
            "name": self.name,
            "image": self._spec.get("image", ""),
            "imageID": "",
            "containerID": f"process://{self._process.pid}" if self._process is not None else "",
            "ready": self.ready,
            "started": self.started,
            "restartCount": self.restart_count,
            "state": self._state,
            "lastState": self._last_state,
        }

    async def stop(self, grace_seconds: float) -> None:
        """Ask it to end, and make it once the grace is over; return when it has."""
        self._stopping.set()
        if self._life is None:
            return
        if self._process is not None:
            self._process.kill(signal.SIGTERM)
        done, _ = await asyncio.wait([self._life], timeout=grace_seconds)
        if not done:
            if self._process is not None:
                self._process.kill(signal.SIGKILL)
            await asyncio.wait([self._life])

    # --- life -----------------------------------------------------------------------------------------------------------

    async def _live(self) -> None:
        """Run, and run again, until that is over."""
        exit_code = 0
        while not self._stopping.is_set():
            try:
                command = self._command()
            except ApiError as error:
                self._wait("CreateContainerConfigError", error.message)
                await self._pause(self._surroundings.backoff_seconds)
                continue
            exit_code = await (self._idle() if command is None else self._run(command))
            if self._stopping.is_set() or not self._restarts(exit_code):
                break
            self._last_state = self._terminated(exit_code)
            await self._back_off()
            self.restart_count += 1
        self._finish(exit_code)

    def _command(self) -> Command | None:
        """What is to be executed; None where the container has no command."""
        surroundings = self._surroundings
        words, environment, places = surroundings.prepare(self._spec)
        if not words:
            return None
        directory = surroundings.directory / self.name
        directory.mkdir(parents=True, exist_ok=True)
        environment.setdefault("HOME", str(directory))
        working = Path(relocated([self._spec.get("workingDir") or str(directory)], places)[0])
        return Command(
            relocated(words, places),
            {name: relocated([value], places)[0] for name, value in environment.items()},
            working if working.is_dir() else directory,
            _memory_limit(self._spec),
        )

    async def _idle(self) -> int:
        """Do nothing, as an image does that is not here."""
        self._open_log()
        self._note(f"the image {self._spec.get('image', '')} is not run: the container has no command of its own")
        self._running()
        await self._stopping.wait()
        return 0

    async def _run(self, command: Command) -> int:
        """Run the process to its end; its exit code, as a shell would say it."""
        self._open_log()
        ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._process = await self._surroundings.launcher.start(command, self.log, ended.set_result)
        if self._stopping.is_set():
            self._process.kill(signal.SIGTERM)
        self._running()
        code = await ended
        self._cancel_probes()
        if self.log is not None:
            self.log.close()
        return _SIGNAL_EXIT - code if code < 0 else code

    async def _back_off(self) -> None:
        """Wait before the next start: not at all before the first, then twice as long each time."""
        ran_seconds = time.time() - self._started_seconds
        if ran_seconds > 2 * LONGEST_BACKOFF_SECONDS:
            self._backoff_seconds = 0.0
        wait_seconds = max(0.0, self._backoff_seconds - ran_seconds)
        first = self._surroundings.backoff_seconds
        self._backoff_seconds = min(max(first, 2 * self._backoff_seconds), LONGEST_BACKOFF_SECONDS)
        self._wait("CrashLoopBackOff", f"back-off {wait_seconds:.0f}s restarting failed container={self.name}")
        await self._pause(wait_seconds)

    async def _pause(self, seconds: float) -> None:
        """Sleep, unless the container is to stop."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    def _open_log(self) -> None:
        path = self._surroundings.directory / f"{self.name}-{self.restart_count}.log"
        if self.log is not None:
            self.previous_log = self.log
        self.log = ContainerLog(path, lambda: rfc3339_micro(time.time()))

    def _note(self, text: str) -> None:
        if self.log is not None:
            self.log.write("stderr", f"plimsoll: {text}\n".encode())

    def _running(self) -> None:
        self._started_seconds = time.time()
        self._state = {"running": {"startedAt": rfc3339(self._started_seconds)}}
        self.started = "startupProbe" not in self._spec
        self.ready = self.started and "readinessProbe" not in self._spec
        if self.started:
            self._begin_probes()
        else:
            self._watch("startupProbe", self._started_up, once=True)
        self._surroundings.changed()

    def _finish(self, exit_code: int) -> None:
        self._cancel_probes()
        if self.log is not None and not self.log.closed:
            self.log.close()
        self.exit_code = exit_code
        self._state = self._terminated(exit_code)
        self.ready = self.started = False
        self._surroundings.changed()

    def _wait(self, reason: str, message: str) -> None:
        self._state = {"waiting": {"reason": reason, "message": message}}
        self.ready = self.started = False
        self._surroundings.changed()

    def _terminated(self, exit_code: int) -> Object:
        reason = "Completed" if exit_code == 0 else "StartError" if exit_code == EXIT_NOT_STARTED else "Error"
        started = rfc3339(self._started_seconds or time.time())
        details = {"exitCode": exit_code, "reason": reason, "startedAt": started, "finishedAt": rfc3339(time.time())}
        return {"terminated": details}

    # --- probes -----------------------------------------------------------------------------------------------------------

    def _started_up(self, answer: bool) -> None:  # noqa: FBT001 - a probe's answer
        if answer:
            self.started = True
            self.ready = "readinessProbe" not in self._spec
            self._begin_probes()
            self._surroundings.changed()
        else:
            self._unhealthy("Startup")

    def _begin_probes(self) -> None:
        if "readinessProbe" in self._spec:
            self._watch("readinessProbe", self._readiness)
        if "livenessProbe" in self._spec:
            self._watch("livenessProbe", self._liveness)

    def _readiness(self, answer: bool) -> None:  # noqa: FBT001 - a probe's answer
        if answer is not self.ready:
            self.ready = answer
            self._surroundings.changed()

    def _liveness(self, answer: bool) -> None:  # noqa: FBT001 - a probe's answer
        if not answer:
            self._unhealthy("Liveness")

    def _unhealthy(self, kind: str) -> None:
        self._note(f"{kind} probe failed: the container is killed")
        if self._process is not None:
            self._process.kill(signal.SIGKILL)

    def _watch(self, field: str, told: Callable[[bool], None], *, once: bool = False) -> None:
        probe = Probe(self._spec[field], self._spec, self._surroundings.address, self._execute)
        task = asyncio.get_running_loop().create_task(watch(probe, told, once=once))
        self._probes.add(task)
        task.add_done_callback(self._probes.discard)

    def _cancel_probes(self) -> None:
        for task in self._probes:
            task.cancel()

    async def _execute(self, words: list[str], timeout_seconds: float) -> bool:
        """Run a probe's command; one that does not end in time is killed."""
        if self._process is None:
            return True  # the image that has this command is not here
        surroundings = self._surroundings
        _, environment, places = surroundings.prepare(self._spec)
        ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        command = Command(relocated(words, places), environment, surroundings.directory / self.name)
        process = await surroundings.launcher.start(command, None, ended.set_result)
        try:
            return await asyncio.wait_for(asyncio.shield(ended), timeout_seconds) == 0
        finally:
            process.kill(signal.SIGKILL)


def _memory_limit(spec: Object) -> int:
    limit = spec.get("resources", {}).get("limits", {}).get("memory")
    return parse_memory(limit) if limit is not None else 0

"""A pod's containers together: first those that initialise, one by one, then all others at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from plimsoll.serve.processes.container import Container, Surroundings
from plimsoll.serve.processes.variables import Find, environment, words
from plimsoll.serve.processes.volumes import Volumes
from plimsoll.simcluster.kubelet.containers import Report

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.serve.processes.apiservice import ApiService
    from plimsoll.serve.processes.logs import ContainerLog
    from plimsoll.serve.processes.process import Launcher


class RunningPod:
    """The containers of one pod. ``changed`` is called after every change of a state."""

    def __init__(
        self,
        pod: Object,
        address: str,
        directory: Path,
        launcher: Launcher,
        find: Find,
        extra: dict[str, str],
        service: ApiService | None,
        changed: Callable[[], None],
        *,
        backoff_seconds: float,
    ) -> None:
        spec = pod["spec"]
        self.pod = pod
        self.address = address
        self.directory = directory
        self.volumes = Volumes(directory / "volumes", pod, address, find, service)
        self._find = find
        self._extra = {**extra, **service.variables()} if service is not None else extra
        self._changed = changed
        self._stopping = False
        self._mounted = False
        policy = spec.get("restartPolicy", "Always")
        around = Surroundings(launcher, directory, address, self._prepare, self._advance, backoff_seconds)
        self._init = [Container(each, around, _restarts(policy, init=True)) for each in spec.get("initContainers", ())]
        self._main = [Container(each, around, _restarts(policy, init=False)) for each in spec["containers"]]
        self._begun: set[Container] = set()

    def start(self) -> None:
        """Start what comes first."""
        self._advance()

    async def stop(self, grace_seconds: float) -> None:
        """End all containers at once."""
        self._stopping = True
        async with asyncio.TaskGroup() as group:
            for container in (*self._init, *self._main):
                if container in self._begun:
                    group.create_task(container.stop(grace_seconds))

    def log(self, container: str, *, previous: bool) -> ContainerLog | None:
        """The log of a container, or of the one before its last restart."""
        for each in (*self._init, *self._main):
            if each.name == container:
                return each.previous_log if previous else each.log
        return None

    def report(self) -> Report:
        """How the containers are."""
        ends = [container.exit_code for container in self._main]
        initialised = all(container.exit_code == 0 for container in self._init)
        phase: Literal["Pending", "Running", "Succeeded", "Failed"]
        if any(container.exit_code for container in self._init):
            phase = "Failed"
        elif not initialised or not any(container.has_run for container in self._main):
            phase = "Pending"
        elif None in ends:
            phase = "Running"
        else:
            phase = "Failed" if any(ends) else "Succeeded"
        ready = phase == "Running" and all(container.ready for container in self._main)
        main, init = ([each.status() for each in part] for part in (self._main, self._init))
        return Report(phase, ready, main, init, initialised)

    def _advance(self) -> None:
        """Start what may start now, and tell of the change."""
        if not self._stopping:
            waiting = next((each for each in self._init if each.exit_code != 0), None)
            due = self._main if waiting is None else [waiting]
            for container in due:
                if container not in self._begun:
                    self._begun.add(container)
                    container.start()
        self._changed()

    def _prepare(self, container: Object) -> tuple[list[str], dict[str, str], dict[str, str]]:
        if not self._mounted:
            self.volumes.mount()
            self._mounted = True
        values = environment(self.pod, container, self.address, self._find)
        return words(container, values), {**values, **self._extra}, self.volumes.places(container)


def _restarts(policy: str, *, init: bool) -> Callable[[int], bool]:
    """Whether a container is to be started again, from its exit code."""
    if policy == "Always" and not init:
        return lambda _: True
    if policy == "Never":
        return lambda _: False
    return lambda exit_code: exit_code != 0

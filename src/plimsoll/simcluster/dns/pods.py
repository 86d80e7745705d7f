"""The pods of DNS servers: containers that are probed, killed and started again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from plimsoll.kernel import Kernel, Random
    from plimsoll.simcluster.dns.answering import ServerState
    from plimsoll.simcluster.settings import DnsSettings


class Witness(Protocol):
    """Whoever writes down what happens to containers."""

    def unhealthy(self, pod: str, container: str) -> None:
        """A liveness probe failed."""

    def killed(self, pod: str, container: str) -> None:
        """The last of several failed in a row: the container is killed."""

    def out_of_memory(self, pod: str, container: str) -> None:
        """The kernel killed a container that went over its memory limit."""

    def backing_off(self, pod: str, container: str) -> None:
        """The kubelet waits before it starts a container again."""


class Container:
    """One container of one pod."""

    __slots__ = (
        "_backoff_seconds",
        "_failures",
        "_random",
        "_settings",
        "name",
        "oom_kills",
        "restarts",
        "started",
        "up",
    )

    def __init__(self, name: str, settings: DnsSettings, random: Random, now: float) -> None:
        self.name = name
        self.up = True
        self.restarts = 0
        self.oom_kills = 0
        self.started = now
        self._settings = settings
        self._random = random
        self._failures = 0
        self._backoff_seconds = 0.0

    def is_probed(self, now: float) -> bool:
        """Whether the kubelet probes it by now."""
        return self.up and now - self.started >= self._settings.liveness_delay_seconds

    def probe(self, failure_probability: float) -> bool:
        """One liveness probe; whether it succeeds."""
        failed = failure_probability > 0 and self._random.random() < failure_probability
        self._failures = self._failures + 1 if failed else 0
        return not failed

    @property
    def is_unhealthy(self) -> bool:
        """Whether so many probes in a row have failed that the kubelet restarts it."""
        return self._failures >= self._settings.liveness_failures

    def stop(self, now: float) -> float:
        """End it; returns the seconds that the kubelet backs off before it starts the next one."""
        settings = self._settings
        if now - self.started >= settings.backoff_reset_seconds:
            self._backoff_seconds = 0.0
        wait_seconds = self._backoff_seconds
        self._backoff_seconds = min(max(2 * wait_seconds, settings.backoff_seconds), settings.longest_backoff_seconds)
        self._failures = 0
        self.up = False
        return wait_seconds

    def start(self, now: float) -> None:
        """It runs again."""
        self.up = True
        self.restarts += 1
        self.started = now


class ServerPod:
    """One server pod. It is ready, and gets queries, while all of its containers run."""

    def __init__(self, name: str, containers: Sequence[Container], kernel: Kernel, witness: Witness) -> None:
        self.name = name
        self.containers = tuple(containers)
        self._kernel = kernel
        self._witness = witness

    @property
    def ready(self) -> bool:
        """Whether the service's endpoints include it."""
        return all(container.up for container in self.containers)

    def look_after(self, state: ServerState, settings: DnsSettings, changed: Callable[[], None]) -> None:
        """What kernel and kubelet do in one probe period to a pod in this state; ``changed`` is called when a container stops or starts."""
        for container in self.containers:
            if not container.up:
                continue
            if settings.memory_limit_bytes and state.bytes[container.name] > settings.memory_limit_bytes:
                container.oom_kills += 1
                self._witness.out_of_memory(self.name, container.name)
                self._stop(container, settings, changed)
            elif container.is_probed(self._kernel.now):
                self._probe(container, state.probe_failures, settings, changed)

    def _probe(
        self,
        container: Container,
        failures: Mapping[str, float],
        settings: DnsSettings,
        changed: Callable[[], None],
    ) -> None:
        if container.probe(failures[container.name]):
            return
        self._witness.unhealthy(self.name, container.name)
        if container.is_unhealthy:
            self._witness.killed(self.name, container.name)
            self._stop(container, settings, changed)

    def _stop(self, container: Container, settings: DnsSettings, changed: Callable[[], None]) -> None:
        wait_seconds = container.stop(self._kernel.now)
        if wait_seconds:
            self._witness.backing_off(self.name, container.name)
        self._kernel.after(wait_seconds + settings.restart_seconds, self._start, container, changed)
        changed()

    def _start(self, container: Container, changed: Callable[[], None]) -> None:
        container.start(self._kernel.now)
        changed()

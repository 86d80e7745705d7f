"""Who moves a cluster's time: what :class:`plimsoll.testing.Cluster` asks for, and the simple answer, in process."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from plimsoll.kernel import Kernel
    from plimsoll.simcluster.assembly import SimulatedCluster

T = TypeVar("T")

LOOK_SECONDS = 1.0
"""A condition is looked at after every change of an object, and this often where nothing changes."""


class Conductor(Protocol):
    """Does things to a cluster at its present, and moves it on."""

    def perform(self, action: Callable[[], T]) -> T:
        """Do something at once, where and when the cluster may be touched."""
        ...

    def advance(self, seconds: float) -> None:
        """Let so much of the cluster's time pass."""
        ...

    def until(self, condition: Callable[[], T], timeout_seconds: float) -> T:
        """Let time pass until the condition gives something true; what it gave last, if that takes too long."""
        ...


class Direct(Conductor):
    """Moves the cluster in the caller's own thread, as fast as it can be computed."""

    def __init__(self, cluster: SimulatedCluster) -> None:
        self._kernel = cluster.kernel
        self._store = cluster.store

    def perform(self, action: Callable[[], T]) -> T:
        """Do it."""
        return action()

    def advance(self, seconds: float) -> None:
        """Run the kernel."""
        self._kernel.run(self._kernel.now + seconds)

    def until(self, condition: Callable[[], T], timeout_seconds: float) -> T:
        """Run the kernel from change to change."""
        kernel = self._kernel
        deadline = kernel.now + timeout_seconds
        result = condition()
        while not result and kernel.now < deadline:
            self._run_to_change(kernel, min(deadline, kernel.now + LOOK_SECONDS))
            result = condition()
        return result

    def _run_to_change(self, kernel: Kernel, horizon_seconds: float) -> None:
        revision = self._store.revision
        while kernel.now < horizon_seconds:
            kernel.run(horizon_seconds, max_actions=1)
            if self._store.revision != revision:
                return
        kernel.run(horizon_seconds)

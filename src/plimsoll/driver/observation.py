"""What the driver needs to be told about the objects of its run. Whoever observes the cluster tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class JobPods(Protocol):
    """How many pods of one job there are; the numbers go on changing."""

    @property
    def running(self) -> int:
        """Pods that run, or ran to their end."""
        ...

    @property
    def ready(self) -> int:
        """Pods that are ready, or ran to their end."""
        ...

    @property
    def clients(self) -> int:
        """Clients of a data exchange."""
        ...

    @property
    def clients_exchanging(self) -> int:
        """Clients that run and have not finished exchanging data."""
        ...

    @property
    def clients_finished(self) -> int:
        """Clients that have finished exchanging data."""
        ...


class Observation(Protocol):
    """The present state of a run as its cluster's API shows it."""

    def job(self, name: str) -> JobPods:
        """The pods of one job."""
        ...

    def is_gone(self, namespace: str) -> bool:
        """Whether a namespace of the run no longer exists."""
        ...

    def is_empty(self, namespace: str) -> bool:
        """Whether no pod of the run is left in a namespace."""
        ...

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition on these numbers holds."""
        ...

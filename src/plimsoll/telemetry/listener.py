"""What a running cluster tells about itself, and to whom.

The simulated components and the observers report through :class:`Telemetry`; who listens (an archive, a test, nobody)
is chosen where the run is assembled. All times are seconds of the run's clock since it began.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

Measure = Literal["latency", "throttle"]
"""``latency`` is a request's time without its wait at the client's own limiter; ``throttle`` is that wait."""


class RequestRow(NamedTuple):
    """Requests of one client that were alike and fell into one window of time and one bucket of duration."""

    window_start_seconds: float
    window_seconds: float
    client: str
    """A role, such as ``kubelet``, ``scheduler`` or ``driver``; all kubelets are one client."""
    verb: str
    resource: str
    code: int
    """The HTTP status of the answer."""
    measure: Measure
    bucket: int
    """See :func:`plimsoll.histogram.bucket_of`."""
    count: int  # type: ignore[assignment]  # hides tuple.count, which nobody asks of a row
    seconds_sum: float
    """The durations of all of them together."""


class Telemetry(Protocol):
    """The listener. Implementations must be cheap: a large run calls them millions of times."""

    def pod(self, uid: str, namespace: str, name: str, job: str, created_seconds: float) -> None:
        """A pod was seen for the first time. Comes before anything else about this pod."""
        ...

    def pod_node(self, uid: str, node: str) -> None:
        """A known pod was bound to a node."""
        ...

    def milestone(self, seconds: float, uid: str, milestone: str) -> None:
        """A known pod reached a :class:`plimsoll.telemetry.Milestone`."""
        ...

    def requests(self, rows: Iterable[RequestRow]) -> None:
        """Requests made since the last call. Requests = ``count`` of the rows whose measure is ``latency``."""
        ...

    def sample(self, seconds: float, series: str, instance: str, value: float) -> None:
        """A gauge read at a moment; ``instance`` (a node, a queue) is empty where there is only one."""
        ...

    def event(
        self,
        seconds: float,
        type: str,  # noqa: A002  the field's name in Kubernetes
        reason: str,
        kind: str,
        namespace: str,
        name: str,
        source: str,
        message: str,
        *,
        count: int = 1,
    ) -> None:
        """A Kubernetes event about the object of this kind, namespace and name; ``source`` is who reported it."""
        ...

    def log(self, seconds: float, component: str, instance: str, verbosity: int, message: str) -> None:
        """A line that a component would print when run at this ``-v`` level."""
        ...

    def phase(self, name: str, started_seconds: float, ended_seconds: float) -> None:
        """A phase of the load is over."""
        ...


class NullTelemetry:
    """Nobody listens."""

    def pod(self, uid: str, namespace: str, name: str, job: str, created_seconds: float) -> None:
        """Ignore a pod."""

    def pod_node(self, uid: str, node: str) -> None:
        """Ignore a binding."""

    def milestone(self, seconds: float, uid: str, milestone: str) -> None:
        """Ignore a milestone."""

    def requests(self, rows: Iterable[RequestRow]) -> None:
        """Ignore requests."""

    def sample(self, seconds: float, series: str, instance: str, value: float) -> None:
        """Ignore a sample."""

    def event(
        self,
        seconds: float,
        type: str,  # noqa: A002
        reason: str,
        kind: str,
        namespace: str,
        name: str,
        source: str,
        message: str,
        *,
        count: int = 1,
    ) -> None:
        """Ignore an event."""

    def log(self, seconds: float, component: str, instance: str, verbosity: int, message: str) -> None:
        """Ignore a line."""

    def phase(self, name: str, started_seconds: float, ended_seconds: float) -> None:
        """Ignore a phase."""

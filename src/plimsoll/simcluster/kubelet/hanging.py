"""What a kubelet does while its container runtime does not answer (kubelet/pleg/generic.go, kubelet/runtime.go).

Containers go on running, and nothing starts or stops. A relist that hangs is overdue after three minutes: the kubelet
skips all pods, and the node is not Ready any more; up to 1.5 the node stays Ready, and /healthz fails instead. A hang of
single containers lets relists come to an end after minutes, so that the node comes and goes (PR 97362).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.simcluster.kubelet.kubelet import Kubelet
    from plimsoll.simcluster.settings import KubeletSettings

SKIPPING_SECONDS = 5.0
"""A sync loop that skips its pods looks again after 100 ms, doubled up to 5 s (kubelet.go, syncLoop)."""

COMPONENT = "kubelet"


class Hang:
    """One hang of one node's runtime; ``unhealthy`` and ``healthy`` are told when relists are overdue and when not."""

    def __init__(
        self,
        kubelet: Kubelet,
        relist_seconds: float | None,
        unhealthy: Callable[[str], None],
        healthy: Callable[[], None],
    ) -> None:
        """``relist_seconds``: relists do come to an end, after so long; None where they hang until the runtime recovers."""
        self._kubelet = kubelet
        self._relist_seconds = relist_seconds
        self._unhealthy = unhealthy
        self._healthy = healthy
        self._last_seen_seconds = kubelet.kernel.now
        self._overdue = False
        self._over = False
        self._begin_relist()
        kubelet.runtime_hangs = True
        kubelet.runtime.hang()

    def end(self) -> None:
        """The runtime answers again."""
        self._over = True
        self._seen()
        self._kubelet.runtime_hangs = False
        self._kubelet.runtime.recover()

    def _begin_anew(self) -> None:
        """A relist has come to its end, or a new process of the kubelet has begun: the next relist hangs in turn."""
        if not self._over:
            self._seen()
            self._begin_relist()

    restarted = _begin_anew

    def last_seen_seconds(self) -> float:
        """How long ago the last relist came to its end."""
        return 0.0 if self._over else self._kubelet.kernel.now - self._last_seen_seconds

    def _begin_relist(self) -> None:
        kernel, seen = self._kubelet.kernel, self._last_seen_seconds
        kernel.after(self._kubelet.settings.pleg_threshold_seconds, self._look, seen)
        if self._relist_seconds is not None:
            kernel.after(self._relist_seconds, self._begin_anew)

    def _seen(self) -> None:
        self._last_seen_seconds = self._kubelet.kernel.now
        if self._overdue:
            self._overdue = False
            self._healthy()

    def _look(self, seen_seconds: float) -> None:
        """The relist that began then is overdue, unless it has come to its end."""
        if self._over or seen_seconds != self._last_seen_seconds:
            return
        now = self._kubelet.kernel.now
        text = not_healthy(now - seen_seconds, self._kubelet.settings.pleg_threshold_seconds)
        self._kubelet.telemetry.log(now, COMPONENT, self._kubelet.name, 0, f"skipping pod synchronization - [{text}]")
        if not self._overdue:
            self._overdue = True
            self._unhealthy(text)
        self._kubelet.kernel.after(SKIPPING_SECONDS, self._look, seen_seconds)


def not_healthy(since_seconds: float, threshold_seconds: float) -> str:
    """What a kubelet says of relists that are overdue."""
    return (
        f"PLEG is not healthy: pleg was last seen active {_go_duration(since_seconds)} ago; "
        f"threshold is {_go_duration(threshold_seconds)}"
    )


def _go_duration(seconds: float) -> str:
    """As Go prints a duration of a minute or more: ``3m5.25s``."""
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes)}m{rest:.6g}s"


def timed_out(settings: KubeletSettings) -> tuple[str, str]:
    """Reason and message of the event about a pod for which the runtime has not answered."""
    if settings.pleg_in_node_ready:
        return (
            "FailedCreatePodSandBox",
            "Failed to create pod sandbox: rpc error: code = DeadlineExceeded desc = context deadline exceeded",
        )
    return "FailedSync", "Error syncing pod, skipping: operation timeout: context deadline exceeded"

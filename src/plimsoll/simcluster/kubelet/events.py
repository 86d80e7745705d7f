"""The events that a kubelet emits about its pods, through a client of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from plimsoll.simcluster.client import Client, ClientEnvironment

if TYPE_CHECKING:
    from plimsoll.simcluster.kubelet.statusqueue import Reporting
    from plimsoll.simcluster.settings import KubeletSettings

EVENTS_PER_CONTAINER = 3
"""Pulled, Created and Started."""


class EventRecorder:
    """Writes events to the API server and to the run's record."""

    def __init__(self, environment: ClientEnvironment, node: str, settings: KubeletSettings) -> None:
        self._kernel = environment.kernel
        self._telemetry = environment.telemetry
        self._source = f"kubelet/{node}"
        self._client = Client(
            environment,
            "kubelet-events",
            node,
            qps=settings.event_qps,
            burst=settings.event_burst,
            log_verbosity=settings.verbosity,
        )
        self._post = self._client.kind("POST", "events")

    def warn(self, reason: str, pod: Reporting, message: str) -> None:
        """Something about a pod is not as it should be."""
        self._emit("Warning", reason, pod, message, 1)

    def inform(self, reason: str, pod: Reporting, message: str) -> None:
        """Something has been done about a pod."""
        self._emit("Normal", reason, pod, message, 1)

    def started(self, pod: Reporting, containers: int) -> None:
        """The events of a start without trouble; the record keeps one line for the lot."""
        message = "Pulled, created and started its containers"
        self._emit("Normal", "Started", pod, message, EVENTS_PER_CONTAINER * containers)

    def _emit(
        self, event_type: Literal["Normal", "Warning"], reason: str, pod: Reporting, message: str, count: int
    ) -> None:
        self._client.post(self._post, count=count)
        self._telemetry.event(
            self._kernel.now, event_type, reason, "Pod", pod.namespace, pod.name, self._source, message, count=count
        )

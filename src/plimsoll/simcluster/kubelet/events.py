"""The events that a kubelet emits about its pods, through a client of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.simcluster.client import Client, ClientEnvironment
from plimsoll.simcluster.correlation import Reporter
from plimsoll.simcluster.recording import EventType, recorder

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
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
        self._recorder = recorder(environment, self._client, Reporter("kubelet", node))

    def warn(self, reason: str, pod: Reporting, message: str) -> None:
        """Something about a pod is not as it should be."""
        self._emit("Warning", reason, pod, message)

    def inform(self, reason: str, pod: Reporting, message: str) -> None:
        """Something has been done about a pod."""
        self._emit("Normal", reason, pod, message)

    def started(self, pod: Reporting, containers: int) -> None:
        """The events of a start without trouble; the record keeps one line for the lot."""
        message = "Pulled, created and started its containers"
        count = EVENTS_PER_CONTAINER * containers
        self._recorder.count(count)
        self._note("Normal", "Started", pod, message, count)

    def container(self, event_type: EventType, reason: str, pod: Reporting, message: str, field_path: str) -> None:
        """Something has happened to a container; for people to look at only."""
        self._recorder.emit(_regarding(pod), event_type, reason, "%s", message, field_path=field_path)

    def _emit(self, event_type: EventType, reason: str, pod: Reporting, message: str) -> None:
        self._recorder.emit(_regarding(pod), event_type, reason, "%s", message)
        self._note(event_type, reason, pod, message, 1)

    def _note(self, event_type: EventType, reason: str, pod: Reporting, message: str, count: int) -> None:
        self._telemetry.event(
            self._kernel.now, event_type, reason, "Pod", pod.namespace, pod.name, self._source, message, count=count
        )


def _regarding(pod: Reporting) -> Object:
    """As much of the pod as an event says."""
    metadata = {"namespace": pod.namespace, "name": pod.name, "uid": pod.uid}
    return {"kind": "Pod", "apiVersion": "v1", "metadata": metadata}

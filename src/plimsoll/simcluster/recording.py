"""Events: who reports them, and what becomes of them.

A load run counts them: every event is a request of its component's client, and that is all anybody can see of it. In a
cluster that people look into they are objects, gathered as ``k8s.io/client-go/tools/record`` gathers them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

from plimsoll.simcluster.client import Client, ClientEnvironment
from plimsoll.simcluster.correlation import Correlator, Reporter

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.simcluster.api import Api

EventType = Literal["Normal", "Warning"]


class Recorder(Protocol):
    """Where one component's events go."""

    def emit(
        self,
        regarding: Object,
        event_type: EventType,
        reason: str,
        message: str,
        *arguments: object,
        action: str = "",
        field_path: str = "",
    ) -> None:
        """Report something about an object; ``message`` is completed with the arguments as ``%`` does."""
        ...

    def count(self, events: int) -> None:
        """Report events of which nobody wants to know more than their number."""
        ...


class CountingRecorder:
    """Makes the requests, and keeps nothing."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._post = client.kind("POST", "events")

    def emit(
        self,
        regarding: Object,  # noqa: ARG002
        event_type: EventType,  # noqa: ARG002
        reason: str,  # noqa: ARG002
        message: str,  # noqa: ARG002
        *arguments: object,  # noqa: ARG002
        action: str = "",  # noqa: ARG002
        field_path: str = "",  # noqa: ARG002
    ) -> None:
        """Make the request."""
        self._client.post(self._post)

    def count(self, events: int) -> None:
        """Make the requests."""
        self._client.post(self._post, count=events)


class StoringRecorder:
    """Makes the requests, and keeps the events as objects."""

    def __init__(self, client: Client, api: Api, correlator: Correlator) -> None:
        self._client = client
        self._post = client.kind("POST", "events")
        self._patch = client.kind("PATCH", "events")
        self._api = api
        self._correlator = correlator

    def emit(
        self,
        regarding: Object,
        event_type: EventType,
        reason: str,
        message: str,
        *arguments: object,
        action: str = "",
        field_path: str = "",
    ) -> None:
        """Write an Event, or count it onto one that is there."""
        text = message % arguments if arguments else message
        write = self._correlator.correlate(regarding, event_type, reason, text, action, field_path)
        if write is not None:
            kind = self._patch if write.repeats else self._post
            self._client.call(kind, write.perform, failed=_refused)

    def count(self, events: int) -> None:
        """Nothing: what is reported in detail is not reported as a number, too."""


def recorder(environment: ClientEnvironment, client: Client, reporter: Reporter) -> Recorder:
    """The recorder of one component, which makes its requests through ``client``."""
    api = environment.event_store
    if api is None:
        return CountingRecorder(client)
    return StoringRecorder(client, api, Correlator(environment.kernel, api, reporter))


def _refused(_error: object) -> None:
    """The namespace is going, or the event that was to be counted onto is gone: events are given up easily."""

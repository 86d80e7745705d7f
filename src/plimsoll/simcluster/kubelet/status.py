"""The status manager: one goroutine that brings pod statuses to the API server, one pod at a time.

For each status: GET the pod, PATCH its status, and DELETE it without grace once it has ended and is being deleted
(kubelet/status/status_manager.go). Each request waits at the kubelet's limiter, so a throttled kubelet that knows its
pods to be running tells the API server so at a rate of one pod per two waits. The latest status wins: what was
overtaken while it waited is never sent.

Up to 1.17 or so updates queue one by one in a channel of 1000 places; what finds it full waits for the full pass that
is made every 10 s. Later versions wake up through a channel of one place and make a pass over all statuses that are
newer than what was sent.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from plimsoll.kube.resources import PODS

if TYPE_CHECKING:
    from random import Random

    from plimsoll.kernel import Kernel
    from plimsoll.kube.resources import Object
    from plimsoll.simcluster.api import Api
    from plimsoll.simcluster.client import Client

CHANNEL_PLACES = 1000
"""podStatusChannel of 1.14."""


class Reporting:
    """What the status manager knows of one pod: its status with a version, and the version that was sent."""

    __slots__ = ("deletable", "name", "namespace", "sent", "status", "uid", "version")

    def __init__(self, namespace: str, name: str, uid: str) -> None:
        self.namespace = namespace
        self.name = name
        self.uid = uid
        self.status: Object = {}
        self.version = 0
        self.sent = 0
        self.deletable = False
        """The pod has ended and is being deleted: its last status is followed by the final DELETE."""


_Update = tuple[Reporting, int, "Object"]


class StatusManager:
    """Takes new statuses, and sends them when their turn comes."""

    def __init__(
        self,
        kernel: Kernel,
        api: Api,
        client: Client,
        random: Random,
        *,
        by_channel: bool,
        full_pass_seconds: float,
    ) -> None:
        self._kernel = kernel
        self._api = api
        self._client = client
        self._random = random
        self._by_channel = by_channel
        self._full_pass_seconds = full_pass_seconds
        self._pods = api.store.collection(PODS)
        self._get = client.kind("GET", "pods")
        self._patch = client.kind("PATCH", "pods/status")
        self._delete = client.kind("DELETE", "pods")
        self._updates: deque[_Update] = deque()
        self._unsent: dict[str, Reporting] = {}
        self._busy = False
        self._full_pass_due = False

    @property
    def waiting(self) -> int:
        """Pods whose latest status the API server does not have yet."""
        return len(self._unsent)

    def set_status(self, pod: Reporting, status: Object) -> None:
        """Take a pod's new status; it is sent later, unless a newer one comes first."""
        pod.status = status
        pod.version += 1
        self._unsent[pod.uid] = pod
        if self._by_channel:
            if len(self._updates) < CHANNEL_PLACES:
                self._updates.append((pod, pod.version, status))
            elif not self._full_pass_due:
                self._full_pass_due = True
                pause = self._full_pass_seconds - self._kernel.now % self._full_pass_seconds
                self._kernel.after(pause, self._full_pass)
        if not self._busy:
            self._next()

    def forget(self, pod: Reporting) -> None:
        """The pod is gone: nothing more is sent about it."""
        self._unsent.pop(pod.uid, None)

    def _full_pass(self) -> None:
        self._full_pass_due = False
        self._updates.extendleft(reversed(self._pass()))
        if not self._busy:
            self._next()

    def _pass(self) -> list[_Update]:
        """All unsent statuses as they are now, in no particular order, as Go iterates over a map."""
        updates = [(pod, pod.version, pod.status) for pod in self._unsent.values()]
        if len(updates) > 1:
            self._random.shuffle(updates)
        return updates

    def _next(self) -> None:
        """Send the next status that is not sent yet; be idle where there is none."""
        self._busy = True
        while True:
            if not self._updates:
                if self._by_channel or not self._unsent:
                    self._busy = False
                    return
                self._updates.extend(self._pass())
            update = self._updates.popleft()
            if update[0].sent < update[1] and update[0].uid in self._unsent:
                self._client.call(self._get, self._got, update)
                return

    def _got(self, update: _Update) -> None:
        pod = update[0]
        stored = self._pods.find(pod.namespace, pod.name)
        if stored is None or stored["metadata"]["uid"] != pod.uid:
            self.forget(pod)
            self._next()
        else:
            self._client.call(self._patch, self._patched, update)

    def _patched(self, update: _Update) -> None:
        pod, version, status = update
        stored = self._pods.find(pod.namespace, pod.name)
        if stored is None or stored["metadata"]["uid"] != pod.uid:
            self.forget(pod)
            self._next()
            return
        pod.sent = version
        self._pods.replace(stored, status=status)
        if pod.version > version:
            self._next()
            return
        del self._unsent[pod.uid]
        if pod.deletable:
            self._client.call(self._delete, self._deleted, pod)
        else:
            self._next()

    def _deleted(self, pod: Reporting) -> None:
        stored = self._pods.find(pod.namespace, pod.name)
        if stored is not None and stored["metadata"]["uid"] == pod.uid:
            self._api.remove(self._pods, stored)
        self._next()

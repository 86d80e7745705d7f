"""The status manager: one goroutine that brings pod statuses to the API server, one pod at a time.

For each status: GET the pod, PATCH its status, and DELETE it without grace once it has ended and is being deleted
(kubelet/status/status_manager.go). Each request waits at the kubelet's limiter, so a throttled kubelet that knows its
pods to be running tells the API server so at a rate of one pod per two waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.kube.resources import PODS
from plimsoll.simcluster.kubelet.statusqueue import ChannelQueue, PassQueue, Reporting, StatusQueue, Update
from plimsoll.simcluster.store import not_found

if TYPE_CHECKING:
    from plimsoll.errors import ApiError
    from plimsoll.kernel import Kernel, Random
    from plimsoll.kube.resources import Object
    from plimsoll.simcluster.api import Api
    from plimsoll.simcluster.client import Client
    from plimsoll.simcluster.settings import KubeletSettings


class StatusManager:
    """Takes new statuses, and sends them when their turn comes."""

    def __init__(self, kernel: Kernel, api: Api, client: Client, random: Random, settings: KubeletSettings) -> None:
        self._kernel = kernel
        self._api = api
        self._client = client
        self._synced = 0
        self._sync_seconds = 0.0
        self._patch_unchanged = settings.patch_unchanged_status
        self._pods = api.store.collection(PODS)
        self._get = client.kind("GET", "pods")
        self._patch = client.kind("PATCH", "pods/status")
        self._delete = client.kind("DELETE", "pods")
        self._unsent: dict[str, Reporting] = {}
        self._queue: StatusQueue = (
            ChannelQueue(self._unsent, random, settings.status_full_pass_seconds)
            if settings.status_updates_by_channel
            else PassQueue(self._unsent, random)
        )
        self._sending: Reporting | None = None

    @property
    def waiting(self) -> int:
        """Pods whose latest status the API server does not have yet."""
        return len(self._unsent)

    def syncs(self) -> tuple[int, float]:
        """How many statuses the API server has taken so far, and the seconds that passed from the first change in each."""
        return self._synced, self._sync_seconds

    def set_status(self, pod: Reporting, status: Object) -> None:
        """Take a pod's new status; it is sent later, unless a newer one comes first."""
        pod.status = status
        pod.version += 1
        if pod.uid not in self._unsent:
            pod.changed_seconds = self._kernel.now
        self._unsent[pod.uid] = pod
        self._queue.push(pod)
        if self._sending is None:
            self._next()

    def forget(self, pod: Reporting) -> None:
        """The pod is gone: nothing more is sent about it."""
        self._unsent.pop(pod.uid, None)

    def stop(self) -> None:
        """The kubelet goes down: nothing more is sent at all."""
        self._unsent.clear()

    def _next(self) -> None:
        now = self._kernel.now
        update = self._queue.pop(now)
        if update is not None:
            self._sending = update[0]
            self._client.call(self._get, self._got, update, failed=self._vanished)
            return
        self._sending = None
        due = self._queue.due_seconds(now)
        if due is not None:
            self._kernel.at(due, self._wake)

    def _wake(self) -> None:
        if self._sending is None:
            self._next()

    def _got(self, update: Update) -> None:
        pod, _, status = update
        unchanged = self._stored(pod)["status"] is status
        if pod.uid not in self._unsent:
            self._next()
        elif unchanged and not self._patch_unchanged:
            self._sent(update)
        else:
            self._client.call(self._patch, self._patched, update, failed=self._vanished)

    def _patched(self, update: Update) -> None:
        pod, _, status = update
        stored = self._stored(pod)
        if pod.uid not in self._unsent:
            self._next()
            return
        if stored["status"] is not status:
            self._pods.replace(stored, status=status)
        self._sent(update)

    def _sent(self, update: Update) -> None:
        """The API server has this status. If it is the last of a pod that has ended and is to go, the pod goes."""
        pod, version, _ = update
        pod.sent = version
        now = self._kernel.now
        self._synced += 1
        self._sync_seconds += now - pod.changed_seconds
        pod.changed_seconds = now
        if pod.version > version:
            self._next()
            return
        del self._unsent[pod.uid]
        if pod.deletable:
            self._client.call(self._delete, self._deleted, pod, failed=self._vanished)
        else:
            self._next()

    def _deleted(self, pod: Reporting) -> None:
        self._api.remove(self._pods, self._stored(pod))
        self._next()

    def _stored(self, pod: Reporting) -> Object:
        """The pod in the API; 404 where it is gone, also where another has taken its name (UID precondition)."""
        stored = self._pods.find(pod.namespace, pod.name)
        if stored is None or stored["metadata"]["uid"] != pod.uid:
            raise not_found(PODS, pod.name)
        return stored

    def _vanished(self, _error: ApiError) -> None:
        if self._sending is not None:
            self.forget(self._sending)
        self._next()

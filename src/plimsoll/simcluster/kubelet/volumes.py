"""A starting pod's volumes: the volume manager's loops, its operations and their back-off, and the sync that waits.

From kubelet/volumemanager. Populator and reconciler are loops of 100 ms. A volume operation needs its payloads first; one
that fails is tried again after a back-off. The pod's sync looks every 300 ms whether all is mounted, and fails after
123 s: the operations go on, and the next sync waits for them again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.simcluster.kubelet.needs import Reference
    from plimsoll.simcluster.kubelet.objects import Failure
    from plimsoll.simcluster.kubelet.worker import PodWorker

MOUNT_TIMEOUT_SECONDS = 123.0
"""podAttachAndMountTimeout: 2 min 3 s."""

FIRST_RETRY_SECONDS = 0.5
LONGEST_RETRY_SECONDS = 122.0
"""Back-off of a failed volume operation: 500 ms, doubling to 2 min 2 s (goroutinemap/exponentialbackoff)."""


class Volumes:
    """The volumes of one pod until they are mounted and a sync has noticed; then ``mounted`` is called."""

    __slots__ = ("_mounted", "_retry_seconds", "_there", "_window_seconds", "_worker")

    def __init__(self, worker: PodWorker, mounted: Callable[[], None]) -> None:
        self._worker = worker
        self._mounted = mounted
        self._retry_seconds = FIRST_RETRY_SECONDS
        self._there = False
        self._window_seconds = worker.kubelet.kernel.now
        """When the sync that waits for the volumes began to wait."""

    def mount(self) -> None:
        """Begin."""
        kubelet = self._worker.kubelet
        kubelet.kernel.after(MOUNT_TIMEOUT_SECONDS, self._timed_out)
        # the populator has to find the pod, then the reconciler the volumes: a part of each loop's period
        delay = kubelet.settings.reconciler_seconds * (kubelet.random.random() + kubelet.random.random())
        kubelet.kernel.after(delay, self._set_up)

    def _set_up(self) -> None:
        """Every volume in a goroutine of its own; each needs its payloads first."""
        worker = self._worker
        if not worker.active:
            return
        if worker.needs.token:
            worker.kubelet.request_token(self._read, worker.needs.mounted)
        else:
            self._read(worker.needs.mounted)

    def _read(self, references: Sequence[Reference]) -> None:
        worker = self._worker
        if worker.active:
            worker.kubelet.objects.read(worker.namespace, worker.needs, references, self._have_read)

    def _have_read(self, failures: Sequence[Failure]) -> None:
        worker = self._worker
        if not worker.active:
            return
        if failures:
            optional = worker.needs.optional
            failures = [one for one in failures if not (one.missing and one.reference in optional)]
        if failures:
            self._failed(failures)
            return
        self._there = True
        kernel = worker.kubelet.kernel
        settings = worker.kubelet.settings
        seen = poll_sees(self._window_seconds, kernel.now + settings.mount_seconds, settings.mount_poll_seconds)
        kernel.after(seen - kernel.now, self._mounted)

    def _failed(self, failures: Sequence[Failure]) -> None:
        """Try what failed again, later each time."""
        worker = self._worker
        message = f"MountVolume.SetUp failed for volume: {failures[0]}"
        worker.kubelet.events.warn("FailedMount", worker.reporting, message)
        worker.kubelet.kernel.after(self._retry_seconds, self._read, [failure.reference for failure in failures])
        self._retry_seconds = min(2 * self._retry_seconds, LONGEST_RETRY_SECONDS)

    def _timed_out(self) -> None:
        worker = self._worker
        if self._there or not worker.active:
            return
        kubelet = worker.kubelet
        message = "Unable to attach or mount volumes: timed out waiting for the condition"
        kubelet.events.warn("FailedMount", worker.reporting, message)
        pause = kubelet.error_backoff_seconds()
        self._window_seconds = kubelet.kernel.now + pause
        kubelet.kernel.after(pause + MOUNT_TIMEOUT_SECONDS, self._timed_out)


def poll_sees(window_seconds: float, mounted_seconds: float, poll_seconds: float) -> float:
    """When a sync that began waiting at ``window`` sees volumes that are mounted at ``mounted``: it looks every poll."""
    if mounted_seconds <= window_seconds:
        return window_seconds
    if not poll_seconds:
        return mounted_seconds
    return window_seconds + math.ceil((mounted_seconds - window_seconds) / poll_seconds) * poll_seconds

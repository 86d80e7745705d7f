"""One pod on its node: the sequence of what the kubelet does for it, from admission to the last status.

Every step is a callback that the step before scheduled. A worker that is no longer ``active`` (the pod is being
deleted, or the kubelet went down) lets the steps that are still on their way come to nothing.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from plimsoll.simcluster.kubelet.status import Reporting
from plimsoll.simcluster.telemetry import Milestone

if TYPE_CHECKING:
    from collections.abc import Callable

    from plimsoll.kube.resources import Object
    from plimsoll.simcluster.kubelet.kubelet import Kubelet

MOUNT_TIMEOUT_SECONDS = 123.0
"""podAttachAndMountTimeout: 2 min 3 s."""

ERROR_BACKOFF_SECONDS = 10.0
"""backOffPeriod after a failed sync, with a jitter factor of 0.5."""


class PodWorker:
    """The kubelet's goroutine for one pod."""

    __slots__ = (
        "_mounted",
        "_remounting",
        "_window_seconds",
        "active",
        "address",
        "kubelet",
        "needs",
        "pod",
        "reporting",
        "running",
    )

    def __init__(self, kubelet: Kubelet, pod: Object) -> None:
        metadata = pod["metadata"]
        self.kubelet = kubelet
        self.pod = pod
        self.needs = kubelet.read_needs(pod["spec"])
        self.reporting = Reporting(metadata["namespace"], metadata["name"], metadata["uid"])
        self.address: str | None = None
        self.active = True
        self.running = False
        self._mounted = False
        self._remounting = False
        self._window_seconds = 0.0
        """Start of the sync that waits for the volumes."""

    @property
    def namespace(self) -> str:
        """The pod's namespace."""
        return self.reporting.namespace

    # --- start ---------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """First sync of a pod that the kubelet has taken: status, then volumes."""
        kubelet = self.kubelet
        kubelet.objects.register(self.namespace, self.needs)
        kubelet.statuses.set_status(self.reporting, kubelet.documents.pending(self.pod["spec"], kubelet.address))
        if not self.needs.volumes:
            self._volumes_there()
            return
        self._window_seconds = kubelet.kernel.now
        kubelet.kernel.after(MOUNT_TIMEOUT_SECONDS, self._mount_timed_out)
        # populator and reconciler are loops of one period each; the volume waits a part of both
        delay = kubelet.settings.reconciler_seconds * (kubelet.random.random() + kubelet.random.random())
        kubelet.kernel.after(delay, self._mount)

    def _mount(self) -> None:
        """Every volume in a goroutine of its own; each needs its payload first."""
        if not self.active:
            return
        if self.needs.token:
            self.kubelet.request_token(self._read_payloads)
        else:
            self._read_payloads()

    def _read_payloads(self) -> None:
        if self.active:
            self.kubelet.objects.read(self.namespace, self.needs, self.needs.mounted, self._payloads_there)

    def _payloads_there(self) -> None:
        if not self.active:
            return
        self._mounted = True
        kernel = self.kubelet.kernel
        mounted = kernel.now + self.kubelet.settings.mount_seconds
        seen = poll_sees(self._window_seconds, mounted, self.kubelet.settings.mount_poll_seconds)
        kernel.after(seen - kernel.now, self._volumes_there)

    def _mount_timed_out(self) -> None:
        """The sync fails; the volume operations go on, and the next sync waits for them again."""
        if not self.active or self._mounted:
            return
        kubelet = self.kubelet
        message = "Unable to attach or mount volumes: timed out waiting for the condition"
        kubelet.event("Warning", "FailedMount", self.reporting, message)
        self._window_seconds = kubelet.kernel.now + ERROR_BACKOFF_SECONDS * (1.0 + 0.5 * kubelet.random.random())
        kubelet.kernel.after(self._window_seconds - kubelet.kernel.now + MOUNT_TIMEOUT_SECONDS, self._mount_timed_out)

    def _volumes_there(self) -> None:
        if self.active:
            self.kubelet.milestone(self.reporting.uid, Milestone.VOLUMES_MOUNTED)
            self._pull_secrets(0, self._create_sandbox)

    def _pull_secrets(self, index: int, then: Callable[[], None]) -> None:
        """Read the pull secrets one after the other, as every sync does before it turns to the runtime."""
        if not self.active:
            return
        secrets = self.needs.pull_secrets
        if index == len(secrets):
            then()
            return
        following = index + 1
        self.kubelet.objects.read(
            self.namespace, self.needs, secrets[index:following], lambda: self._pull_secrets(following, then)
        )

    def _create_sandbox(self) -> None:
        if not self.active:
            return
        kubelet = self.kubelet
        self.address = kubelet.addresses.allocate()
        if self.address is None:
            message = "Failed to create pod sandbox: no IP addresses available in range set"
            kubelet.event("Warning", "FailedCreatePodSandBox", self.reporting, message)
            kubelet.kernel.after(kubelet.sandbox_retry_seconds, self._create_sandbox)
            return
        kubelet.runtime.start(self.needs.containers, self._containers_started)

    def _containers_started(self, sandbox_ready_seconds: float) -> None:
        if not self.active:
            return
        kubelet = self.kubelet
        now = kubelet.kernel.now
        uid = self.reporting.uid
        kubelet.telemetry.milestone(sandbox_ready_seconds, uid, Milestone.SANDBOX_READY)
        kubelet.telemetry.milestone(now, uid, Milestone.CONTAINERS_STARTED)
        kubelet.container_events(self.reporting, self.needs.containers)
        kubelet.kernel.after(kubelet.pleg.notices(now) - now, self._seen_running)

    # --- life ----------------------------------------------------------------------------------------------------------

    def _seen_running(self) -> None:
        """The sync after the relist: the pod is running as far as the kubelet knows."""
        if not self.active:
            return
        self.running = True
        kubelet = self.kubelet
        needs = self.needs
        kubelet.milestone(self.reporting.uid, Milestone.KUBELET_RUNNING)
        probed = needs.readiness_period_seconds > 0
        self._report_running(ready=not probed)
        if probed:
            delay = needs.readiness_delay_seconds + needs.readiness_period_seconds * kubelet.random.random()
            kubelet.kernel.after(delay, self._probe_succeeded)
        kubelet.programs.started(self.pod, kubelet.name, self._exchange_done)
        self._refresh()

    def _probe_succeeded(self) -> None:
        if self.active:
            self._report_running(ready=True)

    def _report_running(self, *, ready: bool) -> None:
        kubelet = self.kubelet
        if ready:
            kubelet.milestone(self.reporting.uid, Milestone.KUBELET_READY)
        status = kubelet.documents.running(
            self.pod["spec"], self.reporting.status, self.address or "", ready=ready
        )
        kubelet.statuses.set_status(self.reporting, status)

    def _refresh(self) -> None:
        """The part of every sync of a running pod that may cost requests: remounts and pull secrets.

        Remounts run in goroutines of their own and hold nothing up; pull secrets do. Where the strategy keeps objects
        up to date by itself the syncs cost nothing, and are not simulated.
        """
        if not self.active or not self.kubelet.objects.polls:
            return
        if self.needs.mounted and not self._remounting:
            self._remounting = True
            self.kubelet.objects.read(self.namespace, self.needs, self.needs.mounted, self._remounted)
        self._pull_secrets(0, self._synced)

    def _remounted(self) -> None:
        self._remounting = False

    def _synced(self) -> None:
        settings = self.kubelet.settings
        spread = settings.resync_max_seconds - settings.resync_min_seconds
        pause = settings.resync_min_seconds + spread * self.kubelet.random.random()
        self.kubelet.kernel.after(pause, self._refresh)

    def resume(self, address: str) -> None:
        """Take over a pod that was running when this kubelet came up."""
        self.address = address
        self.running = self._mounted = True
        self.reporting.status = self.pod["status"]
        self.kubelet.objects.register(self.namespace, self.needs)
        self._refresh()

    def update(self, pod: Object) -> None:
        """The pod changed in the API: most often the echo of its own status."""
        self.pod = pod
        if self.active:
            self.kubelet.objects.updated(self.namespace, self.needs)

    def _exchange_done(self) -> None:
        """The client's program has moved its data: a pod that does not restart ends, any other says so and idles."""
        if not self.active:
            return
        if self.needs.restarts:
            self.kubelet.announce_exchange_done(self.reporting)
        else:
            kubelet = self.kubelet
            status = kubelet.documents.ended(self.pod["spec"], self.reporting.status, "Succeeded")
            kubelet.statuses.set_status(self.reporting, status)

    # --- end -----------------------------------------------------------------------------------------------------------

    def terminate(self) -> None:
        """Deletion was asked for: kill the containers, then report and delete the pod for good."""
        if not self.active:
            return
        self.active = False
        kubelet = self.kubelet
        kubelet.programs.stopped(self.reporting.uid)
        if self.address is None:
            self._stopped()
        else:
            kubelet.event("Normal", "Killing", self.reporting, "Stopping container")
            kubelet.runtime.stop(self._stopped)

    def _stopped(self) -> None:
        kubelet = self.kubelet
        if not kubelet.has(self):
            return
        self.release()
        self.reporting.deletable = True
        status = kubelet.documents.ended(
            self.pod["spec"], self.reporting.status, self.reporting.status.get("phase", "Failed")
        )
        kubelet.statuses.set_status(self.reporting, status)

    def abandon(self) -> None:
        """The kubelet went down, or the pod was removed without it."""
        self.active = False
        self.kubelet.programs.stopped(self.reporting.uid)

    def release(self) -> None:
        """Give back what the pod holds on the node."""
        if self.address is not None:
            self.kubelet.addresses.release(self.address)
            self.address = None
        self.kubelet.objects.unregister(self.namespace, self.needs)


def poll_sees(window_seconds: float, mounted_seconds: float, poll_seconds: float) -> float:
    """When a sync that began waiting at ``window`` sees volumes that are mounted at ``mounted``: it looks every poll."""
    if mounted_seconds <= window_seconds:
        return max(window_seconds, mounted_seconds)
    if not poll_seconds:
        return mounted_seconds
    return window_seconds + math.ceil((mounted_seconds - window_seconds) / poll_seconds) * poll_seconds

"""One pod on its node: the sequence of what the kubelet does for it, from admission to the last status.

Every step is a callback that the step before scheduled. A worker that is no longer ``active`` (its containers have
ended or are made to end, or the kubelet went down) lets the steps that are still on their way come to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.simcluster.api import FINISHED_PHASES
from plimsoll.simcluster.kubelet import hanging
from plimsoll.simcluster.kubelet.statusqueue import Reporting
from plimsoll.simcluster.kubelet.volumes import Volumes
from plimsoll.telemetry import Milestone

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from plimsoll.kube.resources import Object
    from plimsoll.simcluster.kubelet.containers import Report
    from plimsoll.simcluster.kubelet.kubelet import Kubelet
    from plimsoll.simcluster.kubelet.objects import Failure


class PodWorker:
    """The kubelet's goroutine for one pod."""

    __slots__ = (
        "_deleting",
        "_holds",
        "_remounting",
        "active",
        "address",
        "exited",
        "kubelet",
        "needs",
        "pod",
        "ready",
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
        """The kubelet has seen the containers run."""
        self.ready = False
        self.exited = False
        """The pod's program has come to its end, and the pod is not to restart it."""
        self._deleting = False
        self._holds = False
        """The pod is registered with the object manager."""
        self._remounting = False

    @property
    def namespace(self) -> str:
        """The pod's namespace."""
        return self.reporting.namespace

    # --- start ---------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """First sync of a pod that the kubelet has taken: status, then volumes."""
        kubelet = self.kubelet
        self._register()
        kubelet.statuses.set_status(self.reporting, kubelet.documents.accepted(self.pod, kubelet.address))
        if self.needs.volumes:
            Volumes(self, self._volumes_there).mount()
        else:
            self._volumes_there()

    def _register(self) -> None:
        self._holds = True
        self.kubelet.objects.register(self.namespace, self.needs)

    def _volumes_there(self) -> None:
        if self.active:
            self.kubelet.milestone(self.reporting.uid, Milestone.VOLUMES_MOUNTED)
            self._pull_secrets(0, self._pull_images if self.kubelet.images is not None else self._create_sandbox)

    def _pull_secrets(self, index: int, then: Callable[[], None]) -> None:
        """Read the pull secrets one after the other, as every sync does before it turns to the runtime.

        A secret that cannot be read is left out: the image may be public, or present.
        """
        if not self.active:
            return
        secrets = self.needs.pull_secrets
        if index == len(secrets):
            then()
            return
        following = index + 1

        def have_read(_failures: Sequence[Failure]) -> None:
            self._pull_secrets(following, then)

        self.kubelet.objects.read(self.namespace, self.needs, secrets[index:following], have_read)

    def _pull_images(self) -> None:
        """Have the node pull what it does not have yet of the pod's images."""
        spec = self.pod["spec"]
        images = [one.get("image", "") for one in (*(spec.get("initContainers") or ()), *spec["containers"])]
        if self.active and self.kubelet.images is not None:
            self.kubelet.images.provide(images, self._tell, self._create_sandbox)

    def _tell(self, event_type: str, reason: str, message: str) -> None:
        if self.active:
            tell = self.kubelet.events.warn if event_type == "Warning" else self.kubelet.events.inform
            tell(reason, self.reporting, message)

    def _create_sandbox(self) -> None:
        if not self.active:
            return
        kubelet = self.kubelet
        self.address = kubelet.addresses.allocate()
        if self.address is None:
            message = "Failed to create pod sandbox: no IP addresses available in range set"
            kubelet.events.warn("FailedCreatePodSandBox", self.reporting, message)
            kubelet.kernel.after(kubelet.sandbox_retry_seconds, self._create_sandbox)
            return
        kubelet.runtime.start(self.needs.containers, self._containers_started)
        if kubelet.runtime.hangs:
            self._time_out()

    def _time_out(self) -> None:
        """Tell after each time-out that a hung runtime has not answered."""
        kubelet = self.kubelet
        kubelet.kernel.after(kubelet.settings.runtime_request_timeout_seconds, self._timed_out)

    def _timed_out(self) -> None:
        kubelet = self.kubelet
        if self.active and kubelet.has(self) and kubelet.runtime.hangs:
            reason, message = hanging.timed_out(kubelet.settings)
            kubelet.events.warn(reason, self.reporting, message)
            self._time_out()

    def _containers_started(self, sandbox_ready_seconds: float) -> None:
        if not self.active:
            return
        kubelet = self.kubelet
        now = kubelet.kernel.now
        uid = self.reporting.uid
        kubelet.telemetry.milestone(sandbox_ready_seconds, uid, Milestone.SANDBOX_READY)
        kubelet.telemetry.milestone(now, uid, Milestone.CONTAINERS_STARTED)
        kubelet.events.started(self.reporting, self.needs.containers)
        if kubelet.containers is not None:
            kubelet.containers.start(self.pod, kubelet.name, self.address or "", self._containers_changed)
            return
        kubelet.kernel.after(kubelet.pleg.notices(now) - now, self._seen_running)

    # --- life ----------------------------------------------------------------------------------------------------------

    def _seen_running(self) -> None:
        """The syncs after the relist: the pod is running as far as the kubelet knows.

        The relist brings an event for the sandbox and one for each container. The first leads to a sync at once, and
        those that come while it is going on to one more.
        """
        if not self.active:
            return
        self.running = True
        self.kubelet.milestone(self.reporting.uid, Milestone.KUBELET_RUNNING)
        self._report_running()
        self.kubelet.start_program(self)
        self._sync(then=self._sync)

    def _containers_changed(self, report: Report) -> None:
        """Whoever runs the containers tells how they are."""
        if not self.active:
            return
        kubelet = self.kubelet
        if not self.running and report.phase != "Pending":
            self.running = True
            kubelet.milestone(self.reporting.uid, Milestone.KUBELET_RUNNING)
            if kubelet.containers is not None and not kubelet.containers.runs_commands:
                kubelet.start_program(self)
            self._sync(then=self._sync)
        if report.ready and not self.ready:
            kubelet.milestone(self.reporting.uid, Milestone.KUBELET_READY)
        self.ready = report.ready
        kubelet.statuses.set_status(self.reporting, self._observed(report))
        if report.phase in FINISHED_PHASES:
            self.active = False
            kubelet.completed(self)
            kubelet.runtime.stop(self._sandbox_removed)

    def _observed(self, report: Report) -> Object:
        return self.kubelet.documents.observed(self.reporting.status, self.address or "", report)

    def _report_running(self) -> None:
        """Without a readiness probe a running container is ready; with one, when the probe succeeds."""
        kubelet, needs = self.kubelet, self.needs
        if self.ready or not needs.readiness_period_seconds:
            self._report(ready=True)
            return
        self._report(ready=False)
        # probes keep to ticks of their own, which the containers' start falls between
        delay = needs.readiness_delay_seconds + needs.readiness_period_seconds * kubelet.random.random()
        kubelet.kernel.after(delay, self._probe_succeeded)

    def _probe_succeeded(self) -> None:
        if self.active:
            self._report(ready=True)

    def _report(self, *, ready: bool) -> None:
        kubelet = self.kubelet
        if ready and not self.ready:
            self.ready = True
            kubelet.milestone(self.reporting.uid, Milestone.KUBELET_READY)
        status = kubelet.documents.running(self.pod["spec"], self.reporting.status, self.address or "", ready=ready)
        kubelet.statuses.set_status(self.reporting, status)

    def _sync(self, then: Callable[[], None] | None = None) -> None:
        """The part of every sync of a running pod that may cost requests: remounts and pull secrets.

        Remounts run in goroutines of their own and hold nothing up; pull secrets do. Where the strategy keeps objects
        up to date by itself the syncs cost nothing, and are not simulated. The next sync is a resync unless ``then``
        says otherwise.
        """
        kubelet, needs = self.kubelet, self.needs
        if not self.active or not kubelet.objects.polls:
            return
        if needs.mounted and not self._remounting:
            self._remounting = True
            kubelet.objects.read(self.reporting.namespace, needs, needs.mounted, self._remounted)
        if needs.pull_secrets:
            self._pull_secrets(0, then or self._resync_later)
        elif then is None:
            kubelet.kernel.after(kubelet.seconds_to_resync(), self._sync)
        else:
            then()

    def _remounted(self, _failures: Sequence[Failure]) -> None:
        """What could not be read stays mounted as it was."""
        self._remounting = False

    def _resync_later(self) -> None:
        self.kubelet.kernel.after(self.kubelet.seconds_to_resync(), self._sync)

    def update(self, pod: Object) -> None:
        """The pod changed in the API: most often the echo of its own status."""
        self.pod = pod
        if self.active:
            self.kubelet.objects.updated(self.namespace, self.needs)

    def resume(self, predecessor: PodWorker) -> None:
        """Take over a pod that was running when the kubelet stopped; its containers went on."""
        kubelet = self.kubelet
        self.running = True
        self.address = predecessor.address
        self.ready = predecessor.ready
        self._register()
        stored = self.pod["status"]
        if stored.get("phase") == "Running":
            self.reporting.status = stored
            kubelet.statuses.set_status(self.reporting, stored)  # the new process does not know that it was sent
        else:
            self.reporting.status = kubelet.documents.accepted(self.pod, kubelet.address)
            self._report_running()
        if kubelet.containers is not None:
            kubelet.containers.resume(self.reporting.uid, self._containers_changed)
        self._sync()

    # --- end -----------------------------------------------------------------------------------------------------------

    def program_ended(self) -> None:
        """The pod's program has come to its end, and is not to be restarted: the relist will show it."""
        if self.exited:
            return
        self.exited = True
        if self.active:
            kernel = self.kubelet.kernel
            kernel.after(self.kubelet.pleg.notices(kernel.now) - kernel.now, self._complete)

    def _complete(self) -> None:
        """The pod has succeeded: report that, and remove its sandbox."""
        if not self.active:
            return
        self.active = False
        kubelet = self.kubelet
        kubelet.completed(self)
        status = kubelet.documents.ended(self.pod["spec"], self.reporting.status, "Succeeded")
        kubelet.statuses.set_status(self.reporting, status)
        kubelet.runtime.stop(self._sandbox_removed)

    def _sandbox_removed(self) -> None:
        if self.kubelet.has(self):
            self.release()

    def terminate(self) -> None:
        """Deletion was asked for: kill the containers, then report and delete the pod for good."""
        if self._deleting:
            return
        self._deleting = True
        kubelet = self.kubelet
        if self.address is None:
            self.abandon()
            self._stopped()
            return
        if self.active:
            self.abandon()
            kubelet.events.inform("Killing", self.reporting, "Stopping container")
        # a pod that is being deleted has its status sent even if that has not changed
        kubelet.statuses.set_status(self.reporting, self.reporting.status)
        if kubelet.containers is None:
            kubelet.runtime.stop(self._stopped)
        else:
            kubelet.containers.stop(self.reporting.uid, self._grace_seconds(), self._containers_ended)

    def _grace_seconds(self) -> float:
        """What the deletion allows the containers, or the pod itself does."""
        grace = self.pod["metadata"].get("deletionGracePeriodSeconds")
        return float(self.pod["spec"].get("terminationGracePeriodSeconds", 30) if grace is None else grace)

    def _containers_ended(self, report: Report) -> None:
        self.reporting.status = self._observed(report)
        self.kubelet.runtime.stop(self._stopped)

    def _stopped(self) -> None:
        """The containers are gone: so is what they held, and the last status may be followed by the final DELETE."""
        kubelet = self.kubelet
        if not kubelet.has(self):
            return
        self.release()
        self.reporting.deletable = True
        status = self.reporting.status
        if status["phase"] != "Succeeded" and kubelet.containers is None:
            status = kubelet.documents.ended(self.pod["spec"], status, status["phase"])
        kubelet.statuses.set_status(self.reporting, status)

    def abandon(self) -> None:
        """The containers end, or this kubelet cares for them no longer."""
        self.active = False
        self.kubelet.programs.stopped(self.reporting.uid)

    def release(self) -> None:
        """Give back what the pod holds on the node."""
        if self.address is not None:
            self.kubelet.addresses.release(self.address)
            self.address = None
        if self._holds:
            self._holds = False
            self.kubelet.objects.unregister(self.namespace, self.needs)

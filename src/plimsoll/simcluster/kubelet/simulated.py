"""Containers in a cluster that people look into: they start in order, end, crash, back off and are restarted.

Implements :class:`plimsoll.simcluster.kubelet.containers.Containers` in virtual time. What a container does is read from
its command (:mod:`commands`); that it does it is nothing but its status.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from plimsoll.simcluster.kubelet.commands import image_is_missing, is_held_unready, program_of
from plimsoll.simcluster.kubelet.containers import Report
from plimsoll.simcluster.kubelet.containerstate import ContainerState
from plimsoll.simcluster.kubelet.images import Images
from plimsoll.simcluster.kubelet.needs import probe_seconds
from plimsoll.simcluster.kubelet.probing import KILLED, probe_failure
from plimsoll.simcluster.kubelet.statusqueue import Reporting

if TYPE_CHECKING:
    from plimsoll.kernel import Kernel
    from plimsoll.kube.resources import Object
    from plimsoll.simcluster.kubelet.containers import Reported
    from plimsoll.simcluster.kubelet.events import EventRecorder

FIRST_BACKOFF_SECONDS = 10.0
LONGEST_BACKOFF_SECONDS = 300.0
"""Back-off of restarts and of image pulls (pkg/kubelet/kubelet.go, MaxContainerBackOff)."""

FORGOTTEN_AFTER_SECONDS = 600.0
"""A container that has run for so long starts again without a back-off."""

_NOTHING = Report("Failed", ready=False, statuses=())


class SimulatedContainers:
    """The containers of all nodes."""

    runs_commands = False

    def __init__(self, kernel: Kernel, timestamp: Callable[[], str], events_of: Callable[[str], EventRecorder]) -> None:
        self._kernel = kernel
        self._timestamp = timestamp
        self._events_of = events_of
        self._pods: dict[str, _Pod] = {}
        self._images = Images()

    def start(self, pod: Object, node: str, address: str, changed: Reported) -> None:  # noqa: ARG002 - the address is the worker's to report
        """Start a pod's containers: those that initialise it one after the other, then all others."""
        uid = pod["metadata"]["uid"]
        running = self._pods[uid] = _Pod(
            self._kernel, self._timestamp, pod, node, changed, self._events_of(node), self._images
        )
        running.go_on()

    def resume(self, uid: str, changed: Reported) -> None:
        """Tell somebody else from now on."""
        running = self._pods.get(uid)
        if running is not None:
            running.changed = changed

    def stop(self, uid: str, grace_seconds: float, stopped: Reported) -> None:  # noqa: ARG002 - they obey at once
        """End a pod's containers."""
        running = self._pods.pop(uid, None)
        stopped(running.end() if running is not None else _NOTHING)


class _Pod:
    """The containers of one pod."""

    def __init__(
        self,
        kernel: Kernel,
        timestamp: Callable[[], str],
        pod: Object,
        node: str,
        changed: Reported,
        events: EventRecorder,
        images: Images,
    ) -> None:
        spec, metadata = pod["spec"], pod["metadata"]
        self.changed = changed
        self._kernel = kernel
        self._timestamp = timestamp
        self._pod = pod
        self._node = node
        self._events = events
        self._images = images
        self._reporting = Reporting(metadata["namespace"], metadata["name"], metadata["uid"])
        self._policy: str = spec.get("restartPolicy", "Always")
        self._inits = [ContainerState(one, metadata["uid"], init=True) for one in spec.get("initContainers") or ()]
        self._mains = [ContainerState(one, metadata["uid"]) for one in spec["containers"]]
        self._over = False

    def go_on(self) -> None:
        """Start the next init container, or all main containers when the last of those is done."""
        for state in self._inits:
            if state.is_done or (state.is_sidecar and state.is_running):
                continue
            if state.is_waiting and not state.scheduled:
                self._start(state, init=True)
            self._tell()
            return
        for state in self._mains:
            if state.is_waiting and not state.scheduled:
                self._start(state, init=False)
        self._tell()

    def _start(self, state: ContainerState, *, init: bool) -> None:
        field = f"spec.{'initContainers' if init else 'containers'}{{{state.name}}}"
        if image_is_missing(self._pod, state.image):
            self._pull_failed(state, field, init=init)
            return
        image = state.image
        pull_seconds = self._images.pull(self._pod, self._node, image, self._kernel.now)
        if pull_seconds:
            self._events.container("Normal", "Pulling", self._reporting, f'Pulling image "{image}"', field)
            state.wait("ContainerCreating", "")
            state.scheduled = True
            self._kernel.after(pull_seconds, self._pulled, state, field, init, pull_seconds)
            return
        message = f'Container image "{image}" already present on machine and can be accessed by the pod'
        self._events.container("Normal", "Pulled", self._reporting, message, field)
        self._begin(state, field, init=init)

    def _pulled(self, state: ContainerState, field: str, init: bool, seconds: float) -> None:  # noqa: FBT001 - an action's argument
        if self._over:
            return
        state.scheduled = False
        message = f'Successfully pulled image "{state.image}" in {seconds:.3g}s ({seconds:.3g}s including waiting)'
        self._events.container("Normal", "Pulled", self._reporting, message, field)
        self._begin(state, field, init=init)
        self._tell()

    def _begin(self, state: ContainerState, field: str, *, init: bool) -> None:
        """The image is there: the container runs, until its program ends or its probes have it killed."""
        self._events.container("Normal", "Created", self._reporting, "Container created", field)
        self._events.container("Normal", "Started", self._reporting, "Container started", field)
        state.start(self._kernel.now, self._timestamp())
        program = program_of(self._pod, state.container, init=init)
        generation = state.starts
        if not init or state.is_sidecar:
            self._make_ready(state, generation)
        if program.seconds is not None:
            self._kernel.after(program.seconds, self._exited, state, generation, program.exit_code, field, init)
        if init and state.is_sidecar:
            self._kernel.after(0.0, self._step)
        failure = probe_failure(self._pod, state.container)
        if failure is not None and (not init or state.is_sidecar):
            self._kernel.after(failure.first_seconds, self._probe_failed, state, generation, field, failure.kind)
            self._kernel.after(failure.killed_seconds, self._kill, state, generation, field, failure.kind, init)

    def _pull_failed(self, state: ContainerState, field: str, *, init: bool) -> None:
        """Say that the image is not to be had, and try again later each time."""
        image = state.image
        reason = f'failed to resolve reference "{image}": no such host'
        self._events.container("Normal", "Pulling", self._reporting, f'Pulling image "{image}"', field)
        self._events.container("Warning", "Failed", self._reporting, f'Failed to pull image "{image}": {reason}', field)
        self._events.container("Warning", "Failed", self._reporting, "Error: ErrImagePull", field)
        state.wait("ErrImagePull", reason)
        state.scheduled = True
        self._kernel.after(1.0, self._back_off_pull, state, field)
        self._kernel.after(self._backoff(state), self._retry, state, init)

    def _back_off_pull(self, state: ContainerState, field: str) -> None:
        if not self._over and state.is_waiting:
            message = f'Back-off pulling image "{state.image}"'
            self._events.container("Normal", "BackOff", self._reporting, message, field)
            state.wait("ImagePullBackOff", message)
            self._tell()

    def _make_ready(self, state: ContainerState, generation: int) -> None:
        delay, period = probe_seconds(state.container)
        failure = probe_failure(self._pod, state.container)
        if failure is not None and failure.kind == "Startup":
            return
        if is_held_unready(self._pod):
            if period:
                field = f"spec.containers{{{state.name}}}"
                self._kernel.after(delay + period, self._probe_failed, state, generation, field, "Readiness")
            return
        if not period:
            state.ready = True
        else:
            self._kernel.after(delay + period, self._probed, state, generation)

    def _probed(self, state: ContainerState, generation: int) -> None:
        if not self._over and state.is_running and state.starts == generation:
            state.ready = True
            self._tell()

    def _probe_failed(self, state: ContainerState, generation: int, field: str, kind: str) -> None:
        if not self._over and state.is_running and state.starts == generation:
            message = f"{kind} probe failed: the pod's annotations say so"
            self._events.container("Warning", "Unhealthy", self._reporting, message, field)

    def _kill(self, state: ContainerState, generation: int, field: str, kind: str, init: bool) -> None:  # noqa: FBT001 - an action's argument
        """A probe has failed too often."""
        if not self._over and state.is_running and state.starts == generation:
            message = f"Container {state.name} failed {kind.lower()} probe, will be restarted"
            self._events.container("Normal", "Killing", self._reporting, message, field)
            self._exited(state, generation, KILLED, field, init)

    def _exited(self, state: ContainerState, generation: int, code: int, field: str, init: bool) -> None:  # noqa: FBT001 - an action's argument
        """A container has ended by itself: it is restarted, or the pod goes on without it."""
        if self._over or not state.is_running or state.starts != generation:
            return
        ran_seconds = self._kernel.now - state.started_seconds
        state.exit(code, self._timestamp())
        policy = "Always" if state.is_sidecar else ("OnFailure" if init and self._policy == "Always" else self._policy)
        if policy == "Always" or (policy == "OnFailure" and code):
            if ran_seconds >= FORGOTTEN_AFTER_SECONDS:
                state.failures = 0
            self._tell()
            pause = self._backoff(state) if state.restarts or code else 0.0
            metadata = self._pod["metadata"]
            if pause and state.restarts:
                name = f"{metadata['name']}_{metadata['namespace']}({metadata['uid']})"
                message = f"Back-off restarting failed container {state.name} in pod {name}"
                self._events.container("Warning", "BackOff", self._reporting, message, field)
                self._kernel.after(1.0, self._crash_loop, state, state.starts, pause, name)
            state.scheduled = True
            self._kernel.after(pause if state.restarts else 0.5, self._retry, state, init)
            return
        state.is_done = True
        if init and not code:
            self.go_on()
        else:
            self._tell()

    def _crash_loop(self, state: ContainerState, generation: int, pause: float, pod: str) -> None:
        if not self._over and not state.is_running and state.starts == generation:
            duration = f"{int(pause)}s" if pause < 60 else f"{int(pause) // 60}m{int(pause) % 60}s"  # noqa: PLR2004 - a minute
            message = f"back-off {duration} restarting failed container={state.name} pod={pod}"
            state.wait("CrashLoopBackOff", message, keep_last=True)
            self._tell()

    def _backoff(self, state: ContainerState) -> float:
        state.failures += 1
        return float(min(FIRST_BACKOFF_SECONDS * 2 ** (state.failures - 1), LONGEST_BACKOFF_SECONDS))

    def _retry(self, state: ContainerState, init: bool) -> None:  # noqa: FBT001 - an action's argument
        if not self._over:
            state.scheduled = False
            if state.has_run:
                state.restarts += 1
            self._start(state, init=init)
            self._tell()

    def _step(self) -> None:
        if not self._over:
            self.go_on()

    def end(self) -> Report:
        """Stop everything; returns how it ended."""
        self._over = True
        for state in (*self._inits, *self._mains):
            if state.is_running:
                state.exit(0, self._timestamp())
        return self._report(self._phase(stopped=True))

    def _tell(self) -> None:
        phase = self._phase(stopped=False)
        if phase in {"Succeeded", "Failed"}:
            self._over = True
            for state in self._inits:
                if state.is_running:
                    state.exit(0, self._timestamp())
        self.changed(self._report(phase))

    def _report(self, phase: str) -> Report:
        statuses = [state.document() for state in self._mains]
        inits = [state.document() for state in self._inits]
        sidecars = (state for state in self._inits if state.is_sidecar)
        ready = not self._over and all(state.ready for state in (*self._mains, *sidecars))
        match phase:
            case "Pending" | "Running" | "Succeeded" | "Failed":
                initialized = all(state.lets_others_start for state in self._inits)
                return Report(phase, ready, statuses, inits, initialized)
        raise ValueError(phase)

    def _phase(self, *, stopped: bool) -> str:
        if any(state.is_done and state.exit_code for state in self._inits):
            return "Failed"
        if stopped:
            ended = [state.exit_code for state in self._mains if state.has_run]
            return "Failed" if any(ended) or not ended else "Succeeded"
        if any(not state.has_run for state in self._mains):
            return "Pending"
        if all(state.is_done for state in self._mains):
            return "Failed" if any(state.exit_code for state in self._mains) else "Succeeded"
        return "Running"

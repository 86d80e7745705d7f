"""What KWOK's own stages do to the statuses of pods (kustomize/stage/pod of KWOK: fast, general and chaos)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from plimsoll.simcluster.kubelet.containers import Report
from plimsoll.simcluster.kubelet.containerstate import ContainerState
from plimsoll.simcluster.kubelet.fulldocuments import FullDocuments

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.simcluster.kubelet.kubelet import Kubelet

_Change = Callable[[ContainerState, "Object"], None]
_Phase = Literal["Pending", "Running", "Succeeded", "Failed"]
LARGEST_EXIT_CODE = 255


class PodTransitions:
    """Makes the next status of a pod, by the name of the stage. Addresses are those of the pod's node."""

    def __init__(self, timestamp: Callable[[], str], kubelets: Mapping[str, Kubelet]) -> None:
        self._now = timestamp
        self._documents = FullDocuments(timestamp)
        self._kubelets = kubelets
        self._addresses: dict[str, tuple[Kubelet, str]] = {}
        self.by_stage: Mapping[str, Callable[[Object], Object]] = {
            "pod-create": self._create,
            "pod-init-container-running": lambda pod: self._observed(pod, "Pending", init=self._start),
            "pod-init-container-completed": lambda pod: self._observed(pod, "Pending", init=self._complete),
            "pod-initialized": lambda pod: self._observed(pod, "Pending", init=self._complete),
            "pod-ready": lambda pod: self._observed(pod, "Running", init=self._complete, main=self._start),
            "pod-complete": lambda pod: self._observed(pod, "Succeeded", init=self._end, main=self._end),
            "pod-delete": lambda pod: dict(pod["status"]),
            "pod-remove-finalizer": lambda pod: dict(pod["status"]),
            "pod-container-running-failed": lambda pod: self._fail(pod, "pod-container-running-failed", "Failed"),
            "pod-init-container-running-failed": lambda pod: self._fail(
                pod, "pod-init-container-running-failed", "Failed", init=True
            ),
            "pod-container-failed": lambda pod: self._fail(pod, "pod-container-failed", "Running"),
            "pod-init-container-failed": lambda pod: self._fail(pod, "pod-init-container-failed", "Pending", init=True),
            "pod-container-restart": lambda pod: self._observed(pod, "Running", main=self._restart),
            "pod-init-container-restart": lambda pod: self._observed(pod, "Pending", init=self._restart),
        }

    def message(self, stage: str, pod: Object) -> str:
        """What an event of a known stage says whose message is a template."""
        names = ", ".join(container["name"] for container in pod["spec"]["containers"])
        return f"Stopping container: {names}" if stage == "pod-delete" else f"{stage}: {names}"

    def gone(self, pod: Object) -> None:
        """A pod is no longer there, nor is its address in use."""
        kubelet, address = self._addresses.pop(pod["metadata"]["uid"], (None, ""))
        if kubelet is not None:
            kubelet.addresses.release(address)

    def _address(self, pod: Object) -> tuple[str, str]:
        """The node's address and the pod's; empty where there is none left."""
        uid = pod["metadata"]["uid"]
        kubelet = self._kubelets[pod["spec"]["nodeName"]]
        if uid not in self._addresses:
            address = kubelet.addresses.allocate()
            if address is None:
                return kubelet.address, ""
            self._addresses[uid] = kubelet, address
        return kubelet.address, self._addresses[uid][1]

    def _create(self, pod: Object) -> Object:
        host, address = self._address(pod)
        ips = {"podIP": address, "podIPs": [{"ip": address}]} if address else {}
        return {**self._documents.accepted(pod, host), **ips}

    def _observed(
        self, pod: Object, phase: _Phase, *, init: _Change | None = None, main: _Change | None = None
    ) -> Object:
        """The status after a change of the pod's containers; what there is no change for stays as it is."""
        host, address = self._address(pod)
        last = pod["status"] if pod["status"].get("startTime") else self._documents.accepted(pod, host)
        inits = self._statuses(pod, last, "initContainer", init)
        mains = self._statuses(pod, last, "container", main)
        ready = phase == "Running" and all(one["ready"] for one in mains)
        return self._documents.observed(last, address, Report(phase, ready, mains, inits, _is_initialized(pod, inits)))

    def _statuses(self, pod: Object, last: Object, field: str, change: _Change | None) -> list[Object]:
        known = {one["name"]: one for one in last.get(f"{field}Statuses") or ()}
        statuses = []
        for container in pod["spec"].get(f"{field}s") or ():
            before = known.get(container["name"], {})
            if change is None and before:
                statuses.append(before)
                continue
            state = ContainerState(container, pod["metadata"]["uid"], init=field != "container")
            state.restarts = before.get("restartCount", 0)
            if change is not None:
                change(state, before)
            if field == "initContainer" and not state.is_sidecar:
                state.ready = False
            statuses.append(state.document())
        return statuses

    def _start(self, state: ContainerState, before: Object) -> None:
        running: Any = (before.get("state") or {}).get("running") or {}
        state.start(0.0, running.get("startedAt", self._now()))
        state.ready = True

    def _complete(self, state: ContainerState, before: Object) -> None:
        """An init container ends, a sidecar runs."""
        self._start(state, before)
        if not state.is_sidecar:
            self._exit(state, 0)

    def _end(self, state: ContainerState, before: Object) -> None:
        self._start(state, before)
        self._exit(state, 0)

    def _exit(self, state: ContainerState, code: int) -> None:
        state.exit(code, self._now())
        state.is_done = True

    def _restart(self, state: ContainerState, before: Object) -> None:
        """What has failed runs again."""
        if "terminated" in (before.get("state") or {}):
            state.restarts += 1
        self._start(state, before)

    def _fail(self, pod: Object, stage: str, phase: _Phase, *, init: bool = False) -> Object:
        """Containers fail as annotations say: all of them, or the one that they name."""
        annotations = pod["metadata"].get("annotations") or {}

        def said(name: str, otherwise: str) -> str:
            return annotations.get(f"{stage}.stage.kwok.x-k8s.io/{name}") or otherwise

        chosen = said("container-name", said("name", ""))
        code = said("exit-code", "1")

        def change(state: ContainerState, before: Object) -> None:
            self._start(state, before)
            if not chosen or state.name == chosen:
                exit_code = min(int(code), LARGEST_EXIT_CODE) if code.isdecimal() and len(code) < 4 else 1  # noqa: PLR2004
                self._exit(state, exit_code)

        status = self._observed(pod, phase, init=change if init else None, main=None if init else change)
        for one in status["initContainerStatuses" if init else "containerStatuses"]:
            if "terminated" in one["state"]:
                one["state"]["terminated"].update(
                    reason=said("reason", "Error"), message=said("message", "container failed")
                )
        return status


def _is_initialized(pod: Object, statuses: list[Object]) -> bool:
    """Whether all init containers have ended well, and all sidecars run."""
    sidecars = {one["name"] for one in pod["spec"].get("initContainers") or () if one.get("restartPolicy") == "Always"}
    return all("running" in one["state"] if one["name"] in sidecars else one["ready"] for one in statuses)

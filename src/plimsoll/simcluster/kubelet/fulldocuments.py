"""Pod statuses with everything that a kubelet of 1.36 writes, for clusters that people look into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.simcluster.kubelet.documents import StatusDocuments

if TYPE_CHECKING:
    from collections.abc import Callable

    from plimsoll.kube.resources import Object
    from plimsoll.simcluster.kubelet.containers import Report

_KEPT = ("qosClass", "nominatedNodeName", "resourceClaimStatuses", "resize")
"""What the API server or the scheduler wrote, and a kubelet leaves as it is."""


class FullDocuments(StatusDocuments):
    """Makes complete statuses, each for itself."""

    def __init__(self, timestamp: Callable[[], str]) -> None:
        super().__init__(timestamp)
        self._now = timestamp

    def accepted(self, pod: Object, host_ip: str) -> Object:
        """Accepted, nothing started."""
        spec, before, now = pod["spec"], pod["status"], self._now()
        generation = pod["metadata"].get("generation")
        status = {
            **({"observedGeneration": generation} if generation else {}),
            "phase": "Pending",
            "conditions": self._conditions(
                before, generation, phase="Pending", started=False, ready=False, inits=spec.get("initContainers")
            ),
            "hostIP": host_ip,
            "hostIPs": [{"ip": host_ip}],
            "startTime": now,
            "containerStatuses": [_waiting(one, bool(spec.get("initContainers"))) for one in spec["containers"]],
            **{name: before[name] for name in _KEPT if name in before},
        }
        if spec.get("initContainers"):
            status["initContainerStatuses"] = [_waiting(one, True) for one in spec["initContainers"]]
        return status

    def observed(self, last: Object, pod_ip: str, report: Report) -> Object:
        """The containers are as whoever runs them says."""
        status = {
            **last,
            "phase": report.phase,
            "conditions": self._conditions(
                last,
                last.get("observedGeneration"),
                phase=report.phase,
                started=bool(pod_ip),
                ready=report.ready,
                inits=not report.initialized,
            ),
            "podIP": pod_ip,
            "podIPs": [{"ip": pod_ip}],
            "containerStatuses": list(report.statuses),
        }
        if report.init_statuses:
            status["initContainerStatuses"] = list(report.init_statuses)
        return status

    def _conditions(
        self, last: Object, generation: int | None, *, phase: str, started: bool, ready: bool, inits: object
    ) -> list[Object]:
        """The conditions in the order in which kubelets write them; transition times stay where nothing changed."""
        over = phase in {"Succeeded", "Failed"}
        unready = "PodCompleted" if phase == "Succeeded" else "PodFailed" if phase == "Failed" else "ContainersNotReady"
        wanted = (
            ("PodReadyToStartContainers", started and not over, ""),
            ("Initialized", not inits, "ContainersNotInitialized"),
            ("Ready", ready, unready),
            ("ContainersReady", ready, unready),
        )
        known = {one["type"]: one for one in last.get("conditions") or ()}
        conditions = [
            self._condition(known.get(kind), kind, generation, holds=holds, reason=reason)
            for kind, holds, reason in wanted
        ]
        others = [one for kind, one in known.items() if kind not in {name for name, _, _ in wanted}]
        scheduled = self._condition(None, "PodScheduled", generation, holds=True, reason="")
        return [*conditions, *(others or [scheduled])]

    def _condition(
        self, before: Object | None, kind: str, generation: int | None, *, holds: bool, reason: str
    ) -> Object:
        state = str(holds)
        since = before["lastTransitionTime"] if before is not None and before["status"] == state else self._now()
        return {
            "type": kind,
            **({"observedGeneration": generation} if generation else {}),
            "status": state,
            "lastProbeTime": None,
            "lastTransitionTime": since,
            **({"reason": reason} if reason and not holds else {}),
        }


def _waiting(container: Object, initializing: bool) -> Object:  # noqa: FBT001 - a fact about the pod
    return {
        "name": container["name"],
        "state": {"waiting": {"reason": "PodInitializing" if initializing else "ContainerCreating"}},
        "lastState": {},
        "ready": False,
        "restartCount": 0,
        "image": container.get("image", ""),
        "imageID": "",
        "started": False,
    }

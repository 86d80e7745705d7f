"""Pod statuses as the kubelet writes them.

Times in statuses have whole seconds, so pods that reach a state in the same second have the same conditions and
container statuses. Those parts are made once and shared, which keeps a hundred thousand statuses small.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from plimsoll.kube.resources import Object

if TYPE_CHECKING:
    from plimsoll.simcluster.kubelet.containers import Report

_LARGEST_CACHE = 50_000


class StatusDocuments:
    """Makes pod statuses; one for all kubelets of a cluster. ``timestamp`` gives the present as the API writes it."""

    def __init__(self, timestamp: Callable[[], str]) -> None:
        self._timestamp = timestamp
        self._shared: dict[Any, Any] = {}

    def accepted(self, pod: Object, host_ip: str) -> Object:
        """The first status of a pod that the kubelet has taken."""
        return self.pending(pod["spec"], host_ip)

    def pending(self, spec: Object, host_ip: str) -> Object:
        """Accepted by the kubelet, nothing started: what ``kubectl`` shows as ContainerCreating."""
        now = self._timestamp()
        return {
            "phase": "Pending",
            "conditions": self._share(("pending", now), lambda: _conditions(now, ready=False, ready_since=now)),
            "hostIP": host_ip,
            "startTime": now,
            "containerStatuses": self._containers(spec, "waiting", now),
        }

    def running(self, spec: Object, pending: Object, pod_ip: str, *, ready: bool) -> Object:
        """All containers run; ``pending`` is the status this one follows."""
        now = self._timestamp()
        start = pending["startTime"]
        since = now if ready else start
        return {
            **pending,
            "phase": "Running",
            "conditions": self._share(
                (start, ready, since), lambda: _conditions(start, ready=ready, ready_since=since)
            ),
            "podIP": pod_ip,
            "containerStatuses": self._containers(spec, "running", now, ready=ready),
        }

    def ended(self, spec: Object, last: Object, phase: str) -> Object:
        """Every container has ended; ``phase`` is Succeeded, Failed, or Running where nothing says that it is over."""
        now = self._timestamp()
        start = last.get("startTime", now)
        conditions = self._share((start, False, now), lambda: _conditions(start, ready=False, ready_since=now))
        return {
            **last,
            "phase": phase,
            "conditions": conditions,
            "containerStatuses": self._containers(spec, "ended", now),
        }

    def observed(self, last: Object, pod_ip: str, report: Report) -> Object:
        """The containers are as whoever runs them says; ``last`` is the status this one follows."""
        now = self._timestamp()
        start = last.get("startTime", now)
        ready = report.ready
        was_ready = [each for each in last.get("conditions", ()) if each["type"] == "Ready"]
        unchanged = bool(was_ready) and was_ready[0]["status"] == str(ready)
        since = was_ready[0]["lastTransitionTime"] if unchanged else now
        status = {
            **last,
            "phase": report.phase,
            "conditions": _conditions(start, ready=ready, ready_since=since),
            "podIP": pod_ip,
            "podIPs": [{"ip": pod_ip}],
            "containerStatuses": list(report.statuses),
        }
        if report.init_statuses:
            status["initContainerStatuses"] = list(report.init_statuses)
        return status

    def rejected(self, reason: str, message: str) -> Object:
        """The kubelet did not take the pod."""
        return {"phase": "Failed", "reason": reason, "message": message, "startTime": self._timestamp()}

    def _containers(self, spec: Object, state: str, now: str, *, ready: bool = False) -> list[Object]:
        containers = spec["containers"]
        key = (id(containers), state, now, ready)
        # the list is part of the value so that its identity cannot be taken over by another
        shared: tuple[Any, list[Object]] = self._share(
            key, lambda: (containers, [_container(container, state, now, ready=ready) for container in containers])
        )
        return shared[1]

    def _share(self, key: Any, make: Callable[[], Any]) -> Any:
        if key not in self._shared:
            if len(self._shared) >= _LARGEST_CACHE:
                self._shared.clear()
            self._shared[key] = make()
        return self._shared[key]


def _conditions(since: str, *, ready: bool, ready_since: str) -> list[Object]:
    not_ready = {} if ready else {"reason": "ContainersNotReady"}
    readiness = {"status": str(ready), "lastTransitionTime": ready_since, **not_ready}
    return [
        {"type": "PodScheduled", "status": "True", "lastTransitionTime": since},
        {"type": "Initialized", "status": "True", "lastTransitionTime": since},
        {"type": "ContainersReady", **readiness},
        {"type": "Ready", **readiness},
    ]


def _container(container: Object, state: str, now: str, *, ready: bool) -> Object:
    details: dict[str, Object] = {
        "waiting": {"waiting": {"reason": "ContainerCreating"}},
        "running": {"running": {"startedAt": now}},
        "ended": {"terminated": {"exitCode": 0, "reason": "Completed", "finishedAt": now}},
    }
    return {
        "name": container["name"],
        "image": container.get("image", ""),
        "ready": ready,
        "started": state == "running",
        "restartCount": 0,
        "state": details[state],
    }

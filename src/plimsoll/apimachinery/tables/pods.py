"""How pods are shown (``printPod`` of pkg/printers/internalversion): their state in one word above all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from plimsoll.apimachinery.tables.cells import NONE, age_of, human_duration, is_true, labels_text, name_of, unix_seconds
from plimsoll.apimachinery.tables.cells import containers as container_cells
from plimsoll.apimachinery.tables.columns import AGE, NAME, Layout, named, wide
from plimsoll.kube.resources import Object

Status = Mapping[str, Any]

_COMPLETED: tuple[tuple[str, str, str], ...] = (
    ("Succeeded", "Succeeded", "The pod has completed successfully."),
    ("Failed", "Failed", "The pod failed."),
)
_LOST = "NodeLost"
"""The reason that a pod's status carries while its node cannot be reached."""


@dataclass(slots=True)
class _Summary:
    """What is counted while one goes through the containers of a pod."""

    reason: str
    ready: int = 0
    restarts: int = 0
    last_restart: float = 0.0
    """Unix seconds."""

    def count_restarts(self, status: Status) -> None:
        self.restarts += status.get("restartCount") or 0
        ended = ((status.get("lastState") or {}).get("terminated") or {}).get("finishedAt")
        self.last_restart = max(self.last_restart, unix_seconds(ended) or 0.0)


def pod_reason(pod: Object) -> str:
    """The state of a pod as ``kubectl get pods`` shows it, e.g. ``CrashLoopBackOff``."""
    return _summarise(pod).reason


def _summarise(pod: Object) -> _Summary:
    status, metadata = pod.get("status") or {}, pod.get("metadata") or {}
    phase = status.get("phase", "")
    summary = _Summary(status.get("reason") or phase)
    for condition in status.get("conditions") or ():
        if condition.get("type") == "PodScheduled" and condition.get("reason") == "SchedulingGated":
            summary.reason = "SchedulingGated"
    initializing, sidecars = _initialise(pod, summary)
    if not initializing or is_true(pod, "Initialized"):
        summary.restarts, summary.last_restart = sidecars.restarts, sidecars.last_restart
        _run(pod, summary)
    if metadata.get("deletionTimestamp"):
        if status.get("reason") == _LOST:
            summary.reason = "Unknown"
        elif phase not in {"Succeeded", "Failed"}:
            summary.reason = "Terminating"
    return summary


def _initialise(pod: Object, summary: _Summary) -> tuple[bool, _Summary]:
    """Go through the containers that run before; returns whether one holds the pod up, and what sidecars add."""
    declared = (pod.get("spec") or {}).get("initContainers") or ()
    restartable = {container.get("name") for container in declared if container.get("restartPolicy") == "Always"}
    sidecars = _Summary("")
    for index, status in enumerate((pod.get("status") or {}).get("initContainerStatuses") or ()):
        summary.count_restarts(status)
        is_sidecar = status.get("name") in restartable
        if is_sidecar:
            sidecars.count_restarts(status)
        state = status.get("state") or {}
        ended = state.get("terminated")
        if ended is not None and not ended.get("exitCode"):
            continue
        if is_sidecar and status.get("started"):
            summary.ready += bool(status.get("ready"))
            continue
        waiting = (state.get("waiting") or {}).get("reason")
        if ended is not None:
            summary.reason = f"Init:{_ending(ended)}"
        elif waiting and waiting != "PodInitializing":
            summary.reason = f"Init:{waiting}"
        else:
            summary.reason = f"Init:{index}/{len(declared)}"
        return True, sidecars
    return False, sidecars


def _run(pod: Object, summary: _Summary) -> None:
    """Go through the regular containers, backwards, so that the first one has the last word."""
    running, failure = False, ""
    for status in reversed((pod.get("status") or {}).get("containerStatuses") or ()):
        summary.count_restarts(status)
        state = status.get("state") or {}
        waiting, ended = (state.get("waiting") or {}).get("reason"), state.get("terminated")
        if waiting:
            summary.reason = waiting
        elif ended is not None:
            summary.reason = _ending(ended)
            failure = summary.reason if ended.get("exitCode") else failure
        elif status.get("ready") and state.get("running") is not None:
            running = True
            summary.ready += 1
    if summary.reason == "Completed":
        if running and is_true(pod, "Ready"):
            summary.reason = "Running"
        elif failure:
            summary.reason = failure
        elif running:
            summary.reason = "NotReady"


def _ending(ended: Status) -> str:
    if ended.get("reason"):
        return str(ended["reason"])
    return f"Signal:{ended['signal']}" if ended.get("signal") else f"ExitCode:{ended.get('exitCode', 0)}"


def _cells(pod: Object, now: float) -> list[Any]:
    spec, status = pod.get("spec") or {}, pod.get("status") or {}
    summary = _summarise(pod)
    restarts = str(summary.restarts)
    if summary.restarts and summary.last_restart:
        restarts += f" ({human_duration(now - summary.last_restart)} ago)"
    sidecars = [one for one in spec.get("initContainers") or () if one.get("restartPolicy") == "Always"]
    total = len(spec.get("containers") or ()) + len(sidecars)
    addresses: Sequence[Status] = status.get("podIPs") or ({},)
    return [
        name_of(pod),
        f"{summary.ready}/{total}",
        summary.reason,
        restarts,
        age_of(pod, now),
        addresses[0].get("ip") or NONE,
        spec.get("nodeName") or NONE,
        status.get("nominatedNodeName") or NONE,
        _gates(spec.get("readinessGates") or (), pod),
    ]


def _gates(gates: Sequence[Status], pod: Object) -> str:
    met = sum(is_true(pod, gate.get("conditionType", "")) for gate in gates)
    return f"{met}/{len(gates)}" if gates else NONE


def _conditions(pod: Object) -> list[Object]:
    phase = (pod.get("status") or {}).get("phase")
    return [
        {"type": "Completed", "status": "True", "reason": reason, "message": message}
        for ended, reason, message in _COMPLETED
        if ended == phase
    ]


def _template_cells(template: Object, _now: float) -> list[Any]:
    pods = template.get("template") or {}
    return [name_of(template), *container_cells(pods), labels_text((pods.get("metadata") or {}).get("labels"))]


_POD_COLUMNS = (
    NAME,
    *named("Ready", "Status", "Restarts"),
    AGE,
    *wide("IP", "Node", "Nominated Node", "Readiness Gates"),
)

LAYOUTS: Iterable[tuple[str, str, Layout]] = (
    ("", "pods", Layout(_POD_COLUMNS, _cells, _conditions)),
    ("", "podtemplates", Layout((NAME, *named("Containers", "Images", "Pod Labels")), _template_cells)),
)

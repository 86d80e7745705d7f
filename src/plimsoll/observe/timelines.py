"""Reading a pod as the API shows it: the state it is in, and the milestones it has passed. Pure.

The states are those of ``kubectl get pods`` (its STATUS column), folded into the few that a load is judged by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from plimsoll.telemetry import Milestone

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object

STATES: Final = ("pending", "containerCreating", "running", "completed", "terminating", "error", "failed")
"""The states a pod can be in; a state is its index here, because a large run looks at hundreds of thousands."""

PENDING, CONTAINER_CREATING, RUNNING, COMPLETED, TERMINATING, ERROR, FAILED = range(len(STATES))

_STARTING_REASONS = frozenset({"ContainerCreating", "PodInitializing"})
_NO_STATUS: Final[Object] = {}

PASSED_SCHEDULED, PASSED_RUNNING, PASSED_READY, PASSED_FAILED, PASSED_DELETION = (1 << bit for bit in range(5))

MILESTONES: Final = (
    (PASSED_SCHEDULED, Milestone.API_SCHEDULED),
    (PASSED_RUNNING, Milestone.API_RUNNING),
    (PASSED_READY, Milestone.API_READY),
    (PASSED_FAILED, Milestone.API_FAILED),
    (PASSED_DELETION, Milestone.DELETION_REQUESTED),
)
"""What a watcher of the API can tell about a living pod; each is one bit, so that a pod's history is one number."""


def read(pod: Object) -> tuple[int, bool, int]:
    """Read a pod: its state (an index into :data:`STATES`), whether it is ready, the milestones it has passed as bits.

    One function, one pass and a bare tuple, because a large run reads pods some 400,000 times.
    """
    status = pod.get("status", _NO_STATUS)
    phase = status.get("phase")
    ready = False
    passed = PASSED_SCHEDULED if "nodeName" in pod["spec"] else 0
    if phase == "Running":
        state = _state_of_running(status)
        passed |= PASSED_RUNNING
        for condition in reversed(status.get("conditions", ())):  # kubelets write Ready last
            if condition["type"] == "Ready":
                ready = condition["status"] == "True"
                break
        if ready:
            passed |= PASSED_READY
    elif phase == "Succeeded":
        state = COMPLETED
        passed |= PASSED_RUNNING
    elif phase == "Failed":
        state = FAILED
        passed |= PASSED_FAILED
    else:
        state = _state_of_pending(status)
    if "deletionTimestamp" in pod["metadata"]:
        state = TERMINATING
        passed |= PASSED_DELETION
    return state, ready, passed


def _state_of_pending(status: Object) -> int:
    """``ContainerCreating`` begins when the kubelet says so, not when a node is chosen: as kubectl shows it."""
    for container in status.get("containerStatuses", ()):
        waiting = container.get("state", _NO_STATUS).get("waiting")
        if waiting and waiting.get("reason") not in _STARTING_REASONS:
            return ERROR
    return CONTAINER_CREATING if status.get("containerStatuses") else PENDING


def _state_of_running(status: Object) -> int:
    """A pod of phase Running is shown as what its worst container is."""
    ended = 0
    containers = status.get("containerStatuses", ())
    for container in containers:
        state = container["state"]
        if "running" in state:
            continue
        if "terminated" not in state or state["terminated"].get("exitCode", 0) != 0:
            return ERROR
        ended += 1
    return COMPLETED if ended and ended == len(containers) else RUNNING

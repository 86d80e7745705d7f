"""Reading a pod as kubectl shows it."""

from __future__ import annotations

import pytest

from plimsoll.kube.resources import Object
from plimsoll.observe import timelines
from plimsoll.observe.timelines import STATES, read
from tests.observe.pods_for_tests import CREATING, STARTED, ended, pod, running

CRASHING: Object = {"waiting": {"reason": "CrashLoopBackOff"}}

CASES = [
    ("pending", pod()),
    ("pending", pod(node="n")),  # bound, and its kubelet has not said a word
    ("containerCreating", pod(containers=[CREATING], node="n")),
    ("containerCreating", pod(containers=[{"waiting": {"reason": "PodInitializing"}}], node="n")),
    ("error", pod(containers=[CREATING, {"waiting": {"reason": "ImagePullBackOff"}}], node="n")),
    ("running", running()),
    ("running", pod(phase="Running", containers=[STARTED, ended(0)])),
    ("completed", pod(phase="Running", containers=[ended(0), ended(0)])),
    ("error", pod(phase="Running", containers=[STARTED, ended(1)])),
    ("error", pod(phase="Running", containers=[STARTED, CRASHING])),
    ("completed", pod(phase="Succeeded", containers=[ended(0)])),
    ("failed", pod(phase="Failed")),
    ("terminating", running(deleting=True)),
    ("terminating", pod(phase="Failed", deleting=True)),
]


@pytest.mark.parametrize(("state", "shown"), CASES)
def test_a_pod_is_in_the_state_that_kubectl_shows(state: str, shown: Object) -> None:
    assert STATES[read(shown)[0]] == state


def test_a_pod_without_a_status_is_pending() -> None:
    bare: Object = {"metadata": {"name": "a"}, "spec": {}}
    assert read(bare) == (STATES.index("pending"), False, 0)


def names(shown: Object) -> list[str]:
    return [str(milestone) for bit, milestone in timelines.MILESTONES if read(shown)[2] & bit]


@pytest.mark.parametrize(
    ("shown", "milestones"),
    [
        (pod(), []),
        (pod(node="n"), ["apiScheduled"]),
        (pod(node="n", containers=[CREATING]), ["apiScheduled"]),
        (running(ready=False), ["apiScheduled", "apiRunning"]),
        (running(), ["apiScheduled", "apiRunning", "apiReady"]),
        (pod(node="n", phase="Succeeded"), ["apiScheduled", "apiRunning"]),
        (pod(node="n", phase="Running", containers=[CRASHING]), ["apiScheduled", "apiRunning"]),
        (pod(node="n", containers=[{"waiting": {"reason": "ErrImagePull"}}]), ["apiScheduled"]),
        (pod(node="n", phase="Failed"), ["apiScheduled", "apiFailed"]),
        (running(deleting=True, ready=False), ["apiScheduled", "apiRunning", "deletionRequested"]),
    ],
)
def test_a_pod_shows_the_milestones_it_has_passed(shown: Object, milestones: list[str]) -> None:
    assert names(shown) == milestones

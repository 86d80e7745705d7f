from __future__ import annotations

from typing import Any

import pytest

from plimsoll.kube.resources import PODDISRUPTIONBUDGETS, PODS, Object
from plimsoll.simcluster.controllers.disruption import DisruptionController
from tests.simcluster.controlplane import ControlPlane


@pytest.fixture
def made() -> ControlPlane:
    plane = ControlPlane("replicasets", "scheduler", nodes=1, detailed=True)
    plane.start(DisruptionController)
    plane.namespace()
    plane.replica_set("r", 4)
    plane.run(20)
    return plane


def budget(made: ControlPlane, **spec: Any) -> Object:
    made.create(PODDISRUPTIONBUDGETS, "b", "ns", spec={"selector": {"matchLabels": {"app": "r"}}, **spec})
    made.run(5)
    status: Object = made.get(PODDISRUPTIONBUDGETS, "b", "ns")["status"]
    return status


@pytest.mark.parametrize(
    ("spec", "desired", "allowed"),
    [
        ({"minAvailable": 1}, 1, 3),
        ({"minAvailable": "50%"}, 2, 2),
        ({"minAvailable": "100%"}, 4, 0),
        ({"maxUnavailable": 1}, 3, 1),
        ({"maxUnavailable": "30%"}, 2, 2),
        ({"minAvailable": 5}, 5, 0),
    ],
)
def test_a_budget_says_how_many_pods_may_be_evicted(
    made: ControlPlane, spec: Object, desired: int, allowed: int
) -> None:
    status = budget(made, **spec)

    assert (status["expectedPods"], status["currentHealthy"]) == (4, 4)
    assert (status["desiredHealthy"], status["disruptionsAllowed"]) == (desired, allowed)
    (condition,) = status["conditions"]
    assert condition["reason"] == ("SufficientPods" if allowed else "InsufficientPods")


def test_pods_that_are_not_ready_count_against_the_budget(made: ControlPlane) -> None:
    pod = made.active()[0]
    conditions = [{"type": "Ready", "status": "False"}]
    made.pods.replace(pod, status={"phase": "Running", "conditions": conditions})
    status = budget(made, minAvailable=3)

    assert status["currentHealthy"] == 3
    assert status["disruptionsAllowed"] == 0


def test_a_granted_eviction_counts_until_the_pod_goes_or_nobody_deletes_it(made: ControlPlane) -> None:
    budget(made, minAvailable=1)
    stored = made.get(PODDISRUPTIONBUDGETS, "b", "ns")
    name = made.active()[0]["metadata"]["name"]
    status = {**stored["status"], "disruptedPods": {name: made.api.timestamp()}, "disruptionsAllowed": 2}
    made.collection(PODDISRUPTIONBUDGETS).replace(stored, status=status)
    made.run(5)
    assert made.get(PODDISRUPTIONBUDGETS, "b", "ns")["status"]["currentHealthy"] == 3
    made.run(130)

    assert made.get(PODDISRUPTIONBUDGETS, "b", "ns")["status"]["currentHealthy"] == 4
    assert made.get(PODS, name, "ns")

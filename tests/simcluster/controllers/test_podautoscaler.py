from __future__ import annotations

from typing import Any

import pytest

from plimsoll.kube.resources import DEPLOYMENTS, HORIZONTALPODAUTOSCALERS, Object
from plimsoll.simcluster.controllers.podautoscaler import HorizontalPodAutoscaler
from tests.simcluster.controlplane import ControlPlane, workload_spec


def plane(usage: str, **spec: Any) -> ControlPlane:
    """A deployment of two pods that each request 1 CPU and use as much as said, with an autoscaler for it."""
    made = ControlPlane("deployments", "replicasets", "scheduler", nodes=1, detailed=True)
    made.start(HorizontalPodAutoscaler)
    made.namespace()
    whole = workload_spec("web", 2)
    whole["template"]["metadata"]["annotations"] = {"kwok.x-k8s.io/usage-cpu": usage}
    whole["template"]["spec"]["containers"][0]["resources"] = {"requests": {"cpu": "1"}}
    made.create(DEPLOYMENTS, "web", "ns", spec=whole)
    reference = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    resource = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}
    body = {"scaleTargetRef": reference, "maxReplicas": 10, "metrics": [{"type": "Resource", "resource": resource}]}
    made.create(HORIZONTALPODAUTOSCALERS, "hpa", "ns", spec={**body, **spec})
    return made


def size(made: ControlPlane) -> int:
    return int(made.get(DEPLOYMENTS, "web", "ns")["spec"]["replicas"])


def conditions(made: ControlPlane) -> dict[str, Object]:
    status = made.get(HORIZONTALPODAUTOSCALERS, "hpa", "ns")["status"]
    return {one["type"]: one for one in status["conditions"]}


@pytest.mark.parametrize(("usage", "expected"), [("500m", 2), ("530m", 2), ("1", 10), ("5", 10)])
def test_a_workload_is_sized_by_what_its_pods_use(usage: str, expected: int) -> None:
    made = plane(usage)
    made.run(200)

    assert size(made) == expected


def test_it_shrinks_only_after_five_minutes_of_little_use() -> None:
    made = plane("100m", minReplicas=1)
    made.run(60)
    assert size(made) == 2
    made.run(400)

    assert size(made) == 1


def test_a_target_that_is_not_there_is_said_so() -> None:
    made = plane("1", scaleTargetRef={"apiVersion": "apps/v1", "kind": "Deployment", "name": "other"})
    made.run(30)

    assert conditions(made)["AbleToScale"]["reason"] == "FailedGetScale"


def test_the_limits_of_the_autoscaler_hold_and_are_named() -> None:
    made = plane("1", maxReplicas=3)
    made.run(100)

    assert size(made) == 3
    assert conditions(made)["ScalingLimited"]["reason"] == "TooManyReplicas"

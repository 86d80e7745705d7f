from __future__ import annotations

from typing import Any

import pytest

from plimsoll.kube.resources import PODS
from tests.simcluster.inspection import Looking


@pytest.fixture
def looking() -> Looking:
    return Looking()


def pod(looking: Looking, annotations: dict[str, str], **container: Any) -> None:
    spec = {"containers": [{"name": "main", "image": "app:1", **container}], "volumes": [], "nodeName": "node-0"}
    looking.create(PODS, "p", metadata={"annotations": annotations}, spec=spec)


def restarts(looking: Looking) -> int:
    return int(looking.status("p")["containerStatuses"][0]["restartCount"])


def test_a_container_that_is_not_alive_is_killed_and_restarted_later_each_time(looking: Looking) -> None:
    probe = {"periodSeconds": 2, "failureThreshold": 3}
    pod(looking, {"plimsoll.dev/alive": "false"}, livenessProbe=probe)
    looking.run(5)
    assert restarts(looking) == 0
    looking.run(5)
    assert restarts(looking) == 1
    last = looking.status("p")["containerStatuses"][0]["lastState"]["terminated"]
    assert (last["exitCode"], last["reason"]) == (137, "Error")
    assert {"Unhealthy", "Killing"} <= set(looking.reasons("p"))
    looking.run(8)
    assert looking.status("p")["containerStatuses"][0]["state"]["waiting"]["reason"] == "CrashLoopBackOff"


def test_a_container_may_be_alive_for_a_while(looking: Looking) -> None:
    pod(looking, {"plimsoll.dev/alive": "60s"}, livenessProbe={"periodSeconds": 1})
    looking.run(60)
    assert restarts(looking) == 0
    looking.run(10)
    assert restarts(looking) == 1


def test_a_container_that_does_not_start_up_is_never_ready(looking: Looking) -> None:
    pod(looking, {"plimsoll.dev/started": "false"}, startupProbe={"periodSeconds": 1, "failureThreshold": 5})
    looking.run(4)
    assert looking.status("p")["containerStatuses"][0]["ready"] is False
    looking.run(10)
    assert restarts(looking) == 1


def test_without_a_probe_nothing_can_fail(looking: Looking) -> None:
    pod(looking, {"plimsoll.dev/alive": "false"})
    looking.run(60)
    assert restarts(looking) == 0


def test_a_pod_that_is_held_unready_says_why_where_it_has_a_probe(looking: Looking) -> None:
    pod(looking, {"plimsoll.dev/ready": "false"}, readinessProbe={"periodSeconds": 1})
    looking.run(5)
    assert "Unhealthy" in looking.reasons("p")

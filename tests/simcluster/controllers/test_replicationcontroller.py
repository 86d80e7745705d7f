from __future__ import annotations

from typing import Any

from plimsoll.kube.resources import PODS, REPLICATIONCONTROLLERS, Object
from tests.simcluster.inspection import Looking


def controller(looking: Looking, replicas: int) -> None:
    template: Any = {"metadata": {"labels": {"app": "old"}}, "spec": {"containers": [{"name": "main"}], "volumes": []}}
    spec = {"replicas": replicas, "selector": {"app": "old"}, "template": template}
    looking.create(REPLICATIONCONTROLLERS, "rc", spec=spec, status={"replicas": 0})


def pods(looking: Looking) -> list[Object]:
    return [pod for pod in looking.cluster.store.collection(PODS) if "deletionTimestamp" not in pod["metadata"]]


def test_a_replication_controller_has_as_many_pods_as_it_wants() -> None:
    looking = Looking()
    controller(looking, 3)
    looking.run(10)
    assert [pod["metadata"]["ownerReferences"][0]["kind"] for pod in pods(looking)] == ["ReplicationController"] * 3
    status = looking.get(REPLICATIONCONTROLLERS, "rc")["status"]
    assert (status["replicas"], status["readyReplicas"]) == (3, 3)
    assert "terminatingReplicas" not in status

    collection = looking.cluster.store.collection(REPLICATIONCONTROLLERS)
    looking.cluster.api.set_replicas(collection, looking.get(REPLICATIONCONTROLLERS, "rc"), 1)
    looking.run(40)
    assert len(pods(looking)) == 1
    assert looking.reasons("rc") == ["SuccessfulCreate"] * 3 + ["SuccessfulDelete"] * 2


def test_it_adopts_pods_that_its_selector_matches() -> None:
    looking = Looking()
    looking.create(
        PODS, "orphan", metadata={"labels": {"app": "old"}}, spec={"containers": [{"name": "main"}], "volumes": []}
    )
    controller(looking, 2)
    looking.run(10)
    assert len(pods(looking)) == 2
    assert looking.get(PODS, "orphan")["metadata"]["ownerReferences"][0]["name"] == "rc"

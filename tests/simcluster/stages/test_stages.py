"""Stages in a whole cluster: pods and nodes with KWOK's marks live as they say."""

from __future__ import annotations

from typing import Any

import pytest

from plimsoll.kube.resources import EVENTS, NODES, PODS, Object
from plimsoll.simcluster.stages.stages import STAGES
from tests.simcluster.inspection import Looking

READY = '.status.conditions.[] | select( .type == "Ready" ) | .status'
GONE = {"key": ".metadata.deletionTimestamp", "operator": "Exists"}
THERE = {"key": ".metadata.deletionTimestamp", "operator": "DoesNotExist"}


def phase(*phases: str) -> Object:
    return {"key": ".status.phase", "operator": "In", "values": list(phases)}


class Staged(Looking):
    """A cluster with one of KWOK's nodes."""

    def __init__(self) -> None:
        super().__init__()
        self.create(NODES, "fake", "", metadata={"annotations": {"kwok.x-k8s.io/node": "fake"}}, spec={}, status={})
        self.run(2)

    def stage(self, name: str, *expressions: Object, kind: str = "Pod", **spec: Any) -> None:
        selector = {"matchExpressions": list(expressions)}
        spec = {"resourceRef": {"kind": kind}, "selector": selector, **spec}
        self.create(STAGES, name, "", spec=spec)
        self.run(1)

    def fast(self) -> None:
        """Those of KWOK that lose no time."""
        template = {"statusTemplate": "a template of KWOK's"}
        no_address = {"key": ".status.podIP", "operator": "DoesNotExist"}
        job = {"key": ".metadata.ownerReferences.[].kind", "operator": "In", "values": ["Job"]}
        self.stage("pod-ready", THERE, no_address, next=template)
        self.stage("pod-complete", THERE, phase("Running"), job, next=template)
        self.stage("pod-delete", GONE, next={"finalizers": {"empty": True}, "delete": True})

    def condition(self, name: str) -> Object:
        found: Object = self.get(STAGES, name, "")["status"]["conditions"][0]
        return found

    def ready(self, node: str) -> Object:
        conditions = self.get(NODES, node, "")["status"]["conditions"]
        found: Object = next(one for one in conditions if one["type"] == "Ready")
        return found

    def relabel(self, node: str, labels: dict[str, str], **annotations: str) -> None:
        stored = self.get(NODES, node, "")
        metadata = {**stored["metadata"], "labels": labels}
        prefix = "node-not-ready.stage.kwok.x-k8s.io/"
        metadata["annotations"] = {
            **metadata["annotations"],
            **{prefix + key: text for key, text in annotations.items()},
        }
        self.cluster.store.collection(NODES).replace(stored, metadata=metadata)


@pytest.fixture
def staged() -> Staged:
    return Staged()


def test_pods_on_kwoks_nodes_follow_the_fast_stages_and_others_their_kubelet(staged: Staged) -> None:
    staged.fast()
    staged.pod("fake", nodeName="fake")
    staged.pod("real", nodeName="node-0")
    staged.run(0.5)
    status = staged.status("fake")
    assert (status["phase"], status["containerStatuses"][0]["ready"]) == ("Running", True)
    assert status["podIP"]
    assert "Started" not in staged.reasons("fake")
    staged.run(5)
    assert "Started" in staged.reasons("real")


def test_a_deleted_pod_goes_by_its_stage_and_gives_its_address_back(staged: Staged) -> None:
    staged.fast()
    staged.pod("p", nodeName="fake")
    staged.run(1)
    addresses = staged.cluster.kubelets["fake"].addresses
    assert addresses.taken == 1
    staged.cluster.api.delete(staged.cluster.store.collection(PODS), "default", "p")
    staged.run(1)
    assert staged.cluster.store.collection(PODS).find("default", "p") is None
    assert addresses.taken == 0


def test_pods_of_jobs_complete_and_annotations_say_when(staged: Staged) -> None:
    job = {"key": ".metadata.ownerReferences.[].kind", "operator": "In", "values": ["Job"]}
    source = {"expressionFrom": '.metadata.annotations["pod-complete.stage.kwok.x-k8s.io/delay"]'}
    staged.stage("pod-ready", {"key": ".status.podIP", "operator": "DoesNotExist"}, next={"statusTemplate": "t"})
    delay = {"durationFrom": source, "durationMilliseconds": 1000}
    staged.stage("pod-complete", phase("Running"), job, delay=delay, next={"statusTemplate": "t"})
    owner = {"apiVersion": "batch/v1", "kind": "Job", "name": "j", "uid": "1"}
    annotations = {"pod-complete.stage.kwok.x-k8s.io/delay": "30s"}
    for name, more in (("soon", {}), ("late", {"annotations": annotations})):
        spec = {"containers": [{"name": "main"}], "volumes": [], "nodeName": "fake"}
        staged.create(PODS, name, metadata={"ownerReferences": [owner], **more}, spec=spec)
    staged.run(3)
    assert [staged.status(name)["phase"] for name in ("soon", "late")] == ["Succeeded", "Running"]
    assert staged.status("soon")["containerStatuses"][0]["state"]["terminated"]["exitCode"] == 0
    staged.run(30)
    assert staged.status("late")["phase"] == "Succeeded"


def test_the_general_stages_go_through_every_state(staged: Staged) -> None:
    template, pause = {"statusTemplate": "t"}, {"durationMilliseconds": 2000}
    initialized = '.status.conditions.[] | select( .type == "Initialized" ) | .status'
    staged.stage(
        "pod-create", {"key": ".status.containerStatuses", "operator": "DoesNotExist"}, delay=pause, next=template
    )
    staged.stage(
        "pod-init-container-running",
        {"key": ".status.initContainerStatuses.[].state.waiting.reason", "operator": "Exists"},
        delay=pause,
        next=template,
    )
    staged.stage(
        "pod-init-container-completed",
        {"key": ".status.initContainerStatuses.[].state.running.startedAt", "operator": "Exists"},
        delay=pause,
        next=template,
    )
    staged.stage(
        "pod-ready",
        {"key": initialized, "operator": "In", "values": ["True"]},
        {"key": ".status.containerStatuses.[].state.running.startedAt", "operator": "DoesNotExist"},
        delay=pause,
        next=template,
    )
    spec = {"containers": [{"name": "main"}], "initContainers": [{"name": "first"}], "volumes": [], "nodeName": "fake"}
    staged.create(PODS, "p", spec=spec)
    seen = []
    for _ in range(5):
        status = staged.status("p")
        states = [*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())]
        seen.append((status.get("phase"), *(next(iter(one["state"])) for one in states)))
        staged.run(2.02)
    assert seen == [
        ("Pending",),
        ("Pending", "waiting", "waiting"),
        ("Pending", "running", "waiting"),
        ("Pending", "terminated", "waiting"),
        ("Running", "terminated", "running"),
    ]


def test_containers_fail_as_annotations_say(staged: Staged) -> None:
    staged.fast()
    prefix = "pod-container-running-failed.stage.kwok.x-k8s.io"
    label = {"key": f'.metadata.labels["{prefix}"]', "operator": "In", "values": ["true"]}
    staged.stage(prefix.partition(".")[0], label, phase("Running"), weight=10_000, next={"statusTemplate": "t"})
    metadata = {"labels": {prefix: "true"}, "annotations": {f"{prefix}/exit-code": "7", f"{prefix}/reason": "Chaos"}}
    spec = {"containers": [{"name": "main"}], "volumes": [], "nodeName": "fake"}
    staged.create(PODS, "p", metadata=metadata, spec=spec)
    staged.run(2)
    status = staged.status("p")
    terminated = status["containerStatuses"][0]["state"]["terminated"]
    assert (status["phase"], terminated["exitCode"], terminated["reason"]) == ("Failed", 7, "Chaos")


def test_a_stage_that_cannot_be_followed_says_so_in_its_status_and_by_an_event(staged: Staged) -> None:
    staged.stage("odd", next={"statusTemplate": "phase: {{ .x }}"})
    condition = staged.condition("odd")
    assert (condition["type"], condition["status"], condition["reason"]) == ("Followed", "False", "Unsupported")
    assert "'odd' is none of the stages whose templates are known" in condition["message"]
    assert [event["type"] for event in staged.cluster.store.collection(EVENTS)][-1] == "Warning"
    assert staged.reasons("odd") == ["Unsupported"]
    staged.fast()
    assert staged.condition("pod-ready")["status"] == "True"


def test_without_stages_again_pods_are_their_kubelets(staged: Staged) -> None:
    staged.fast()
    for stage in tuple(staged.cluster.store.collection(STAGES)):
        staged.cluster.store.collection(STAGES).remove(stage)
    staged.run(1)
    staged.pod("p", nodeName="fake")
    staged.run(5)
    assert "Started" in staged.reasons("p")


def test_stages_that_never_rest_do_not_stop_time(staged: Staged) -> None:
    staged.stage("pod-ready", phase("Pending"), next={"statusTemplate": "t"})
    staged.stage("pod-create", phase("Running"), next={"statusTemplate": "t"})
    staged.pod("p", nodeName="fake")
    staged.run(3)
    assert staged.status("p")["phase"] in {"Pending", "Running"}


def test_a_label_makes_one_of_kwoks_nodes_fail_and_without_it_the_node_recovers(staged: Staged) -> None:
    staged.relabel("fake", {"node-not-ready.stage.kwok.x-k8s.io": "true"}, delay="10s", message="cut off")
    staged.run(5)
    assert staged.ready("fake")["status"] == "True"
    staged.run(10)
    assert (staged.ready("fake")["status"], staged.ready("fake")["message"]) == ("False", "cut off")
    staged.relabel("fake", {})
    staged.run(2)
    assert staged.ready("fake")["status"] == "True"


def test_nodes_are_made_ready_by_stages_of_their_own_where_there_are_some(staged: Staged) -> None:
    staged.stage(
        "node-initialize",
        {"key": READY, "operator": "NotIn", "values": ["True"]},
        kind="Node",
        delay={"durationMilliseconds": 10_000},
        next={"statusTemplate": "t"},
    )
    staged.create(NODES, "slow", "", metadata={"labels": {"type": "kwok"}}, spec={}, status={})
    staged.run(5)
    assert "conditions" not in staged.get(NODES, "slow", "")["status"]
    staged.run(10)
    assert staged.ready("slow")["status"] == "True"
    assert staged.get(NODES, "slow", "")["status"]["phase"] == "Running"

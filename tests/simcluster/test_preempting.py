"""Important pods take the places of less important ones."""

from __future__ import annotations

from typing import Any

import pytest

from plimsoll.kube.resources import EVENTS, PODDISRUPTIONBUDGETS, PODS, Object
from tests.simcluster.inspection import Looking


class Crowded(Looking):
    """Two nodes with eight cores each."""

    def ask(self, name: str, cores: int, priority: int, **more: Any) -> None:
        labels = {"app": name}
        container = {"name": "main", "resources": {"requests": {"cpu": str(cores)}}}
        spec = {"containers": [container], "volumes": [], "priority": priority, "terminationGracePeriodSeconds": 5}
        self.create(PODS, name, metadata={"labels": labels}, spec={**spec, **more})

    def node(self, name: str) -> str:
        return str(self.get(PODS, name)["spec"].get("nodeName", ""))

    def left(self) -> set[str]:
        return {pod["metadata"]["name"] for pod in self.cluster.store.collection(PODS)}

    def message(self, name: str) -> str:
        events = self.cluster.store.collection(EVENTS)
        found = [one for one in events if one["involvedObject"]["name"] == name and one["reason"] == "FailedScheduling"]
        return str(found[-1]["message"])

    def budget(self, name: str, allowed: int) -> None:
        selector = {"matchLabels": {"app": name}}
        spec, status = {"selector": selector, "minAvailable": 1}, {"disruptionsAllowed": allowed}
        body: Object = {"metadata": {"name": name}, "spec": spec, "status": status}
        self.create(PODDISRUPTIONBUDGETS, name, spec=spec)
        collection = self.cluster.store.collection(PODDISRUPTIONBUDGETS)
        collection.replace(self.get(PODDISRUPTIONBUDGETS, name), status=body["status"])


@pytest.fixture
def crowded() -> Crowded:
    return Crowded()


def test_the_least_important_pod_goes_and_the_place_is_kept(crowded: Crowded) -> None:
    crowded.ask("low", 8, 1, nodeName="node-0")
    crowded.ask("middle", 8, 5, nodeName="node-1")
    crowded.run(5)
    crowded.ask("high", 8, 10)
    crowded.run(0.5)
    assert crowded.status("high")["nominatedNodeName"] == "node-0"
    crowded.ask("sneak", 8, 5)  # as important as nobody whom it could evict, and not to take the place
    crowded.run(30)
    assert crowded.node("high") == "node-0"
    assert crowded.node("middle") == "node-1"
    assert crowded.node("sneak") == ""
    assert "nominatedNodeName" not in crowded.status("high")
    assert "Preempted" in crowded.reasons("low")
    assert "low" not in crowded.left()


def test_no_more_pods_go_than_have_to_and_the_most_important_stay(crowded: Crowded) -> None:
    for index in range(4):
        crowded.ask(f"low-{index}", 2, index, nodeName="node-0")
    crowded.ask("block", 8, 100, nodeName="node-1")
    crowded.run(5)
    crowded.ask("high", 4, 50)
    crowded.run(30)
    assert crowded.left() == {"low-2", "low-3", "block", "high"}


def test_pods_that_a_budget_protects_are_spared_where_others_can_go(crowded: Crowded) -> None:
    crowded.budget("kept", 0)
    crowded.ask("kept", 8, 1, nodeName="node-0")
    crowded.ask("other", 8, 2, nodeName="node-1")
    crowded.run(5)
    collection = crowded.cluster.store.collection(PODDISRUPTIONBUDGETS)
    collection.replace(crowded.get(PODDISRUPTIONBUDGETS, "kept"), status={"disruptionsAllowed": 0})
    crowded.ask("high", 8, 10)
    crowded.run(30)
    assert crowded.left() == {"kept", "high"}


def test_who_is_not_to_preempt_waits_and_says_so(crowded: Crowded) -> None:
    for index in range(2):
        crowded.ask(f"low-{index}", 8, 1, nodeName=f"node-{index}")
    crowded.run(5)
    crowded.ask("polite", 8, 10, preemptionPolicy="Never")
    crowded.run(5)
    assert "preemption: not eligible due to preemptionPolicy=Never." in crowded.message("polite")
    assert crowded.left() == {"low-0", "low-1", "polite"}


def test_where_evicting_would_not_help_nobody_goes(crowded: Crowded) -> None:
    crowded.ask("low", 8, 1, nodeName="node-0")
    crowded.run(5)
    crowded.ask("huge", 9, 10)
    crowded.run(5)
    assert "preemption: 0/2 nodes are available: 2 No preemption victims found" in crowded.message("huge")
    assert "low" in crowded.left()


def test_a_nominated_pod_that_is_deleted_leaves_the_place_to_others(crowded: Crowded) -> None:
    for index in range(2):
        crowded.ask(f"low-{index}", 8, 1, nodeName=f"node-{index}")
    crowded.run(5)
    crowded.ask("high", 8, 10)
    crowded.run(0.5)
    crowded.cluster.api.delete(crowded.cluster.store.collection(PODS), "default", "high")
    crowded.ask("next", 8, 1)
    crowded.run(30)
    assert crowded.node("next")

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from plimsoll.errors import ApiError, InputError
from plimsoll.testing import Cluster, cluster

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: server, image: registry.example/web:1}]
"""

WIDGETS = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget, shortNames: [wd]}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}}
---
apiVersion: example.com/v1
kind: Widget
metadata: {name: big}
spec: {size: 10}
"""


@pytest.fixture
def simulated() -> Iterator[Cluster]:
    with cluster(nodes=3) as made:
        yield made


def rolled_out(simulated: Cluster) -> None:
    simulated.apply(DEPLOYMENT)
    simulated.until(lambda: simulated.is_ready("deployment", "web"))


def test_time_stands_still_until_the_test_moves_it(simulated: Cluster) -> None:
    simulated.apply(DEPLOYMENT)
    before = simulated.now

    assert simulated.pods() == []
    simulated.advance(seconds=60)

    assert simulated.now == before + 60
    assert len(simulated.pods(labels="app=web")) == 3


def test_until_stops_at_the_very_change_that_it_waits_for(simulated: Cluster) -> None:
    simulated.apply(DEPLOYMENT)
    simulated.until(simulated.pods)

    assert len(simulated.pods()) == 1


def test_until_gives_what_the_condition_found(simulated: Cluster) -> None:
    simulated.apply(DEPLOYMENT)

    pods = simulated.until(lambda: simulated.pods(labels="app=web"))

    assert pods[0]["metadata"]["name"].startswith("web-")


def test_until_gives_up_after_its_time_and_tells_what_it_waited_for(simulated: Cluster) -> None:
    before = simulated.now

    with pytest.raises(TimeoutError, match=r"not within 5 s .*simulated.find\(\"pod\", \"nobody\"\)(.|\n)*3 nodes"):
        simulated.until(lambda: simulated.find("pod", "nobody"), timeout_seconds=5)

    assert simulated.now == before + 5


def test_a_condition_may_be_about_time_alone(simulated: Cluster) -> None:
    goal = simulated.now + 30

    simulated.until(lambda: simulated.now >= goal, timeout_seconds=60)

    assert goal <= simulated.now <= goal + 1


def test_a_lost_node_costs_its_pods_which_come_back_elsewhere(simulated: Cluster) -> None:
    rolled_out(simulated)
    lost = simulated.pods(labels="app=web")[0]["spec"]["nodeName"]

    simulated.lose_node(lost)
    simulated.advance(seconds=400)

    elsewhere = [pod for pod in simulated.pods(labels="app=web") if pod["spec"]["nodeName"] != lost]
    assert len(elsewhere) == 3


def test_a_lost_node_and_its_pods_tell_what_happened(simulated: Cluster) -> None:
    rolled_out(simulated)
    pod = simulated.pods(labels="app=web")[0]
    node = pod["spec"]["nodeName"]

    simulated.lose_node(node)
    simulated.advance(seconds=60)

    conditions = {one["type"]: one["status"] for one in simulated.get("node", node)["status"]["conditions"]}
    assert set(conditions.values()) == {"Unknown"}
    conditions = {
        one["type"]: one["status"] for one in simulated.get("pod", pod["metadata"]["name"])["status"]["conditions"]
    }
    assert (conditions["Ready"], conditions["PodScheduled"]) == ("False", "True")
    assert [event["type"] for event in simulated.events(about=node, reason="NodeNotReady")] == ["Normal"]
    assert "Node is not ready" in [event["message"] for event in simulated.events(about=pod["metadata"]["name"])]


def test_nodes_have_their_network_in_both_fields(simulated: Cluster) -> None:
    spec = simulated.get("node", "worker-0")["spec"]
    assert spec["podCIDRs"] == [spec["podCIDR"]]


def test_a_node_that_does_not_exist_cannot_be_lost(simulated: Cluster) -> None:
    with pytest.raises(InputError, match="worker-0, worker-1, worker-2"):
        simulated.lose_node("worker-9")


def test_a_restart_delays_what_the_component_does(simulated: Cluster) -> None:
    simulated.restart("scheduler", down_seconds=60)
    simulated.apply(DEPLOYMENT)
    simulated.advance(seconds=30)
    assert [pod["spec"].get("nodeName") for pod in simulated.pods()] == [None] * 3

    simulated.advance(seconds=60)
    assert all(pod["spec"].get("nodeName") for pod in simulated.pods())


def test_failing_requests_hit_components_but_not_the_test(simulated: Cluster) -> None:
    simulated.fail_requests(for_seconds=60, code=503)

    simulated.apply(DEPLOYMENT)
    simulated.advance(seconds=30)
    assert simulated.pods() == []

    simulated.until(lambda: simulated.is_ready("deployment", "web"))


def test_faults_can_be_announced_when_the_cluster_is_made() -> None:
    with cluster(nodes=1, faults=[{"kind": "nodeLost", "at": "30s", "node": "worker-0"}]) as announced:
        assert announced.nodes()
        announced.until(lambda: _readiness(announced) == "Unknown", timeout_seconds=120)
        assert announced.now > 30


def _readiness(simulated: Cluster) -> str:
    conditions = simulated.get("node", "worker-0")["status"]["conditions"]
    return next(str(condition["status"]) for condition in conditions if condition["type"] == "Ready")


def test_objects_are_the_callers_own(simulated: Cluster) -> None:
    simulated.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"a": "1"}})
    settings = simulated.get("configmap", "settings")
    settings["data"]["a"] = "2"

    assert simulated.get("cm", "settings")["data"] == {"a": "1"}
    simulated.update(settings)
    assert simulated.get("cm", "settings")["data"] == {"a": "2"}


def test_one_map_gives_one_object_and_a_text_gives_a_list(simulated: Cluster) -> None:
    assert simulated.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}})["kind"] == "Namespace"
    assert [value["kind"] for value in simulated.apply(DEPLOYMENT)] == ["Deployment"]


def test_a_manifest_can_be_a_file_or_a_list(simulated: Cluster, tmp_path: Path) -> None:
    file = tmp_path / "web.yaml"
    file.write_text(DEPLOYMENT, encoding="utf-8")
    names = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in "ab"]

    simulated.create(file, namespace="default")
    made = simulated.create(names)

    assert simulated.get("deploy", "web")
    assert [value["metadata"]["name"] for value in made] == ["a", "b"]


def test_a_definition_and_its_objects_come_in_one_manifest(simulated: Cluster) -> None:
    simulated.apply(WIDGETS)

    assert simulated.get("wd", "big")["spec"] == {"size": 10}
    assert simulated.get("widgets.example.com", "big") == simulated.get("widgets.v1.example.com", "big")


@pytest.mark.parametrize("text", ["nonsense: [", "just text", "metadata: {name: x}"])
def test_what_is_no_object_is_refused(simulated: Cluster, text: str) -> None:
    with pytest.raises(InputError):
        simulated.apply(text)


def test_a_kind_that_is_not_served_is_named(simulated: Cluster) -> None:
    with pytest.raises(InputError, match=r"example\.com/v1 Gadget is not served"):
        simulated.apply({"apiVersion": "example.com/v1", "kind": "Gadget", "metadata": {"name": "x"}})
    with pytest.raises(InputError, match="'gadgets'"):
        simulated.list("gadgets")


def test_a_typing_error_in_a_manifest_is_refused(simulated: Cluster) -> None:
    with pytest.raises(ApiError, match="replicsa") as refusal:
        simulated.create(DEPLOYMENT.replace("replicas", "replicsa"))
    assert refusal.value.code == 400


def test_objects_are_patched_scaled_and_deleted(simulated: Cluster) -> None:
    rolled_out(simulated)

    simulated.patch("deployment", "web", {"metadata": {"labels": {"tier": "front"}}})
    simulated.scale("deployment", "web", 5)
    simulated.until(lambda: simulated.is_ready("deployment", "web"))
    assert len(simulated.list("pods", namespace="default", labels="app=web")) == 5

    simulated.delete("deployment", "web", propagation="Foreground")
    simulated.until(lambda: simulated.find("deployment", "web") is None)
    assert simulated.pods() == []


def test_what_happens_is_recorded_while_it_is_watched(simulated: Cluster) -> None:
    with simulated.watching("pods") as changes:
        rolled_out(simulated)
    seen = len(changes)
    simulated.scale("deployment", "web", 4)
    simulated.advance(seconds=10)

    assert [change.type for change in changes].count("ADDED") == 3
    assert len(changes) == seen


def test_events_are_found_by_what_they_are_about(simulated: Cluster) -> None:
    rolled_out(simulated)
    pod = simulated.pods()[0]["metadata"]["name"]

    assert [event["reason"] for event in simulated.events(about=pod)][:1] == ["Scheduled"]
    assert len(simulated.events(reason="Scheduled")) == 3


def test_two_clusters_of_one_seed_are_alike() -> None:
    with cluster(seed=7) as first, cluster(seed=7) as second, cluster(seed=8) as other:
        for simulated in (first, second, other):
            rolled_out(simulated)
        assert first.pods() == second.pods()
        assert first.pods() != other.pods()


def test_a_profile_and_its_settings_can_be_chosen() -> None:
    settings = {"runtime.containerSeconds": 30.0}
    with cluster(profile="kubernetes-1.36", settings=settings) as slow:
        rolled_out(slow)
        assert slow.now > 30


def test_a_cluster_that_cannot_be_is_refused() -> None:
    with pytest.raises(InputError, match="nodes"), cluster(nodes=-1):
        pass

"""What pods and nodes use, asked for through the API."""

from __future__ import annotations

import pytest

from plimsoll.errors import ApiError
from plimsoll.kube.resources import Object
from plimsoll.registry.componentapi import ServedApi
from plimsoll.registry.registry import Registry
from plimsoll.registry.requests import Answer, Listing, Request
from plimsoll.simcluster.assembly import assemble
from plimsoll.simcluster.nodes import NodeShape
from plimsoll.simcluster.profile import load_profile
from plimsoll.telemetry import NullTelemetry

PODS = ("metrics.k8s.io", "v1beta1", "pods")
NODES = ("metrics.k8s.io", "v1beta1", "nodes")


class Measured:
    """A cluster of two nodes with two pods that run and one that does not."""

    def __init__(self) -> None:
        shapes = [NodeShape(f"node-{index}", 8000, 32 << 30, 1e10) for index in range(2)]
        self.cluster = assemble(load_profile("ideal"), shapes, 1, NullTelemetry(), make_api=ServedApi, inspectable=True)
        self.registry = Registry(self.cluster)
        self.cluster.kernel.run(2.0)
        self.pod("busy", {"kwok.x-k8s.io/usage-cpu": "250m", "kwok.x-k8s.io/usage-memory": "64Mi"}, nodeName="node-0")
        self.pod("idle", {}, nodeName="node-1")
        self.pod("nowhere", {}, nodeSelector={"no": "where"})
        self.cluster.kernel.run(10.0)

    def pod(self, name: str, annotations: dict[str, str], **spec: object) -> None:
        resource = self.registry.resolve("", "v1", "pods")
        assert resource is not None
        metadata = {"name": name, "annotations": annotations, "labels": {"app": name}}
        body = {"metadata": metadata, "spec": {"containers": [{"name": "main", "image": "app:1"}], **spec}}
        self.registry.handle(Request("create", resource, "default", body=body))

    def ask(self, key: tuple[str, str, str], name: str = "", namespace: str = "", **options: str) -> Answer:
        resource = self.registry.resolve(*key)
        assert resource is not None
        return self.registry.handle(Request("get" if name else "list", resource, namespace, name, options=options))

    def listed(self, key: tuple[str, str, str], namespace: str = "", **options: str) -> list[Object]:
        answer = self.ask(key, namespace=namespace, **options).object
        assert isinstance(answer, Listing)
        return list(answer.items)


@pytest.fixture(scope="module")
def measured() -> Measured:
    return Measured()


def test_pods_that_run_are_measured_and_others_are_not(measured: Measured) -> None:
    names = [one["metadata"]["name"] for one in measured.listed(PODS)]
    assert names == ["busy", "idle"]
    with pytest.raises(ApiError) as error:
        measured.ask(PODS, "nowhere", "default")
    assert error.value.code == 404


def test_annotations_say_what_a_pod_uses(measured: Measured) -> None:
    metrics = measured.ask(PODS, "busy", "default").object
    assert isinstance(metrics, dict)
    assert metrics["containers"] == [{"name": "main", "usage": {"cpu": "250000000n", "memory": "65536Ki"}}]


def test_lists_are_of_a_namespace_and_by_selectors(measured: Measured) -> None:
    assert measured.listed(PODS, "kube-system") == []
    assert [one["metadata"]["name"] for one in measured.listed(PODS, labelSelector="app=idle")] == ["idle"]
    assert [one["metadata"]["name"] for one in measured.listed(PODS, fieldSelector="metadata.name=busy")] == ["busy"]


def test_nodes_use_what_their_pods_do_and_what_the_system_takes(measured: Measured) -> None:
    usages = {one["metadata"]["name"]: one["usage"]["cpu"] for one in measured.listed(NODES)}
    assert usages == {"node-0": "350000000n", "node-1": "101000000n"}
    node = measured.ask(NODES, "node-0").object
    assert isinstance(node, dict)
    assert node["usage"]["cpu"] == "350000000n"
    with pytest.raises(ApiError):
        measured.ask(NODES, "node-7")

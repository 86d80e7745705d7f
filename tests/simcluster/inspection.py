"""A whole cluster that people look into, for tests of what they see there."""

from __future__ import annotations

from typing import Any

from plimsoll.kube.resources import EVENTS, NAMESPACES, PODS, Object, Resource
from plimsoll.simcluster import invariants
from plimsoll.simcluster.assembly import SimulatedCluster, assemble
from plimsoll.simcluster.nodes import NodeShape
from plimsoll.simcluster.profile import load_profile
from plimsoll.telemetry import NullTelemetry


class Looking:
    """An inspectable cluster of two nodes."""

    def __init__(self) -> None:
        shapes = [NodeShape(f"node-{index}", 8000, 32 << 30, 1e10) for index in range(2)]
        profile = load_profile("ideal")
        self.cluster: SimulatedCluster = assemble(profile, shapes, 1, NullTelemetry(), inspectable=True)
        for name in ("default", "kube-node-lease"):
            self.create(NAMESPACES, name, "")
        self.run(5)

    def run(self, seconds: float) -> None:
        self.cluster.kernel.run(self.cluster.kernel.now + seconds)
        invariants.check(self.cluster)

    def create(self, resource: Resource, name: str, namespace: str = "default", **parts: Any) -> Object:
        body = {"metadata": {"name": name, **parts.pop("metadata", {})}, **parts}
        return self.cluster.api.create(self.cluster.store.collection(resource), namespace, body)

    def get(self, resource: Resource, name: str, namespace: str = "default") -> Object:
        return self.cluster.api.get(self.cluster.store.collection(resource), namespace, name)

    def pod(self, name: str, *, annotations: dict[str, str] | None = None, **spec: Any) -> None:
        containers = [{"name": "main", "image": "app:1", "command": spec.pop("command", [])}]
        metadata = {"annotations": annotations or {}}
        self.create(PODS, name, metadata=metadata, spec={"containers": containers, "volumes": [], **spec})

    def status(self, name: str) -> Object:
        found: Object = self.get(PODS, name)["status"]
        return found

    def reasons(self, name: str) -> list[str]:
        events = self.cluster.store.collection(EVENTS)
        return [event["reason"] for event in events if event["involvedObject"]["name"] == name]

"""A whole simulated cluster of a node or two, on the kernel alone, for tests of what its kubelets do.

Pods name their node, so that neither scheduler nor controllers take part unless a test wants them to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from plimsoll.kube.resources import CONFIGMAPS, NAMESPACES, PODS, SECRETS, Object, Resource
from plimsoll.simcluster import invariants
from plimsoll.simcluster.assembly import assemble
from plimsoll.simcluster.faults import Fault
from plimsoll.simcluster.kubelet.kubelet import Kubelet
from plimsoll.simcluster.nodes import NodeShape
from plimsoll.simcluster.profile import Profile, load_profile
from plimsoll.telemetry import RequestRow
from tests.simcluster.controlplane import Recorder

NODE = "node-0"

AT_ONCE = {
    "runtime.sandboxSeconds": 0,
    "runtime.containerSeconds": 0,
    "runtime.stopSeconds": 0,
    "kubelet.maxPods": 1000,
    "network.hostPrefix": 20,
}
"""A container runtime that starts and stops at once, as a hollow node's does, and room for many pods."""


class Telemetry(Recorder):
    """Also keeps milestones by pod."""

    def __init__(self) -> None:
        super().__init__()
        self.reached: dict[tuple[str, str], float] = {}

    def milestone(self, seconds: float, uid: str, milestone: str) -> None:
        super().milestone(seconds, uid, milestone)
        self.reached.setdefault((uid, milestone), seconds)


class Cluster:
    """One simulated cluster. Times are counted from the moment at which its first namespaces were complete."""

    def __init__(
        self,
        profile: str = "kubernetes-1.36",
        settings: Mapping[str, Any] | None = None,
        *,
        nodes: int = 1,
        namespaces: int = 1,
        secrets: Sequence[str] = ("s0", "s1"),
        faults: Sequence[Fault] = (),
        seed: int = 1,
    ) -> None:
        shapes = [NodeShape(f"node-{index}", 64_000, 1 << 40, 1e10) for index in range(nodes)]
        merged = {**AT_ONCE, **(settings or {})}
        self.telemetry = Telemetry()
        self.cluster = assemble(_profile(profile, tuple(merged.items())), shapes, seed, self.telemetry, faults)
        self.kernel = self.cluster.kernel
        self.pods = self.cluster.store.collection(PODS)
        self.running_seconds: dict[str, float] = {}
        self.created_seconds: dict[str, float] = {}
        self.pods.watchers.append(lambda change: self._observe(change.object))
        for index in range(namespaces):
            self.create(NAMESPACES, f"ns-{index}")
            for name in secrets:
                self.create(SECRETS, name, f"ns-{index}")
        self.run(50.0)
        self.rows(reset=True)
        self.start_seconds = self.kernel.now

    def _observe(self, pod: Object) -> None:
        if pod["status"].get("phase") == "Running":
            self.running_seconds.setdefault(pod["metadata"]["uid"], self.kernel.now)

    @property
    def kubelet(self) -> Kubelet:
        return self.cluster.kubelets[NODE]

    @property
    def now(self) -> float:
        return self.kernel.now - self.start_seconds

    def run(self, seconds: float) -> None:
        """Let time pass, and see that nothing impossible has come of it."""
        self.kernel.run(self.kernel.now + seconds)
        invariants.check(self.cluster)

    # --- objects ------------------------------------------------------------------------------------------------------------

    def create(self, resource: Resource, name: str, namespace: str = "", **parts: Any) -> Object:
        collection = self.cluster.store.collection(resource)
        return self.cluster.api.create(collection, namespace, {"metadata": {"name": name}, **parts})

    def delete(self, resource: Resource, name: str, namespace: str = "ns-0") -> None:
        self.cluster.api.delete(self.cluster.store.collection(resource), namespace, name)

    def pod(self, name: str = "pod", namespace: str = "ns-0", **spec: Any) -> Object:
        """A pod as the recorded ones: one secret as a volume, one to pull images with, no token."""
        return self.pod_of({**POLLING, **spec}, name, namespace)

    def bare(self, name: str = "pod", namespace: str = "ns-0", **spec: Any) -> Object:
        """A pod that needs nothing."""
        return self.pod_of({**BARE, **spec}, name, namespace)

    def pod_of(self, spec: Object, name: str = "pod", namespace: str = "ns-0", **metadata: Any) -> Object:
        body = {"metadata": {"name": name, **metadata}, "spec": spec}
        pod = self.cluster.api.create(self.pods, namespace, body)
        self.created_seconds[pod["metadata"]["uid"]] = self.kernel.now
        return pod

    def later(self, seconds: float, name: str, namespace: str) -> None:
        """Create a pod at a time."""
        self.kernel.at(self.start_seconds + seconds, self.pod_of, POLLING, name, namespace)

    def find(self, name: str = "pod", namespace: str = "ns-0") -> Object | None:
        return self.pods.find(namespace, name)

    def phase(self, name: str = "pod", namespace: str = "ns-0") -> str:
        pod = self.find(name, namespace)
        return "gone" if pod is None else str(pod["status"]["phase"])

    def phases(self) -> Counter[str]:
        return Counter(str(pod["status"]["phase"]) for pod in self.pods)

    # --- what was reported ----------------------------------------------------------------------------------------------------

    def latencies(self) -> list[float]:
        """Seconds from creation to Running in the API, shortest first, of the pods that run."""
        return sorted(seconds - self.created_seconds[uid] for uid, seconds in self.running_seconds.items())

    def running_times(self) -> list[float]:
        """When pods became Running in the API, in order."""
        return sorted(seconds - self.start_seconds for seconds in self.running_seconds.values())

    def reached(self, pod: Object, milestone: str) -> float | None:
        """When a pod reached a milestone."""
        seconds = self.telemetry.reached.get((pod["metadata"]["uid"], milestone))
        return None if seconds is None else seconds - self.start_seconds

    def events(self, reason: str) -> list[float]:
        """When events of this reason were emitted."""
        return [round(seconds - self.start_seconds, 3) for seconds, why, _, _ in self.telemetry.events if why == reason]

    def rows(self, *, reset: bool = False) -> Iterable[RequestRow]:
        """Requests since the last reset."""
        self.cluster.metering.close_window(self.kernel.now)
        rows = tuple(row for row in self.telemetry.rows if row.measure == "latency")
        if reset:
            self.telemetry.rows.clear()
        return rows

    def requests(self, client: str = "kubelet") -> Counter[str]:
        """Requests of a client since the last reset, by verb and resource; those that failed with their code."""
        counts: Counter[str] = Counter()
        for row in self.rows():
            if row.client == client and row.resource != "control-pod objects":
                failed = f" {row.code}" if row.code >= 400 else ""
                counts[f"{row.verb} {row.resource}{failed}"] += row.count
        return counts


BARE: Object = {
    "containers": [{"name": "main", "image": "pause"}],
    "nodeName": NODE,
    "automountServiceAccountToken": False,
}

POLLING: Object = {
    **BARE,
    "volumes": [{"name": "mounted", "secret": {"secretName": "s0"}}],
    "imagePullSecrets": [{"name": "s1"}],
}


@cache
def _profile(name: str, settings: tuple[tuple[str, Any], ...]) -> Profile:
    """Profiles are frozen, and reading one takes longer than most tests."""
    return load_profile(name, dict(settings))


__all__ = ["AT_ONCE", "BARE", "CONFIGMAPS", "NODE", "PODS", "POLLING", "SECRETS", "Cluster"]

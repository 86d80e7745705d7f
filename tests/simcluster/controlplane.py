"""A control plane for tests: the store, the request path, and whichever components a test switches on.

Nodes are played by :class:`Machines`, which run and stop pods after fixed times and make no requests; so what a test
counts are the requests of the control plane alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from plimsoll.kernel import Kernel, Streams
from plimsoll.kube.resources import (
    CONFIGMAPS,
    DEPLOYMENTS,
    EVENTS,
    NAMESPACES,
    NODES,
    PODS,
    REPLICASETS,
    SECRETS,
    SERVICEACCOUNTS,
    Object,
    Resource,
)
from plimsoll.simcluster.admission import PodAdmission
from plimsoll.simcluster.api import FINISHED_PHASES, Api, is_bound
from plimsoll.simcluster.apiserver import ApiServer
from plimsoll.simcluster.client import Client, ClientEnvironment
from plimsoll.simcluster.controllers.context import ControllerContext
from plimsoll.simcluster.controllers.deployment import DeploymentController
from plimsoll.simcluster.controllers.garbage import GarbageCollector
from plimsoll.simcluster.controllers.namespace import NamespaceController
from plimsoll.simcluster.controllers.namespacecontents import NamespaceContents
from plimsoll.simcluster.controllers.nodelifecycle import NodeLifecycle
from plimsoll.simcluster.controllers.ownership import Ownership
from plimsoll.simcluster.controllers.replicaset import ReplicaSetController
from plimsoll.simcluster.controlplane import make_levels
from plimsoll.simcluster.metering import Metering
from plimsoll.simcluster.nodes import NodeShape, node_object
from plimsoll.simcluster.profile import Profile, load_profile
from plimsoll.simcluster.scheduler import Scheduler
from plimsoll.simcluster.store import Collection, Store, StoredChange
from plimsoll.telemetry import NullTelemetry, RequestRow

COMPONENTS = ("contents", "deployments", "replicasets", "namespaces", "garbage", "scheduler", "lifecycle")


class Recorder(NullTelemetry):
    """Keeps what a cluster tells."""

    def __init__(self) -> None:
        self.events: list[tuple[float, str, str, str]] = []
        self.logs: list[tuple[float, int, str]] = []
        self.milestones: list[tuple[float, str, str]] = []
        self.rows: list[RequestRow] = []
        self.samples: list[tuple[float, str, str, float]] = []

    def requests(self, rows: Iterable[RequestRow]) -> None:
        self.rows.extend(rows)

    def milestone(self, seconds: float, uid: str, milestone: str) -> None:
        self.milestones.append((seconds, uid, milestone))

    def sample(self, seconds: float, series: str, instance: str, value: float) -> None:
        self.samples.append((seconds, series, instance, value))

    def event(
        self,
        seconds: float,
        type: str,  # noqa: A002
        reason: str,
        kind: str,
        namespace: str,
        name: str,
        source: str,
        message: str,
        *,
        count: int = 1,
    ) -> None:
        self.events.append((seconds, reason, name, message))

    def log(self, seconds: float, component: str, instance: str, verbosity: int, message: str) -> None:
        self.logs.append((seconds, verbosity, message))


class Machines:
    """Nodes that run a pod some time after it was bound to them, and remove it some time after its deletion."""

    def __init__(self, plane: ControlPlane, start_seconds: float, stop_seconds: float) -> None:
        self.start_seconds = start_seconds
        self.stop_seconds = stop_seconds
        self.dead: set[str] = set()
        self.rejecting: set[str] = set()
        self._plane = plane
        self._seen: set[str] = set()
        plane.pods.watchers.append(self._observe)

    def _observe(self, change: StoredChange) -> None:
        pod = change.object
        if change.type == "DELETED" or not is_bound(pod) or pod["spec"]["nodeName"] in self.dead:
            return
        uid = pod["metadata"]["uid"]
        if "deletionTimestamp" in pod["metadata"]:
            self._plane.kernel.after(self.stop_seconds, self._remove, pod)
        elif uid not in self._seen:
            self._seen.add(uid)
            self._plane.kernel.after(self.start_seconds, self._run, pod)

    def _run(self, pod: Object) -> None:
        stored = self._plane.stored(pod)
        if stored is None or "deletionTimestamp" in stored["metadata"]:
            return
        if pod["spec"]["nodeName"] in self.rejecting:
            self._plane.pods.replace(stored, status={"phase": "Failed", "reason": "OutOfpods"})
        elif pod["spec"]["nodeName"] not in self.dead:
            now = self._plane.api.timestamp()
            conditions = [
                {"type": kind, "status": "True", "lastTransitionTime": now} for kind in ("PodScheduled", "Ready")
            ]
            self._plane.pods.replace(stored, status={"phase": "Running", "conditions": conditions})

    def _remove(self, pod: Object) -> None:
        stored = self._plane.stored(pod)
        if stored is not None and pod["spec"]["nodeName"] not in self.dead:
            self._plane.pods.remove(stored)

    def revive(self, node: str) -> None:
        """A dead node comes back: it stops what was deleted meanwhile and runs the rest again."""
        self.dead.discard(node)
        for pod in [pod for pod in self._plane.pods if pod["spec"].get("nodeName") == node]:
            self._seen.discard(pod["metadata"]["uid"])
            self._observe(StoredChange(0, "MODIFIED", pod, None))


class ControlPlane:
    """The API server and the chosen components of one cluster, at second zero."""

    def __init__(
        self,
        *components: str,
        profile: str = "kubernetes-1.36",
        settings: Mapping[str, Any] | None = None,
        nodes: int = 0,
        pods_per_node: int = 1000,
        start_seconds: float = 1.0,
        stop_seconds: float = 1.0,
        seed: int = 1,
        detailed: bool = False,
    ) -> None:
        assert set(components) <= set(COMPONENTS)
        self.profile = _profile(profile, tuple((settings or {}).items()))
        self.kernel = Kernel()
        self.telemetry = Recorder()
        self.streams = Streams(seed)
        levels = make_levels(self.kernel, self.profile, lambda: self.store)
        self.server = ApiServer(self.profile.apiserver, self.streams.stream("apiserver").random, levels=levels)
        self.metering = Metering(self.telemetry)
        self.environment = ClientEnvironment(
            self.kernel, self.server, self.metering, self.profile.logging, self.telemetry
        )
        self.store = Store(self.kernel, self.profile.apiserver.watch_delivery_seconds)
        admission = PodAdmission(self.profile.namespace, token_requests=self.profile.kubelet.token_requests)
        self.api = Api(self.kernel, self.store, admission, self.streams.stream("names"), self.telemetry)
        self.ownership = Ownership(self.store)
        if detailed:
            self.environment.event_store = self.api
        self.pods = self.store.collection(PODS)
        self._switch_on(set(components))
        self.machines = Machines(self, start_seconds, stop_seconds)
        self._add_nodes(nodes, pods_per_node)

    def _switch_on(self, components: set[str]) -> None:
        environment, api, limits = self.environment, self.api, self.profile.controllers
        if "contents" in components:
            self.contents = NamespaceContents(environment, self.profile.namespace, limits, api)
        if "deployments" in components:
            self.deployments = DeploymentController(
                environment, limits, api, self.streams.stream("deployments"), self.ownership
            )
        if "replicasets" in components:
            self.replicasets = ReplicaSetController(environment, limits, api, self.ownership)
        if "namespaces" in components:
            self.namespaces = NamespaceController(environment, limits, api)
        if "garbage" in components:
            self.garbage = GarbageCollector(environment, limits, api)
        if "scheduler" in components:
            self.scheduler = Scheduler(environment, self.profile.scheduler, api, self.streams.stream("scheduler"))
        if "lifecycle" in components:
            self.lifecycle = NodeLifecycle(environment, limits, api, self.streams.stream("lifecycle"))

    def start(self, controller: Callable[..., Any]) -> Any:
        """Switch on a controller that is made from what all of them have in common."""
        return controller(ControllerContext(self.environment, self.profile.controllers, self.api, self.ownership))

    def _add_nodes(self, nodes: int, pods_per_node: int) -> None:
        for index in range(nodes):
            shape = NodeShape(f"node-{index}", 64_000, 1 << 40, 1e10)
            node = node_object(shape, pods=pods_per_node, address="", pod_cidr="", created=self.api.timestamp())
            self.collection(NODES).add("", shape.name, node)
        self.kernel.run(self.kernel.now + 1)

    # --- objects ------------------------------------------------------------------------------------------------------------

    def collection(self, resource: Resource) -> Collection:
        return self.store.collection(resource)

    def stored(self, value: Object, resource: Resource = PODS) -> Object | None:
        """The object as it is now, unless it is gone."""
        metadata = value["metadata"]
        found = self.collection(resource).find(metadata.get("namespace", ""), metadata["name"])
        return found if found is not None and found["metadata"]["uid"] == metadata["uid"] else None

    def create(self, resource: Resource, name: str, namespace: str = "", **parts: Any) -> Object:
        return self.api.create(self.collection(resource), namespace, {"metadata": {"name": name}, **parts})

    def get(self, resource: Resource, name: str, namespace: str = "") -> Object:
        return self.api.get(self.collection(resource), namespace, name)

    def delete(self, resource: Resource, name: str, namespace: str = "") -> None:
        self.api.delete(self.collection(resource), namespace, name)

    def namespace(self, name: str = "ns", *, account: bool = True) -> None:
        """A namespace, with its default service account unless a controller is to make that."""
        self.create(NAMESPACES, name)
        if account:
            self.create(SERVICEACCOUNTS, "default", name)

    def pod(self, name: str, namespace: str = "ns", **spec: Any) -> Object:
        return self.create(PODS, name, namespace, spec=pod_spec(**spec))

    def replica_set(self, name: str = "rs", replicas: int = 1, namespace: str = "ns", **spec: Any) -> Object:
        return self.create(REPLICASETS, name, namespace, spec=workload_spec(name, replicas, **spec))

    def deployment(self, name: str = "web", replicas: int = 1, namespace: str = "ns", **spec: Any) -> Object:
        return self.create(DEPLOYMENTS, name, namespace, spec=workload_spec(name, replicas, **spec))

    def scale(self, resource: Resource, name: str, replicas: int, namespace: str = "ns") -> None:
        self.api.patch(self.collection(resource), namespace, name, {"spec": {"replicas": replicas}})

    def patch(self, resource: Resource, name: str, patch: Object, namespace: str = "ns") -> Object:
        return self.api.patch(self.collection(resource), namespace, name, patch)

    def events(self, reason: str) -> list[str]:
        """The messages of the events of this reason that are stored."""
        return [event["message"] for event in self.collection(EVENTS) if event["reason"] == reason]

    def phases(self) -> Counter[str]:
        return Counter(pod["status"]["phase"] for pod in self.pods)

    def active(self) -> list[Object]:
        """Pods that are neither finished nor being deleted."""
        return [
            pod
            for pod in self.pods
            if "deletionTimestamp" not in pod["metadata"] and pod["status"]["phase"] not in FINISHED_PHASES
        ]

    # --- time and requests ----------------------------------------------------------------------------------------------------

    def run(self, seconds: float) -> None:
        """Let time pass."""
        self.kernel.run(self.kernel.now + seconds)

    def rest(self, within_seconds: float = 100_000) -> float:
        """Run until nothing more is going to happen; returns when that was."""
        self.kernel.run(max_actions=2_000_000)
        assert self.kernel.next_time() is None, "the cluster does not come to rest"
        assert self.kernel.now <= within_seconds
        return self.kernel.now

    def requests(self, client: str = "", verb: str = "", resource: str = "", code: int = 0) -> int:
        """Requests answered so far, by what they were."""
        self.metering.close_window(self.kernel.now)
        return sum(
            row.count
            for row in self.telemetry.rows
            if row.measure == "latency"
            and client in ("", row.client)
            and verb in ("", row.verb)
            and resource in ("", row.resource)
            and code in (0, row.code)
        )

    def user(self, *, qps: float = 0.0, burst: int = 0, **options: Any) -> Client:
        """A client for the test itself."""
        return Client(self.environment, "user", qps=qps, burst=burst, **options)


@cache
def _profile(name: str, settings: tuple[tuple[str, Any], ...]) -> Profile:
    """Profiles are frozen, and reading one takes longer than most tests."""
    return load_profile(name, dict(settings))


def pod_spec(**more: Any) -> Object:
    return {"containers": [{"name": "main", "image": "pause"}], **more}


def workload_spec(name: str, replicas: int, **spec: Any) -> Object:
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": pod_spec(**spec)}
    return {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template}


NAMESPACED = (CONFIGMAPS, DEPLOYMENTS, PODS, REPLICASETS, SECRETS, SERVICEACCOUNTS)

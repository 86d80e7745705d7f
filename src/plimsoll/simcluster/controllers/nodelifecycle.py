"""The node lifecycle controller: notices that a node's lease is no longer renewed, taints the node, evicts its pods.

From pkg/controller/nodelifecycle and pkg/controller/tainteviction. Leases are not simulated renewal by renewal: who
stops a node tells this controller, which acts when the real one would have noticed. The cluster is taken as one zone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING, Any

from plimsoll.kube.resources import NODES, PODS, Object
from plimsoll.simcluster.admission import NOT_READY, UNREACHABLE, tolerates_eviction
from plimsoll.simcluster.api import is_ready
from plimsoll.simcluster.client import Client, ClientEnvironment
from plimsoll.simcluster.correlation import Reporter
from plimsoll.simcluster.nodes import healthy_conditions
from plimsoll.simcluster.recording import recorder

if TYPE_CHECKING:
    from plimsoll.errors import ApiError
    from plimsoll.kernel import Random
    from plimsoll.simcluster.api import Api
    from plimsoll.simcluster.recording import Recorder
    from plimsoll.simcluster.settings import ControllerSettings

REPORTED = frozenset({"Ready", "MemoryPressure", "DiskPressure", "PIDPressure"})
"""The conditions that nobody knows of a node any more whose kubelet is silent."""

UNHEALTHY_ZONE_SHARE = 0.55
FEWEST_IN_UNHEALTHY_ZONE = 3
"""A zone with so many nodes and such a share of them lost is in partial disruption: evictions slow down."""

LARGE_ZONE_NODES = 50
DISRUPTED_EVICTIONS_PER_SECOND = 0.01
"""Nodes evicted per second in a disrupted zone of more than so many nodes; in a smaller one evictions stop."""


class NodeLifecycle:
    """Turns lost nodes into unknown conditions, taints and evictions."""

    def __init__(self, environment: ClientEnvironment, settings: ControllerSettings, api: Api, random: Random) -> None:
        self._kernel = environment.kernel
        self._telemetry = environment.telemetry
        self._settings = settings
        self._api = api
        self._random = random
        self._nodes = api.store.collection(NODES)
        self._pods = api.store.collection(PODS)
        self._client = Client(environment, "node-lifecycle-controller", qps=settings.qps, burst=settings.burst)
        self._events = _storing(environment, self._client, "node-controller")
        self._eviction_events = _storing(environment, self._client, "taint-eviction-controller")
        self._put_status = self._client.kind("PUT", "nodes/status")
        self._patch = self._client.kind("PATCH", "nodes")
        self._put_pod_status = self._client.kind("PUT", "pods/status")
        self._delete = self._client.kind("DELETE", "pods")
        self._kubelet_client = Client(environment, "kubelet-heartbeat")
        self._report_ready = self._kubelet_client.kind("PATCH", "nodes/status")
        self._lost: dict[str, int] = {}
        """The nodes that are lost, each with the number of its loss."""
        self._losses = 0
        self._unready: set[str] = set()
        """Nodes that are up and say themselves that they are not ready."""
        self._unknown: set[str] = set()
        """Those of them that the controller has noticed."""
        self._to_evict: deque[tuple[str, int]] = deque()
        self._evicting = False
        self._evict_from_seconds = 0.0
        self._pauses = 0
        self._postponed: list[tuple[Callable[..., None], tuple[Any, ...]]] = []

    # --- faults -----------------------------------------------------------------------------------------------------------

    def pause(self) -> None:
        """The controller manager is down."""
        self._pauses += 1

    def resume(self) -> None:
        """The controller manager is back, once this was called as often as :meth:`pause`: it does what has come due."""
        self._pauses -= 1
        if not self._pauses:
            postponed, self._postponed = self._postponed, []
            for action, args in postponed:
                action(*args)

    def _after(self, delay_seconds: float, action: Callable[..., None], *args: Any) -> None:
        self._kernel.after(delay_seconds, self._act, action, args)

    def _act(self, action: Callable[..., None], args: tuple[Any, ...]) -> None:
        if self._pauses:
            self._postponed.append((action, args))
        else:
            action(*args)

    def lost(self, node: str) -> None:
        """A node's kubelet has stopped renewing its lease."""
        self._losses += 1
        self._lost[node] = self._losses
        period = self._settings.node_monitor_period_seconds
        noticed = self._settings.node_monitor_grace_seconds + period * self._random.random()
        self._after(noticed, self._notice, node, self._losses)

    def unready(self, node: str, message: str) -> None:
        """A node's kubelet reports itself as not ready, and why."""
        self._losses += 1
        self._lost[node] = loss = self._losses
        self._unready.add(node)
        self._unknown.add(node)
        self._kubelet_client.call(self._report_ready, self._mark_unready, node, loss, message)
        self._client.call(self._patch, self._taint, node, loss, "NoSchedule")
        self._to_evict.append((node, loss))
        self._evict_next()

    def _mark_unready(self, node: str, loss: int, message: str) -> None:
        if not self._is_lost(node, loss):
            return
        self._set_conditions(node, "False", "KubeletNotReady", message, frozenset({"Ready"}))
        text = f"Node {node} status is now: NodeNotReady"
        self._telemetry.event(self._kernel.now, "Normal", "NodeNotReady", "Node", "", node, f"kubelet/{node}", text)

    def returned(self, node: str) -> None:
        """The node's kubelet renews its lease again, and reports the node as ready where it was given up."""
        self._lost.pop(node, None)
        if node in self._unknown:
            self._kubelet_client.call(self._report_ready, self._back, node)

    def _back(self, node: str) -> None:
        self._unknown.discard(node)
        self._report_healthy(node)
        self._set_taints(node)
        self._unready.discard(node)
        self._evict_next()

    # --- what it does -----------------------------------------------------------------------------------------------------

    def _is_lost(self, node: str, loss: int) -> bool:
        return self._lost.get(node) == loss

    def _notice(self, node: str, loss: int) -> None:
        if not self._is_lost(node, loss):
            return
        self._unknown.add(node)
        self._client.call(self._put_status, self._mark_unknown, node, loss)
        self._client.call(self._patch, self._taint, node, loss, "NoSchedule")
        for pod in self._pods_on(node):
            if is_ready(pod):
                self._client.call(self._put_pod_status, self._mark_not_ready, pod)
        self._to_evict.append((node, loss))
        self._evict_next()

    def _mark_unknown(self, node: str, loss: int) -> None:
        if not self._is_lost(node, loss):
            return
        self._set_conditions(node, "Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status.")
        message = f"Node {node} status is now: NodeNotReady"
        self._telemetry.event(self._kernel.now, "Normal", "NodeNotReady", "Node", "", node, "node-controller", message)

    def _mark_not_ready(self, pod: Object) -> None:
        """Services are not to send anybody to a pod that nobody hears of."""
        metadata = pod["metadata"]
        stored = self._pods.find(metadata["namespace"], metadata["name"])
        if stored is None or stored["metadata"]["uid"] != metadata["uid"] or not is_ready(stored):
            return
        status = stored["status"]
        change = {"status": "False", "lastTransitionTime": self._api.timestamp()}
        conditions = [{**one, **change} if one["type"] == "Ready" else one for one in status["conditions"]]
        self._pods.replace(stored, status={**status, "conditions": conditions})
        if self._events is not None:
            self._events.emit(stored, "Warning", "NodeNotReady", "Node is not ready")

    def _evict_next(self) -> None:
        """Give the next node its ``NoExecute`` taint when the rate for evictions allows it."""
        while self._to_evict and not self._is_lost(*self._to_evict[0]):
            self._to_evict.popleft()
        if self._to_evict and self._evictions_per_second() and not self._evicting:
            self._evicting = True
            self._after(max(self._evict_from_seconds - self._kernel.now, 0.0), self._begin_eviction)

    def _begin_eviction(self) -> None:
        self._evicting = False
        rate = self._evictions_per_second()
        if rate and self._to_evict and self._is_lost(*self._to_evict[0]):
            node, loss = self._to_evict.popleft()
            self._evict_from_seconds = self._kernel.now + 1.0 / rate
            self._client.call(self._patch, self._taint, node, loss, "NoExecute")
        self._evict_next()

    def _evictions_per_second(self) -> float:
        """How fast nodes are evicted, after how much of the cluster is lost: a network cut must not empty it."""
        nodes, unknown = len(self._nodes), len(self._unknown)
        if unknown >= nodes:
            return 0.0
        if unknown < FEWEST_IN_UNHEALTHY_ZONE or unknown < UNHEALTHY_ZONE_SHARE * nodes:
            return self._settings.eviction_nodes_per_second
        return DISRUPTED_EVICTIONS_PER_SECOND if nodes > LARGE_ZONE_NODES else 0.0

    def _taint(self, node: str, loss: int, effect: str) -> None:
        if not self._is_lost(node, loss):
            return
        if effect == "NoSchedule":
            self._set_taints(node, effect)
            return
        self._set_taints(node, "NoSchedule", effect)
        for pod in self._pods_on(node):
            stays = stays_seconds(pod, self._taint_key(node))
            if stays != inf:
                self._after(stays, self._evict, pod, node, loss)

    def _evict(self, pod: Object, node: str, loss: int) -> None:
        """The pod's toleration has run out."""
        if self._is_lost(node, loss):
            self._client.call(self._delete, self._deleted, pod, failed=_gone_already)
            if self._eviction_events is not None:
                where = f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"
                message = f"Marking for deletion Pod {where}"
                self._eviction_events.emit(pod, "Normal", "TaintManagerEviction", message)

    def _deleted(self, pod: Object) -> None:
        metadata = pod["metadata"]
        self._api.delete(self._pods, metadata["namespace"], metadata["name"], metadata["uid"])

    def _pods_on(self, node: str) -> list[Object]:
        """A scan of all pods, twice for each lost node: rare enough to do without an index that each binding pays for."""
        return [pod for pod in self._pods if pod["spec"].get("nodeName") == node]

    def _taint_key(self, node: str) -> str:
        return NOT_READY if node in self._unready else UNREACHABLE

    def _set_conditions(
        self, node: str, state: str, reason: str, message: str, types: frozenset[str] = REPORTED
    ) -> None:
        """Give every condition that a kubelet reports the same status (nodeConditionTypes of the real controller)."""
        stored = self._nodes.find("", node)
        if stored is not None:
            change = {
                "status": state,
                "reason": reason,
                "message": message,
                "lastTransitionTime": self._api.timestamp(),
            }
            conditions = [
                {**one, **change} if one["type"] in types else one
                for one in stored["status"].get("conditions") or ({"type": "Ready"},)
            ]
            self._nodes.replace(stored, status={**stored["status"], "conditions": conditions})

    def _report_healthy(self, node: str) -> None:
        """What the kubelet of a node that is back reports."""
        stored = self._nodes.find("", node)
        if stored is not None:
            healthy = {one["type"]: one for one in healthy_conditions(self._api.timestamp())}
            conditions = [healthy.get(one["type"], one) for one in stored["status"].get("conditions") or ()]
            self._nodes.replace(stored, status={**stored["status"], "conditions": conditions})

    def _set_taints(self, node: str, *effects: str) -> None:
        key = self._taint_key(node)
        stored = self._nodes.find("", node)
        if stored is not None:
            others = [taint for taint in stored["spec"].get("taints", ()) if taint["key"] != key]
            taints = [*others, *({"key": key, "effect": effect} for effect in effects)]
            self._nodes.replace(stored, spec={**stored["spec"], "taints": taints})


def stays_seconds(pod: Object, key: str = UNREACHABLE) -> float:
    """How long a pod tolerates that its node is unreachable: the shortest of the tolerations that say so."""
    tolerations = [t for t in pod["spec"].get("tolerations", ()) if tolerates_eviction(t, key)]
    if not tolerations:
        return 0.0
    return min(float(max(toleration.get("tolerationSeconds", inf), 0)) for toleration in tolerations)


def _storing(environment: ClientEnvironment, client: Client, component: str) -> Recorder | None:
    """Where events go in a cluster that people look into; nowhere in a load run, which has never counted these."""
    if environment.event_store is None:
        return None
    return recorder(environment, client, Reporter(component))


def _gone_already(_error: ApiError) -> None:
    """Somebody else deleted the pod first."""

"""The node lifecycle controller: notices that a node's lease is no longer renewed, taints the node, evicts its pods.

Leases are not simulated renewal by renewal: who stops a node tells this controller, which acts when the real one would
have noticed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.kernel import TokenBucket
from plimsoll.kube.resources import NODES, PODS, Object
from plimsoll.simcluster.admission import DEFAULT_TOLERATION_SECONDS
from plimsoll.simcluster.client import Client, ClientEnvironment

if TYPE_CHECKING:
    from random import Random

    from plimsoll.errors import ApiError
    from plimsoll.simcluster.api import Api
    from plimsoll.simcluster.settings import ControllerSettings

UNREACHABLE = "node.kubernetes.io/unreachable"


class NodeLifecycle:
    """Turns lost nodes into unknown conditions, taints and evictions."""

    def __init__(self, environment: ClientEnvironment, settings: ControllerSettings, api: Api, random: Random) -> None:
        self._kernel = environment.kernel
        self._settings = settings
        self._api = api
        self._random = random
        self._nodes = api.store.collection(NODES)
        self._pods = api.store.collection(PODS)
        self._client = Client(environment, "node-lifecycle-controller", qps=settings.qps, burst=settings.burst)
        self._put_status = self._client.kind("PUT", "nodes/status")
        self._patch = self._client.kind("PATCH", "nodes")
        self._delete = self._client.kind("DELETE", "pods")
        self._evictions = TokenBucket(settings.eviction_nodes_per_second, 1)
        self._lost: dict[str, int] = {}
        self._losses = 0

    def lost(self, node: str) -> None:
        """A node's kubelet has stopped renewing its lease."""
        self._losses += 1
        self._lost[node] = self._losses
        period = self._settings.node_monitor_period_seconds
        noticed = self._settings.node_monitor_grace_seconds + period * self._random.random()
        self._kernel.after(noticed, self._notice, node, self._losses)

    def returned(self, node: str) -> None:
        """The node's kubelet renews its lease again, and reports the node as ready."""
        self._lost.pop(node, None)
        self._client.call(self._put_status, self._set_ready, node, "True")

    def _notice(self, node: str, loss: int) -> None:
        if self._lost.get(node) != loss:
            return
        self._client.call(self._put_status, self._set_ready, node, "Unknown")
        wait = self._evictions.reserve(self._kernel.now)
        self._kernel.after(wait, self._taint, node, loss)

    def _taint(self, node: str, loss: int) -> None:
        if self._lost.get(node) == loss:
            self._client.call(self._patch, self._tainted, node, loss)

    def _tainted(self, node: str, loss: int) -> None:
        self._set_taints(node, [{"key": UNREACHABLE, "effect": "NoExecute"}, {"key": UNREACHABLE, "effect": "NoSchedule"}])
        self._kernel.after(DEFAULT_TOLERATION_SECONDS, self._evict, node, loss)

    def _evict(self, node: str, loss: int) -> None:
        """The toleration of every pod on the node has run out. Pods that tolerate the taint without limit stay."""
        if self._lost.get(node) != loss:
            return
        for pod in self._pods:
            if pod["spec"].get("nodeName") == node and not _tolerates_for_ever(pod):
                self._client.call(self._delete, self._deleted, pod, failed=_gone_already)

    def _deleted(self, pod: Object) -> None:
        metadata = pod["metadata"]
        self._api.delete(self._pods, metadata["namespace"], metadata["name"], metadata["uid"])

    def _set_ready(self, node: str, ready: str) -> None:
        stored = self._nodes.find("", node)
        if stored is None:
            return
        conditions = [{"type": "Ready", "status": ready, "lastTransitionTime": self._api.timestamp()}]
        self._nodes.replace(stored, status={**stored["status"], "conditions": conditions})
        if ready == "True":
            self._set_taints(node, [])

    def _set_taints(self, node: str, unreachable: list[Object]) -> None:
        stored = self._nodes.find("", node)
        if stored is not None:
            others = [taint for taint in stored["spec"].get("taints", ()) if taint["key"] != UNREACHABLE]
            self._nodes.replace(stored, spec={**stored["spec"], "taints": [*others, *unreachable]})


def _tolerates_for_ever(pod: Object) -> bool:
    return any(
        toleration.get("key") in (None, UNREACHABLE)
        and toleration.get("effect") in (None, "NoExecute")
        and "tolerationSeconds" not in toleration
        for toleration in pod["spec"].get("tolerations", ())
    )


def _gone_already(_error: ApiError) -> None:
    """Somebody else deleted the pod first."""

"""Taints by condition, where clients write the conditions of nodes or cordon them.

From pkg/controller/nodelifecycle (nodeConditionToTaintKeyStatusMap, taintKeyToNodeConditionMap) and
pkg/controller/tainteviction. What a lost kubelet leads to is :mod:`nodelifecycle`'s: the taint ``unreachable`` is left
to it, and to nobody else.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from plimsoll.errors import ApiError
from plimsoll.kube.resources import NODES, PODS
from plimsoll.simcluster.admission import tolerates_eviction
from plimsoll.simcluster.controllers.reconciling import Reconciler, Steps, follow

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.simcluster.api import Api
    from plimsoll.simcluster.client import ClientEnvironment
    from plimsoll.simcluster.settings import ControllerSettings
    from plimsoll.simcluster.store import StoredChange
    from plimsoll.simcluster.workqueue import Key

NOT_READY = "node.kubernetes.io/not-ready"
CORDONED = "node.kubernetes.io/unschedulable"
BY_CONDITION = {
    ("Ready", "False"): NOT_READY,
    ("MemoryPressure", "True"): "node.kubernetes.io/memory-pressure",
    ("DiskPressure", "True"): "node.kubernetes.io/disk-pressure",
    ("PIDPressure", "True"): "node.kubernetes.io/pid-pressure",
    ("NetworkUnavailable", "True"): "node.kubernetes.io/network-unavailable",
}


class NodeTaints:
    """Keeps the taints that conditions call for, and evicts from nodes that are not ready what does not tolerate it."""

    def __init__(self, environment: ClientEnvironment, settings: ControllerSettings, api: Api) -> None:
        self._api = api
        self._nodes = api.store.collection(NODES)
        self._pods = api.store.collection(PODS)
        self._reconciler = Reconciler(environment, settings, api, "node-controller", self._story)
        self.queue = self._reconciler.queue
        self._evictions: dict[str, float] = {}
        """When pods are to go, by UID."""
        follow(self._nodes, self._observe)

    def _observe(self, change: StoredChange) -> None:
        node, old = change.object, change.old
        if change.type == "MODIFIED" and old is not None:
            self._tell(old, node)
        if change.type != "DELETED" and (old is None or _says(old) != _says(node)):
            self.queue.add(("", node["metadata"]["name"]))

    def _tell(self, old: Object, node: Object) -> None:
        """Events of what people look for first when pods go elsewhere."""
        before, after = _is_cordoned(old), _is_cordoned(node)
        if before != after:
            self._emit(node, "NodeNotSchedulable" if after else "NodeSchedulable")
        if _is_ready(old) and not _is_ready(node):
            self._emit(node, "NodeNotReady")

    def _emit(self, node: Object, reason: str) -> None:
        text = "Node %s status is now: %s"
        self._reconciler.events.emit(node, "Normal", reason, text, node["metadata"]["name"], reason)

    def _story(self, key: Key) -> Steps:
        node = self._nodes.find(*key)
        if node is None:
            return
        spec = node.get("spec") or {}
        taints = [*(spec.get("taints") or ())]
        wanted = _wanted(node, taints, self._api.timestamp())
        if wanted != taints:
            rest = {name: part for name, part in spec.items() if name != "taints"}
            changed = {**node, "spec": {**rest, **({"taints": wanted} if wanted else {})}}
            yield self._reconciler.verbs.update(NODES, changed)
        evicts = any(taint["key"] == NOT_READY and taint["effect"] == "NoExecute" for taint in wanted)
        yield from self._evict(key, evicts=evicts)

    def _evict(self, key: Key, *, evicts: bool) -> Steps:
        """Delete the pods that have tolerated a node that is not ready for as long as they do."""
        now = self._reconciler.kernel.now
        pods = [pod for pod in self._pods if pod["spec"].get("nodeName") == key[1]]
        for pod in pods:
            uid = pod["metadata"]["uid"]
            stays = _stays_seconds(pod) if evicts and "deletionTimestamp" not in pod["metadata"] else inf
            if stays == inf:
                self._evictions.pop(uid, None)
                continue
            due = self._evictions.setdefault(uid, now + stays)
            if due > now:
                self.queue.add_after(key, due - now)
                continue
            del self._evictions[uid]
            try:
                yield self._reconciler.verbs.delete(PODS, pod)
            except ApiError as error:
                if error.reason != "NotFound":
                    raise
            text = "Marking for deletion Pod %s/%s"
            self._reconciler.events.emit(pod, "Normal", "TaintManagerEviction", text, *_name(pod))


def _says(node: Object) -> tuple[object, ...]:
    """What of a node matters here."""
    spec, status = node.get("spec") or {}, node.get("status") or {}
    conditions = {one["type"]: one["status"] for one in status.get("conditions") or ()}
    return spec.get("taints"), spec.get("unschedulable"), conditions


def _wanted(node: Object, taints: list[Object], now: str) -> list[Object]:
    """The taints that a node is to have; those whose condition it does not state stay as they are."""
    conditions = {one["type"]: one["status"] for one in (node.get("status") or {}).get("conditions") or ()}
    called_for = {(key, "NoSchedule") for state, key in BY_CONDITION.items() if state in conditions.items()}
    if (NOT_READY, "NoSchedule") in called_for:
        called_for.add((NOT_READY, "NoExecute"))
    if _is_cordoned(node):
        called_for.add((CORDONED, "NoSchedule"))
    kept_here = {CORDONED, *(key for (condition, _), key in BY_CONDITION.items() if condition in conditions)}
    present = {(taint["key"], taint["effect"]) for taint in taints}
    stay = [taint for taint in taints if (taint["key"], taint["effect"]) in called_for or taint["key"] not in kept_here]
    new = sorted(called_for - present)
    return [*stay, *({"key": key, "effect": effect, "timeAdded": now} for key, effect in new)]


def _is_cordoned(node: Object) -> bool:
    return bool((node.get("spec") or {}).get("unschedulable"))


def _is_ready(node: Object) -> bool:
    conditions = (node.get("status") or {}).get("conditions") or ()
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


def _stays_seconds(pod: Object) -> float:
    """How long a pod tolerates that its node is not ready; not at all where it does not say."""
    found = [
        float(toleration.get("tolerationSeconds", inf))
        for toleration in pod["spec"].get("tolerations") or ()
        if tolerates_eviction(toleration, NOT_READY)
    ]
    return max(min(found), 0.0) if found else 0.0


def _name(pod: Object) -> tuple[str, str]:
    return pod["metadata"]["namespace"], pod["metadata"]["name"]

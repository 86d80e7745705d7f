"""What KWOK's own stages do to the statuses of nodes (kustomize/stage/node of KWOK)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from plimsoll.simcluster.nodes import detailed, healthy_conditions

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.simcluster.kubelet.kubelet import Kubelet

NOT_READY_STAGE = "node-not-ready"
DEFAULT_REASON = "nodeFailed"
_ANNOTATIONS = f"{NOT_READY_STAGE}.stage.kwok.x-k8s.io"

DEFAULT_NODE_STAGES: tuple[Object, ...] = (
    {
        "metadata": {"name": "node-initialize"},
        "spec": {
            "resourceRef": {"kind": "Node"},
            "selector": {
                "matchExpressions": [
                    {
                        "key": '.status.conditions.[] | select( .type == "Ready" ) | .reason',
                        "operator": "In",
                        "values": [DEFAULT_REASON],
                    },
                    {"key": f'.metadata.labels["{_ANNOTATIONS}"]', "operator": "NotIn", "values": ["true"]},
                ]
            },
            "next": {"statusTemplate": "known by its name"},
        },
    },
    {
        "metadata": {"name": NOT_READY_STAGE},
        "spec": {
            "resourceRef": {"kind": "Node"},
            "selector": {
                "matchLabels": {_ANNOTATIONS: "true"},
                "matchExpressions": [
                    {
                        "key": '.status.conditions.[] | select( .type == "Ready" ) | .status',
                        "operator": "In",
                        "values": ["True"],
                    }
                ],
            },
            "weight": 10_000,
            "delay": {
                "durationMilliseconds": 1000,
                "durationFrom": {"expressionFrom": f'.metadata.annotations["{_ANNOTATIONS}/delay"]'},
                "jitterDurationFrom": {"expressionFrom": f'.metadata.annotations["{_ANNOTATIONS}/jitter-delay"]'},
            },
            "next": {"statusTemplate": "known by its name"},
        },
    },
)
"""What nodes follow where nobody has written stages for them: a label makes them fail, and they recover without it."""


class NodeTransitions:
    """Makes the next status of a node, by the name of the stage."""

    def __init__(self, timestamp: Callable[[], str], version: str, kubelets: Mapping[str, Kubelet]) -> None:
        self._now = timestamp
        self._version = version
        self._kubelets = kubelets
        self.by_stage: Mapping[str, Callable[[Object], Object]] = {
            "node-initialize": self._initialize,
            "node-heartbeat": self._heartbeat,
            "node-heartbeat-with-lease": self._heartbeat,
            "node-heartbeat-ready": self._initialize,
            NOT_READY_STAGE: self._fail,
            "node-heartbeat-not-ready": self._fail,
        }

    def message(self, stage: str, node: Object) -> str:
        """What an event of a known stage says whose message is a template."""
        return f"{stage}: {node['metadata']['name']}"

    def gone(self, node: Object) -> None:
        """Nothing is kept of nodes."""

    def _initialize(self, node: Object) -> Object:
        status = node.get("status") or {}
        addresses = [one for one in status.get("addresses") or () if one["type"] != "Hostname"]
        kubelet = self._kubelets.get(node["metadata"]["name"])
        if not addresses and kubelet is not None:
            addresses = [{"type": "InternalIP", "address": kubelet.address}]
        ready: Object = detailed({**node, "status": {**status, "addresses": addresses}}, self._version, self._now())
        return {**ready["status"], "phase": "Running"}

    def _heartbeat(self, node: Object) -> Object:
        status, now = node["status"], self._now()
        conditions = [{**one, "lastHeartbeatTime": now} for one in status.get("conditions") or ()]
        return {**status, "conditions": conditions}

    def _fail(self, node: Object) -> Object:
        """The node is not ready; an annotation may name another condition that is the reason."""
        annotations, now = node["metadata"].get("annotations") or {}, self._now()
        reason = annotations.get(f"{_ANNOTATIONS}/reason") or DEFAULT_REASON
        message = annotations.get(f"{_ANNOTATIONS}/message") or "node failed"
        cause = annotations.get(f"{_ANNOTATIONS}/type")
        failed = {"lastHeartbeatTime": now, "lastTransitionTime": now, "reason": reason, "message": message}
        conditions = []
        for one in (node.get("status") or {}).get("conditions") or healthy_conditions(now):
            if one["type"] == "Ready":
                conditions.append({**one, **failed, "status": "False"})
            elif one["type"] == cause:
                conditions.append({**one, **failed, "status": "True"})
            else:
                conditions.append(one)
        return {**(node.get("status") or {}), "conditions": conditions}

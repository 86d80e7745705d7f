"""Nodes that clients create get a simulated kubelet, as those of KWOK do.

A node with KWOK's annotation (``kwok.x-k8s.io/node``) or label (``type: kwok``) is taken over at once: it is made ready,
with the resources it states or those of a KWOK node. Any other node is taken over only when nobody has renewed a lease
for it for a while, so that whoever plays the kubelet himself is left alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from plimsoll.kube.resources import LEASES, NODES, PODS, Object
from plimsoll.simcluster.api import is_bound
from plimsoll.simcluster.kubelet.heartbeats import LEASE_NAMESPACE
from plimsoll.simcluster.nodes import detailed
from plimsoll.simcluster.store import StoredChange

if TYPE_CHECKING:
    from plimsoll.kernel import Kernel
    from plimsoll.simcluster.api import Api
    from plimsoll.simcluster.kubelet.kubelet import Kubelet

KWOK_ANNOTATION = "kwok.x-k8s.io/node"
KWOK_LABEL = ("type", "kwok")
PATIENCE_SECONDS = 20.0
"""How long a node that is not KWOK's is left to whoever created it."""

ORPHAN_SECONDS = 40.0
"""Pods of a node that is gone are deleted after so long (pkg/controller/podgc, quarantineTime)."""

NOT_READY_TAINT = "node.kubernetes.io/not-ready"


class NodeAdoption:
    """Watches nodes come and go. ``employ`` makes a kubelet for a node, with a subnet; ``dismiss`` ends it.

    KWOK's nodes are not made ready where ``are_staged`` says that stages do that.
    """

    def __init__(
        self,
        kernel: Kernel,
        api: Api,
        version: str,
        employ: Callable[[str], tuple[Kubelet, str] | None],
        dismiss: Callable[[str], None],
        are_staged: Callable[[], bool],
    ) -> None:
        self._kernel = kernel
        self._api = api
        self._version = version
        self._employ = employ
        self._dismiss = dismiss
        self._are_staged = are_staged
        self._nodes = api.store.collection(NODES)
        self._pods = api.store.collection(PODS)
        self._leases = api.store.collection(LEASES)
        self._nodes.watchers.append(self._observe)

    def _observe(self, change: StoredChange) -> None:
        metadata = change.object["metadata"]
        if change.type == "DELETED":
            self._dismiss(metadata["name"])
            self._kernel.after(ORPHAN_SECONDS, self._clear, metadata["name"])
        elif change.type == "ADDED":
            patience = 0.0 if is_kwok(change.object) else PATIENCE_SECONDS
            self._kernel.after(patience, self._adopt, metadata["name"], metadata["uid"])

    def _adopt(self, name: str, uid: str) -> None:
        node = self._nodes.find("", name)
        if node is None or node["metadata"]["uid"] != uid:
            return
        if not is_kwok(node) and self._leases.find(LEASE_NAMESPACE, name) is not None:
            return
        employed = self._employ(name)
        if employed is None:
            return
        kubelet, subnet = employed
        staged = is_kwok(node) and self._are_staged()
        self._nodes.put(node, _networked(node, subnet) if staged else self._ready(node, kubelet, subnet))
        for pod in [pod for pod in self._pods if pod["spec"].get("nodeName") == name]:
            kubelet.observe(StoredChange(0, "ADDED", pod, None))

    def _ready(self, node: Object, kubelet: Kubelet, subnet: str) -> Object:
        """The node as its new kubelet reports it."""
        status = node.get("status") or {}
        addresses = [one for one in status.get("addresses") or () if one["type"] != "Hostname"]
        own = addresses or [{"type": "InternalIP", "address": kubelet.address}]
        whole = detailed({**node, "status": {**status, "addresses": own}}, self._version, self._api.timestamp())
        whole = _networked(whole, subnet)
        spec = whole["spec"]
        taints = [taint for taint in spec.get("taints") or () if taint["key"] != NOT_READY_TAINT]
        kept = {key: part for key, part in spec.items() if key != "taints"}
        return {**whole, "spec": {**kept, **({"taints": taints} if taints else {})}}

    def _clear(self, name: str) -> None:
        """Delete the pods of a node that is gone for good."""
        if self._nodes.find("", name) is not None:
            return
        for pod in [pod for pod in self._pods if is_bound(pod) and pod["spec"]["nodeName"] == name]:
            self._api.remove(self._pods, pod)


def _networked(node: Object, subnet: str) -> Object:
    """The node with the subnet of its pods."""
    return {**node, "spec": {**(node.get("spec") or {}), "podCIDR": subnet, "podCIDRs": [subnet]}}


def is_kwok(node: Object) -> bool:
    """Whether a node carries KWOK's marks."""
    metadata = node["metadata"]
    marked = KWOK_ANNOTATION in (metadata.get("annotations") or {})
    return marked or (metadata.get("labels") or {}).get(KWOK_LABEL[0]) == KWOK_LABEL[1]

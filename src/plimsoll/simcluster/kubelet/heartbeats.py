"""Leases and node status reports as objects, for clusters that people look into; elsewhere they are only counted.

A kubelet renews its lease every ten seconds, and reports an unchanged status every five minutes
(pkg/kubelet/nodelease, --node-status-report-frequency).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from plimsoll.errors import ApiError
from plimsoll.kube.resources import LEASES, NODES

if TYPE_CHECKING:
    from plimsoll.kernel import Kernel
    from plimsoll.kube.resources import Object
    from plimsoll.simcluster.api import Api
    from plimsoll.simcluster.kubelet.kubelet import Kubelet

LEASE_NAMESPACE = "kube-node-lease"
LEASE_SECONDS = 40
RENEWAL_SECONDS = 10.0
REPORT_SECONDS = 300.0


class Heartbeats:
    """Those of all nodes whose kubelets are up."""

    def __init__(self, kernel: Kernel, api: Api, kubelets: Callable[[], Iterable[Kubelet]]) -> None:
        self._kernel = kernel
        self._api = api
        self._kubelets = kubelets
        self._leases = api.store.collection(LEASES)
        self._nodes = api.store.collection(NODES)
        kernel.after(0.5, self._renew)
        kernel.after(REPORT_SECONDS, self._report)

    def _renew(self) -> None:
        for kubelet in self._kubelets():
            if kubelet.up:
                self._renew_lease(kubelet.name)
        self._kernel.after(RENEWAL_SECONDS, self._renew)

    def _renew_lease(self, name: str) -> None:
        stored, node = self._leases.find(LEASE_NAMESPACE, name), self._nodes.find("", name)
        if node is None:
            return
        if stored is not None:
            spec = {**stored["spec"], "renewTime": self._api.micro_timestamp()}
            self._leases.replace(stored, spec=spec)
            return
        try:
            self._api.create(self._leases, LEASE_NAMESPACE, self._lease(node))
        except ApiError:  # the namespace is not there yet: the next renewal will find it
            return

    def _lease(self, node: Object) -> Object:
        metadata = node["metadata"]
        owner = {"apiVersion": "v1", "kind": "Node", "name": metadata["name"], "uid": metadata["uid"]}
        spec = {
            "holderIdentity": metadata["name"],
            "leaseDurationSeconds": LEASE_SECONDS,
            "renewTime": self._api.micro_timestamp(),
        }
        return {"metadata": {"name": metadata["name"], "ownerReferences": [owner]}, "spec": spec}

    def _report(self) -> None:
        now = self._api.timestamp()
        for kubelet in self._kubelets():
            node = self._nodes.find("", kubelet.name) if kubelet.up else None
            if node is not None:
                conditions = [{**one, "lastHeartbeatTime": now} for one in node["status"].get("conditions") or ()]
                self._nodes.replace(node, status={**node["status"], "conditions": conditions})
        self._kernel.after(REPORT_SECONDS, self._report)

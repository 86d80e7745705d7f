"""DefaultTolerationSeconds and TaintNodesByCondition: how pods and nodes deal with nodes that are not ready."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.kube.resources import NODES, PODS
from plimsoll.simcluster.admission import DEFAULT_TOLERATION_SECONDS, NOT_READY, UNREACHABLE, tolerates_eviction

if TYPE_CHECKING:
    from plimsoll.registry.attributes import Attributes


class DefaultTolerations:
    """Lets pods stay for a while on nodes that are not ready (plugin/pkg/admission/defaulttolerationseconds)."""

    def admit(self, attributes: Attributes) -> None:
        """Add the tolerations that a pod says nothing about."""
        if attributes.operation not in {"CREATE", "UPDATE"} or not attributes.concerns(PODS):
            return
        spec = attributes.object["spec"]
        present = spec.get("tolerations") or []
        missing = [
            {"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": DEFAULT_TOLERATION_SECONDS}
            for key in (NOT_READY, UNREACHABLE)
            if not any(tolerates_eviction(toleration, key) for toleration in present)
        ]
        if missing:
            spec["tolerations"] = [*present, *missing]


class NodeTaints:
    """Keeps pods off a new node until it is known to be ready (plugin/pkg/admission/nodetaint)."""

    def admit(self, attributes: Attributes) -> None:
        """Taint a new node."""
        if attributes.operation != "CREATE" or not attributes.concerns(NODES):
            return
        spec = attributes.object.setdefault("spec", {})
        taints = spec.get("taints") or []
        if not any(taint.get("key") == NOT_READY and taint.get("effect") == "NoSchedule" for taint in taints):
            spec["taints"] = [*taints, {"key": NOT_READY, "effect": "NoSchedule"}]

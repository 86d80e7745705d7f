"""The ``Stage`` objects of a cluster: which of them are followed, and what is said of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.kube.resources import NODES, PODS, Resource
from plimsoll.simcluster.adoption import is_kwok
from plimsoll.simcluster.client import Client, ClientEnvironment
from plimsoll.simcluster.correlation import Reporter
from plimsoll.simcluster.recording import recorder
from plimsoll.simcluster.stages.following import Following
from plimsoll.simcluster.stages.nodetransitions import DEFAULT_NODE_STAGES, NodeTransitions
from plimsoll.simcluster.stages.podtransitions import PodTransitions
from plimsoll.simcluster.stages.stage import Stage, read_stage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plimsoll.kernel import Random
    from plimsoll.kube.resources import Object
    from plimsoll.simcluster.api import Api
    from plimsoll.simcluster.kubelet.kubelet import Kubelet
    from plimsoll.simcluster.store import StoredChange

STAGES = Resource("kwok.x-k8s.io", "v1alpha1", "stages", "Stage", namespaced=False)

FOLLOWED = "Followed"
"""The condition of a stage that says whether it is."""


class Stages:
    """Reads stages as they come and go. Pods follow them as soon as one is for pods, on nodes with KWOK's marks."""

    def __init__(
        self,
        environment: ClientEnvironment,
        api: Api,
        random: Random,
        version: str,
        kubelets: Mapping[str, Kubelet],
    ) -> None:
        self._api = api
        self._kubelets = kubelets
        self._nodes = api.store.collection(NODES)
        self._stages = api.store.collection(STAGES)
        self._events = recorder(environment, Client(environment, "stages"), Reporter("kwok_controller"))
        pods = PodTransitions(api.timestamp, kubelets)
        nodes = NodeTransitions(api.timestamp, version, kubelets)
        kernel = environment.kernel
        self._of_pods = Following(
            kernel, api, api.store.collection(PODS), random, self._events, pods, self.has_pod_on_its_way
        )
        self._of_nodes = Following(kernel, api, self._nodes, random, self._events, nodes, is_kwok)
        self._transitions = {"Pod": tuple(pods.by_stage), "Node": tuple(nodes.by_stage)}
        self._defaults = tuple(read_stage(stage, self._transitions) for stage in DEFAULT_NODE_STAGES)
        self._followed: dict[str, Stage] = {}
        self._of_nodes.follow(self._defaults)
        self._stages.watchers.append(self._observe)

    def has_pod_on_its_way(self, pod: Object) -> bool:
        """Whether a pod follows stages, and not its node's kubelet: there are some for pods, and KWOK's mark on its node.

        A kubelet that has taken a pod already keeps it.
        """
        node_name = pod["spec"].get("nodeName", "") if self._of_pods.stages else ""
        kubelet = self._kubelets.get(node_name)
        if kubelet is None or kubelet.knows(pod["metadata"]["uid"]):
            return False
        node = self._nodes.find("", node_name)
        return node is not None and is_kwok(node)

    def initialize_nodes(self) -> bool:
        """Whether nodes with KWOK's marks become ready by stages that somebody has written for them."""
        return any(stage.kind == "Node" for stage in self._followed.values())

    def _observe(self, change: StoredChange) -> None:
        name = change.object["metadata"]["name"]
        before = self._followed.pop(name, None)
        if change.type != "DELETED":
            self._take(change.object)
        if self._followed.get(name) != before:
            for kind, following in (("Pod", self._of_pods), ("Node", self._of_nodes)):
                stages = [stage for stage in self._followed.values() if stage.kind == kind]
                following.follow(stages or (self._defaults if kind == "Node" else ()))

    def _take(self, value: Object) -> None:
        """Follow a stage, or say why not."""
        try:
            stage = read_stage(value, self._transitions)
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            text = f"This stage is not followed: {error}" if isinstance(error, ValueError) else "It cannot be read"
            self._tell(value, "False", "Unsupported", text)
            return
        self._followed[stage.name] = stage
        self._tell(value, "True", "Understood", f"Objects of kind {stage.kind} on nodes with KWOK's marks follow it")

    def _tell(self, value: Object, state: str, reason: str, message: str) -> None:
        metadata = value["metadata"]
        stored = self._stages.find("", metadata["name"])
        if stored is None:
            return
        conditions = (stored.get("status") or {}).get("conditions") or []
        known = next((one for one in conditions if one["type"] == FOLLOWED), None)
        if known is not None and (known["status"], known["message"]) == (state, message):
            return
        condition = {
            "type": FOLLOWED,
            "status": state,
            "reason": reason,
            "message": message,
            "lastTransitionTime": self._api.timestamp(),
        }
        others = [one for one in conditions if one["type"] != FOLLOWED]
        self._stages.replace(stored, status={**(stored.get("status") or {}), "conditions": [*others, condition]})
        if state == "False":
            self._events.emit(stored, "Warning", reason, "%s", message)

"""Preemption as the scheduler carries it out: victims are deleted, and the place is kept for who needs it.

The pod is nominated for the node, and counted there against all that are less important, until it is scheduled.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from plimsoll.errors import ApiError
from plimsoll.kube.resources import PODS
from plimsoll.simcluster.scheduling.preemption import VictimChoice, priority_of
from plimsoll.simcluster.scheduling.wording import preemption_message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from plimsoll.kube.resources import Object
    from plimsoll.simcluster.api import Api
    from plimsoll.simcluster.client import Client
    from plimsoll.simcluster.recording import Recorder
    from plimsoll.simcluster.scheduling.view import ClusterView

BY_SCHEDULER = "PreemptionByScheduler"
_VICTIM_MESSAGE = "default-scheduler: preempting to accommodate a higher priority pod"


class Preempting:
    """Makes room on nodes, and remembers for whom."""

    def __init__(self, api: Api, view: ClusterView, client: Client, events: Recorder) -> None:
        self._api = api
        self._view = view
        self._client = client
        self._events = events
        self._choice = VictimChoice(view, api.store)
        self._pods = api.store.collection(PODS)
        self._delete = client.kind("DELETE", "pods")
        self._patch_status = client.kind("PATCH", "pods/status")
        self._nominated: dict[str, tuple[Object, str]] = {}

    def set_aside(self, pod: Object) -> list[tuple[Object, str]]:
        """The nominations that do not hold against a pod that is to be placed now: they no longer count."""
        uid, priority = pod["metadata"]["uid"], priority_of(pod)
        weaker = [
            (other, node)
            for other, node in self._nominated.values()
            if other["metadata"]["uid"] == uid or priority_of(other) < priority
        ]
        for other, _ in weaker:
            self._view.remove_pod(other)
        return weaker

    def restore(self, nominations: Iterable[tuple[Object, str]]) -> None:
        """Count nominations again that still are."""
        for pod, node in nominations:
            if pod["metadata"]["uid"] in self._nominated:
                self._view.add_pod(pod, node)

    def forget(self, pod: Object) -> None:
        """A pod has a node, or needs none any more."""
        nomination = self._nominated.pop(pod["metadata"]["uid"], None)
        if nomination is not None:
            self._view.remove_pod(nomination[0])

    def attempt(self, pod: Object, reasons: Mapping[str, int]) -> str:
        """Make room for a pod that fits nowhere; returns what its event says of that beside why it fits nowhere."""
        obstacle = self._obstacle(pod)
        if obstacle:
            return f" preemption: not eligible due to {obstacle}."
        found = self._choice.victims(pod)
        if found is None:
            self.forget(pod)
            return preemption_message(self._view.nodes, reasons)
        for victim in found.pods:
            self._client.call(self._patch_status, self._mark, victim, failed=_gone)
            self._client.call(self._delete, self._evict, victim, pod, found.node_name, failed=_gone)
        self.forget(pod)
        self._nominated[pod["metadata"]["uid"]] = pod, found.node_name
        self._view.add_pod(pod, found.node_name)
        self._client.call(self._patch_status, self._nominate, pod, found.node_name, failed=_gone)
        return ""

    def _obstacle(self, pod: Object) -> str:
        """Why a pod may not have others evicted now; empty where it may."""
        if pod["spec"].get("preemptionPolicy") == "Never":
            return "preemptionPolicy=Never"
        _, node = self._nominated.get(pod["metadata"]["uid"], (pod, ""))
        on_their_way = (one for one in self._choice.placed.on(node) if priority_of(one) < priority_of(pod))
        return "a terminating pod on the nominated node" if any(map(_is_preempted, on_their_way)) else ""

    def _with_current(self, pod: Object, change: Callable[[Object], Object]) -> None:
        metadata = pod["metadata"]
        stored = self._pods.find(metadata["namespace"], metadata["name"])
        if stored is not None and stored["metadata"]["uid"] == metadata["uid"]:
            self._pods.replace(stored, status=change(stored["status"]))

    def _nominate(self, pod: Object, node: str) -> None:
        self._with_current(pod, lambda status: {**status, "nominatedNodeName": node})

    def _mark(self, victim: Object) -> None:
        condition = {
            "type": "DisruptionTarget",
            "status": "True",
            "reason": BY_SCHEDULER,
            "message": _VICTIM_MESSAGE,
            "lastProbeTime": None,
            "lastTransitionTime": self._api.timestamp(),
        }

        def marked(status: Object) -> Object:
            others = [one for one in status.get("conditions") or () if one["type"] != "DisruptionTarget"]
            return {**status, "conditions": [*others, condition]}

        self._with_current(victim, marked)

    def _evict(self, victim: Object, pod: Object, node: str) -> None:
        metadata = victim["metadata"]
        self._api.delete(self._pods, metadata["namespace"], metadata["name"], metadata["uid"])
        message = "Preempted by pod %s on node %s"
        self._events.emit(victim, "Normal", "Preempted", message, pod["metadata"]["uid"], node, action="Preempting")


def _is_preempted(pod: Object) -> bool:
    conditions = pod["status"].get("conditions") or ()
    return "deletionTimestamp" in pod["metadata"] and any(
        one["type"] == "DisruptionTarget" and one.get("reason") == BY_SCHEDULER for one in conditions
    )


def _gone(_error: ApiError) -> None:
    """Somebody else deleted the pod first."""

"""The pods of stateful sets: their names and numbers, what they are made of, and when they are well.

From pkg/controller/statefulset/stateful_set_utils.go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plimsoll.simcluster.api import FINISHED_PHASES, is_ready
from plimsoll.simcluster.controllers.intorpercent import scaled_value
from plimsoll.simcluster.controllers.ownership import reference_to
from plimsoll.simcluster.controllers.replicasets import replicas_of
from plimsoll.simcluster.controllers.replicasetstatus import seconds_to_available
from plimsoll.simcluster.controllers.revisions import template_of
from plimsoll.simcluster.controllers.templates import pod_metadata

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object

REVISION_LABEL = "controller-revision-hash"
POD_NAME_LABEL = "statefulset.kubernetes.io/pod-name"
POD_INDEX_LABEL = "apps.kubernetes.io/pod-index"


@dataclass(frozen=True, slots=True)
class Ordinals:
    """The numbers that a set's pods are to have."""

    start: int
    count: int

    @classmethod
    def of(cls, stateful_set: Object) -> Ordinals:
        """The numbers of a set."""
        return cls((stateful_set["spec"].get("ordinals") or {}).get("start", 0), replicas_of(stateful_set))

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.start, self.start + self.count))

    def __contains__(self, ordinal: object) -> bool:
        return isinstance(ordinal, int) and self.start <= ordinal < self.start + self.count


def ordinal_of(pod: Object) -> int:
    """The number at the end of a pod's name; -1 where there is none."""
    number = pod["metadata"]["name"].rpartition("-")[2]
    return int(number) if number.isdigit() else -1


def is_member(stateful_set: Object, pod: Object) -> bool:
    """Whether a pod has a name that this set gives."""
    parent, _, number = pod["metadata"]["name"].rpartition("-")
    return bool(parent == stateful_set["metadata"]["name"] and number.isdigit())


def is_going(pod: Object) -> bool:
    """Whether a pod is being deleted."""
    return "deletionTimestamp" in pod["metadata"]


def is_ended(pod: Object) -> bool:
    """Whether a pod has come to its end, which a stateful set's pods never should."""
    return pod["status"].get("phase") in FINISHED_PHASES


def is_healthy(
    pod: Object, wait_seconds: int = 0, read: Callable[[str], float] | None = None, now_seconds: float = 0.0
) -> bool:
    """Whether a pod runs, is ready (and has been for ``wait_seconds``), and is not being deleted."""
    if pod["status"].get("phase") != "Running" or is_going(pod) or not is_ready(pod):
        return False
    return read is None or seconds_to_available(pod, wait_seconds, read, now_seconds) <= 0


def unavailable_limit(stateful_set: Object) -> int:
    """How many pods a rolling update may take away at a time."""
    rolling = (stateful_set["spec"].get("updateStrategy") or {}).get("rollingUpdate") or {}
    return max(scaled_value(rolling.get("maxUnavailable", 1), replicas_of(stateful_set), round_up=True), 1)


def pod_of(stateful_set: Object, ordinal: int, revision: Object) -> Object:
    """The pod of a number as a revision's template has it."""
    template = template_of(revision)
    metadata = pod_metadata(stateful_set, template)
    name = f"{stateful_set['metadata']['name']}-{ordinal}"
    metadata["name"] = name
    metadata["labels"] = {
        **(metadata.get("labels") or {}),
        POD_NAME_LABEL: name,
        POD_INDEX_LABEL: str(ordinal),
        REVISION_LABEL: revision["metadata"]["name"],
    }
    spec = {**template["spec"], "hostname": name}
    if stateful_set["spec"].get("serviceName"):
        spec["subdomain"] = stateful_set["spec"]["serviceName"]
    templates = stateful_set["spec"].get("volumeClaimTemplates") or ()
    if templates:
        own = [
            {"name": one["metadata"]["name"], "persistentVolumeClaim": {"claimName": claim_name(one, name)}}
            for one in templates
        ]
        named = {one["name"] for one in own}
        spec["volumes"] = [*own, *(one for one in spec.get("volumes") or () if one["name"] not in named)]
    return {"metadata": metadata, "spec": spec}


def claim_name(template: Object, pod_name: str) -> str:
    """The name of a pod's claim."""
    return f"{template['metadata']['name']}-{pod_name}"


def claims_of(stateful_set: Object, pod: Object) -> list[Object]:
    """The volume claims of a pod; they outlive it, and the set too unless its retention policy says otherwise."""
    policy = stateful_set["spec"].get("persistentVolumeClaimRetentionPolicy") or {}
    owned = {"ownerReferences": [reference_to(stateful_set)]} if policy.get("whenDeleted") == "Delete" else {}
    labels = stateful_set["spec"]["selector"].get("matchLabels") or {}
    bodies = []
    for template in stateful_set["spec"].get("volumeClaimTemplates") or ():
        metadata = {
            **template["metadata"],
            "name": claim_name(template, pod["metadata"]["name"]),
            "labels": {**(template["metadata"].get("labels") or {}), **labels},
            **owned,
        }
        metadata.pop("creationTimestamp", None)
        bodies.append({"metadata": metadata, "spec": template["spec"]})
    return bodies

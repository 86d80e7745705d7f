"""Where daemons belong, and what their pods are made of (pkg/controller/daemon, util/daemonset_util.go)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from plimsoll.simcluster.controllers.templates import pod_metadata
from plimsoll.simcluster.scheduling.requirements import NodeRequirements, parse_node_requirements
from plimsoll.simcluster.scheduling.taints import parse_taints, untolerated

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object

REVISION_LABEL = "controller-revision-hash"
GENERATION_LABEL = "pod-template-generation"
GENERATION_ANNOTATION = "deprecated.daemonset.template.generation"

TOLERATED = (
    ("node.kubernetes.io/not-ready", "NoExecute"),
    ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    ("node.kubernetes.io/unschedulable", "NoSchedule"),
)
"""Taints that every daemon tolerates: daemons are there for nodes that are not well, too."""

_TOLERATIONS = [{"key": key, "operator": "Exists", "effect": effect} for key, effect in TOLERATED]
_NETWORK = {"key": "node.kubernetes.io/network-unavailable", "operator": "Exists", "effect": "NoSchedule"}


class Placement:
    """Which nodes a daemon set's pods are on, and where they are to be."""

    def __init__(self, daemon_set: Object, nodes: Iterable[Object], pods: Iterable[Object]) -> None:
        spec = _tolerant(daemon_set["spec"]["template"]["spec"])
        requirements = parse_node_requirements(spec)
        self.on: dict[str, list[Object]] = {}
        for pod in pods:
            self.on.setdefault(node_of(pod), []).append(pod)
        self.wanted: list[str] = []
        """The nodes that are to have a pod."""
        self.unwanted: list[Object] = []
        """The pods that are not to be where they are."""
        tolerated = set()
        for node in nodes:
            name = node["metadata"]["name"]
            runs, stays = _fits(requirements, node)
            if runs:
                self.wanted.append(name)
            if stays:
                tolerated.add(name)
        for name, present in self.on.items():
            if name not in tolerated:
                self.unwanted += present
        wanted = frozenset(self.wanted)
        self.misscheduled = sum(name not in wanted and bool(name) for name in self.on)
        self.missing = [name for name in self.wanted if not any(map(_is_going_on, self.on.get(name, ())))]


def _is_going_on(pod: Object) -> bool:
    """Whether a pod holds its node's place: also one that is being deleted, which has to go first."""
    return pod["status"].get("phase") != "Failed" or "deletionTimestamp" in pod["metadata"]


def _fits(requirements: NodeRequirements, node: Object) -> tuple[bool, bool]:
    """Whether a daemon is to run on a node, and whether one that runs there may stay."""
    name, labels = node["metadata"]["name"], node["metadata"].get("labels") or {}
    if not requirements.selects(name, labels):
        return False, False
    taints = parse_taints((node.get("spec") or {}).get("taints"))
    runs = untolerated(taints, requirements.tolerations) is None
    evicting = [taint for taint in taints if taint.effect == "NoExecute"]
    return runs, untolerated(evicting, requirements.tolerations) is None


def node_of(pod: Object) -> str:
    """The node of a daemon: where it is bound, or where its affinity will have it bound."""
    bound = pod["spec"].get("nodeName")
    if bound:
        return str(bound)
    affinity = ((pod["spec"].get("affinity") or {}).get("nodeAffinity") or {}).get(
        "requiredDuringSchedulingIgnoredDuringExecution"
    ) or {}
    for term in affinity.get("nodeSelectorTerms") or ():
        for field in term.get("matchFields") or ():
            if field["key"] == "metadata.name":
                return str(field["values"][0])
    return ""


def pod_of(daemon_set: Object, node: str, suffix: str) -> Object:
    """The pod of a daemon set for one node."""
    template = daemon_set["spec"]["template"]
    metadata = pod_metadata(daemon_set, template)
    annotations = daemon_set["metadata"].get("annotations") or {}
    generation = annotations.get(GENERATION_ANNOTATION, str(daemon_set["metadata"].get("generation", 1)))
    labels = {**(metadata.get("labels") or {}), REVISION_LABEL: suffix, GENERATION_LABEL: generation}
    spec = _tolerant(template["spec"])
    return {
        "metadata": {**metadata, "labels": labels},
        "spec": {**spec, "affinity": _bound_to(spec.get("affinity") or {}, node)},
    }


def _tolerant(spec: Object) -> Object:
    extra = [*_TOLERATIONS, *([_NETWORK] if spec.get("hostNetwork") else ())]
    return {**spec, "tolerations": [*(spec.get("tolerations") or ()), *extra]}


def _bound_to(affinity: Object, node: str) -> Object:
    """The affinity with its required node terms replaced by the name of one node."""
    term = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": [node]}]}
    required = {"nodeSelectorTerms": [term]}
    near_nodes = {
        **(affinity.get("nodeAffinity") or {}),
        "requiredDuringSchedulingIgnoredDuringExecution": required,
    }
    return {**affinity, "nodeAffinity": near_nodes}

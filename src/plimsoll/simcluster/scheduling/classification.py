"""From pod objects to classes: parsing each template once, however many pods are made from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias
from weakref import WeakValueDictionary

from plimsoll.kube.resources import Object
from plimsoll.simcluster.scheduling.census import Census
from plimsoll.simcluster.scheduling.feasibility import FeasibilityIndex
from plimsoll.simcluster.scheduling.podsets import PodClass
from plimsoll.simcluster.scheduling.requirements import NodeRequirements, parse_node_requirements, parse_pod_terms

MOST_REMEMBERED = 65_536
"""Templates remembered by identity before all are forgotten; each costs a parse of about 50 µs to meet again."""

_SPREADING_CONTROLLERS = frozenset(("ReplicaSet", "ReplicationController", "StatefulSet"))

Fingerprint: TypeAlias = tuple[Any, ...]


class Classifier:
    """Finds the class of a pod.

    Pods of one template share the values inside their spec, but not the spec itself: binding makes a new one around
    ``nodeName``. So a template is recognised by the identity of the values that scheduling reads, which is sound
    because objects never change in place and a remembered spec keeps its values alive (an ``id`` cannot be given to
    something else). Pods that share nothing, such as those decoded from requests, are parsed and then found equal.
    """

    def __init__(
        self,
        census: Census,
        new_index: Callable[[NodeRequirements], FeasibilityIndex],
        *,
        tells_controllers_apart: bool,
    ) -> None:
        self._census = census
        self._new_index = new_index
        self._tells_controllers_apart = tells_controllers_apart
        self._remembered: dict[Fingerprint, tuple[PodClass, Object]] = {}
        self._last: tuple[Object, PodClass] | None = None
        self._indexes: WeakValueDictionary[NodeRequirements, FeasibilityIndex] = WeakValueDictionary()

    def class_of(self, pod: Object) -> PodClass:
        """The class of a pod, admitted to the census."""
        last = self._last
        if last is not None and last[0] is pod and last[1].admitted:  # placed, and now counted
            return last[1]
        fingerprint = self._fingerprint(pod)
        remembered = self._remembered.get(fingerprint)
        if remembered is not None and remembered[0].admitted:
            pod_class = remembered[0]
        else:
            pod_class = self._parse(fingerprint, pod["spec"])
        self._last = (pod, pod_class)
        return pod_class

    def _fingerprint(self, pod: Object) -> Fingerprint:
        metadata, spec = pod["metadata"], pod["spec"]
        field = spec.get
        return (
            metadata.get("namespace", ""),
            frozenset((metadata.get("labels") or {}).items()),
            self._controller_of(metadata),
            id(spec["containers"]),
            id(field("initContainers")),
            id(field("overhead")),
            id(field("nodeSelector")),
            id(field("affinity")),
            id(field("tolerations")),
            id(field("topologySpreadConstraints")),
        )

    def _parse(self, fingerprint: Fingerprint, spec: Object) -> PodClass:
        namespace, labels, controller = fingerprint[:3]
        nodes = parse_node_requirements(spec)
        key = (namespace, labels, controller, nodes, parse_pod_terms(spec, namespace, dict(labels)))
        pod_class = self._census.find(key)
        if pod_class is None:
            pod_class = PodClass(key, self._index_of(nodes))
            self._census.admit(pod_class)
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[fingerprint] = (pod_class, spec)
        return pod_class

    def _index_of(self, nodes: NodeRequirements) -> FeasibilityIndex | None:
        """The shared index; none for pods that name their node, of which every node may have its own kind."""
        if nodes.names is not None:
            return None
        index = self._indexes.get(nodes)
        if index is None:
            index = self._indexes[nodes] = self._new_index(nodes)
        return index

    def _controller_of(self, metadata: Object) -> str | None:
        if not self._tells_controllers_apart:
            return None
        for owner in metadata.get("ownerReferences") or ():
            if owner.get("controller") and owner.get("kind") in _SPREADING_CONTROLLERS:
                return str(owner["uid"])
        return None

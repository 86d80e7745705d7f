"""What pods ask of the scheduler, parsed from their spec once per template rather than once per pod."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from plimsoll.kube.resources import Object
from plimsoll.kube.selectors import Labels, Operator, Requirement
from plimsoll.simcluster.scheduling.resources import ResourceRequests, parse_requests
from plimsoll.simcluster.scheduling.selectors import (
    LabelSelector,
    NamespaceScope,
    PodSelector,
    parse_label_selector,
    parse_requirements,
)
from plimsoll.simcluster.scheduling.taints import UNSCHEDULABLE, Toleration, parse_tolerations, untolerated

NODE_NAME_FIELD = "metadata.name"


@dataclass(frozen=True, slots=True)
class NodeSelectorTerm:
    """Conditions on a node's labels and on its name; a term without any matches no node."""

    labels: tuple[Requirement, ...]
    fields: tuple[Requirement, ...]

    def matches(self, name: str, labels: Labels) -> bool:
        """Whether the node of this name and with these labels meets all conditions."""
        if not self.labels and not self.fields:
            return False
        fields = {NODE_NAME_FIELD: name}
        return all(item.matches(labels) for item in self.labels) and all(item.matches(fields) for item in self.fields)

    @property
    def names(self) -> frozenset[str] | None:
        """The only nodes that can match, where the term names them as a DaemonSet's pods do."""
        for item in self.fields:
            if item.key == NODE_NAME_FIELD and item.operator == "In":
                return frozenset(item.values)
        return None


@dataclass(frozen=True, slots=True)
class NodeRequirements:
    """What depends on nothing but the pod and one node: pods that agree in it share one index of nodes."""

    requests: ResourceRequests
    tolerations: tuple[Toleration, ...]
    node_selector: tuple[tuple[str, str], ...]
    required_terms: tuple[NodeSelectorTerm, ...] | None
    preferred_terms: tuple[tuple[int, NodeSelectorTerm], ...]

    @property
    def tolerates_unschedulable(self) -> bool:
        """Whether the pod may go to a cordoned node, as those of DaemonSets may."""
        return untolerated((UNSCHEDULABLE,), self.tolerations) is None

    def selects(self, name: str, labels: Labels) -> bool:
        """Whether node selector and required node affinity allow the node."""
        if any(labels.get(key) != value for key, value in self.node_selector):
            return False
        return self.required_terms is None or any(term.matches(name, labels) for term in self.required_terms)

    def preference(self, name: str, labels: Labels) -> int:
        """Sum of the weights of the preferred node affinity terms that the node meets."""
        return sum(weight for weight, term in self.preferred_terms if term.matches(name, labels))

    @property
    def names(self) -> frozenset[str] | None:
        """The only nodes that can match, where every required term names them; None where any node may."""
        if not self.required_terms:
            return None
        named = [term.names for term in self.required_terms]
        return None if None in named else frozenset().union(*(names for names in named if names))


@dataclass(frozen=True, slots=True)
class AffinityTerm:
    """Pods whose presence in a topology domain attracts or repels. ``weight`` is 0 where the term is required."""

    selector: PodSelector
    topology_key: str
    weight: int = 0


@dataclass(frozen=True, slots=True)
class SpreadConstraint:
    """One topology spread constraint."""

    max_skew: int
    topology_key: str
    selector: PodSelector
    hard: bool
    min_domains: int
    honors_node_affinity: bool
    honors_taints: bool


@dataclass(frozen=True, slots=True)
class PodTerms:
    """What depends on other pods, with namespaces and labels of the pod itself filled in.

    Preferred anti-affinity stands among ``preferred`` with a negative weight.
    """

    affinity: tuple[AffinityTerm, ...] = ()
    anti_affinity: tuple[AffinityTerm, ...] = ()
    preferred: tuple[AffinityTerm, ...] = ()
    spread: tuple[SpreadConstraint, ...] = ()


def parse_node_requirements(spec: Object) -> NodeRequirements:
    """Parse resources, tolerations, node selector and node affinity of a pod's spec."""
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution")
    preferred = affinity.get("preferredDuringSchedulingIgnoredDuringExecution") or ()
    return NodeRequirements(
        requests=parse_requests(spec),
        tolerations=parse_tolerations(spec.get("tolerations")),
        node_selector=tuple(sorted((spec.get("nodeSelector") or {}).items())),
        required_terms=None if required is None else tuple(_node_term(t) for t in required["nodeSelectorTerms"]),
        preferred_terms=tuple((item["weight"], _node_term(item["preference"])) for item in preferred),
    )


def _node_term(term: Mapping[str, Any]) -> NodeSelectorTerm:
    return NodeSelectorTerm(
        tuple(parse_requirements(term.get("matchExpressions"))), tuple(parse_requirements(term.get("matchFields")))
    )


def parse_pod_terms(spec: Object, namespace: str, labels: Labels) -> PodTerms:
    """Parse pod affinity, pod anti-affinity and topology spread of a pod with these labels in this namespace."""
    affinity = spec.get("affinity") or {}
    near, far = affinity.get("podAffinity") or {}, affinity.get("podAntiAffinity") or {}
    constraints = spec.get("topologySpreadConstraints") or ()
    return PodTerms(
        affinity=_required_terms(near, namespace, labels),
        anti_affinity=_required_terms(far, namespace, labels),
        preferred=_preferred_terms(near, namespace, labels, 1) + _preferred_terms(far, namespace, labels, -1),
        spread=tuple(_spread_constraint(item, namespace, labels) for item in constraints),
    )


def _required_terms(affinity: Mapping[str, Any], namespace: str, labels: Labels) -> tuple[AffinityTerm, ...]:
    terms = affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or ()
    return tuple(_affinity_term(term, namespace, labels) for term in terms)


def _preferred_terms(
    affinity: Mapping[str, Any], namespace: str, labels: Labels, sign: int
) -> tuple[AffinityTerm, ...]:
    return tuple(
        replace(_affinity_term(item["podAffinityTerm"], namespace, labels), weight=sign * item["weight"])
        for item in affinity.get("preferredDuringSchedulingIgnoredDuringExecution") or ()
    )


def _affinity_term(term: Mapping[str, Any], namespace: str, labels: Labels) -> AffinityTerm:
    selector = parse_label_selector(term.get("labelSelector"))
    selector = _with_label_keys(selector, term.get("matchLabelKeys"), labels, "In")
    selector = _with_label_keys(selector, term.get("mismatchLabelKeys"), labels, "NotIn")
    return AffinityTerm(PodSelector(_scope(term, namespace), selector), term["topologyKey"])


def _scope(term: Mapping[str, Any], namespace: str) -> NamespaceScope:
    """Neither namespaces nor a namespace selector means the pod's own; an empty selector means all of them."""
    names, selector = term.get("namespaces") or (), term.get("namespaceSelector")
    if not names and selector is None:
        return NamespaceScope(frozenset((namespace,)))
    return NamespaceScope(frozenset(names), parse_label_selector(selector))


def _with_label_keys(
    selector: LabelSelector, keys: list[str] | None, labels: Labels, operator: Operator
) -> LabelSelector:
    if not keys:
        return selector
    return selector.narrowed(tuple(Requirement(key, operator, (labels[key],)) for key in keys if key in labels))


def _spread_constraint(item: Mapping[str, Any], namespace: str, labels: Labels) -> SpreadConstraint:
    selector = _with_label_keys(
        parse_label_selector(item.get("labelSelector")), item.get("matchLabelKeys"), labels, "In"
    )
    return SpreadConstraint(
        max_skew=item["maxSkew"],
        topology_key=item["topologyKey"],
        selector=PodSelector(NamespaceScope(frozenset((namespace,))), selector),
        hard=item["whenUnsatisfiable"] == "DoNotSchedule",
        min_domains=item.get("minDomains") or 1,
        honors_node_affinity=item.get("nodeAffinityPolicy", "Honor") == "Honor",
        honors_taints=item.get("nodeTaintsPolicy", "Ignore") == "Honor",
    )

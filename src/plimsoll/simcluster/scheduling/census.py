"""Who is where: placed pods, counted by node for every set of pods that a decision may ask about.

A cluster has many pods and few *classes* of them. Which classes belong to which sets is worked out when a class or a
set first appears, so that placing a pod is one addition per set that holds it, and asking about a set never looks at
pods.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Generic, TypeVar

from plimsoll.simcluster.scheduling.podsets import ClassKey, PodClass, PodSet
from plimsoll.simcluster.scheduling.requirements import AffinityTerm, PodTerms
from plimsoll.simcluster.scheduling.selectors import NamespaceScope, PodSelector

FEWEST_IDLE_CLASSES = 1024
"""Classes without placed pods that are always remembered, in case another pod of them comes."""

Key = TypeVar("Key")


class Census:
    """All classes and sets.

    A required term has weight 0; the weight of a carried term is what its carrier adds to (or takes from) the score
    of its domain, so required affinity is carried with ``hard_pod_affinity_weight``.
    """

    def __init__(self, hard_pod_affinity_weight: int) -> None:
        self._hard_weight = hard_pod_affinity_weight
        self._namespace_labels: dict[str, Mapping[str, str]] = {}
        self._classes: dict[ClassKey, PodClass] = {}
        self._idle: dict[PodClass, None] = {}
        self._clear_sets()

    def find(self, key: ClassKey) -> PodClass | None:
        """The class of this key, if a pod of it was met before."""
        return self._classes.get(key)

    def admit(self, pod_class: PodClass) -> None:
        """Make a new class known."""
        if len(self._idle) > max(FEWEST_IDLE_CLASSES, len(self._classes) - len(self._idle)):
            self._forget_idle()
        self._classes[pod_class.key] = pod_class
        self._idle[pod_class] = None
        pod_class.admitted = True
        self._connect(pod_class)

    def count(self, pod_class: PodClass, slot: int, pods: int) -> None:
        """Count pods of an admitted class on a node, or, negative, off it."""
        for pod_set in pod_class.member_of:
            pod_set.add(slot, pods)
        if pod_class.placed.total:
            self._idle.pop(pod_class, None)
        else:
            self._idle[pod_class] = None

    def label_namespace(self, namespace: str, labels: Mapping[str, str]) -> None:
        """Note a namespace's labels; where terms select namespaces by label, all sets are counted anew."""
        if self._labels_of(namespace) == labels:
            return
        self._namespace_labels[namespace] = labels
        if self._selects_namespaces and namespace in self._classes_in:
            self._connect_anew()

    def _forget_idle(self) -> None:
        for pod_class in self._idle:
            pod_class.admitted = False
            pod_class.disconnect()
            del self._classes[pod_class.key]
        self._idle.clear()
        self._connect_anew()

    def _clear_sets(self) -> None:
        self._classes_in: defaultdict[str, list[PodClass]] = defaultdict(list)
        self._selected: dict[tuple[PodSelector, ...], PodSet] = {}
        self._selected_in: _ByNamespace[tuple[PodSelector, ...]] = _ByNamespace()
        self._carriers: dict[AffinityTerm, PodSet] = {}
        self._carried_in: _ByNamespace[AffinityTerm] = _ByNamespace()
        self._siblings: defaultdict[str, PodSet] = defaultdict(PodSet)
        self._selects_namespaces = False

    def _connect_anew(self) -> None:
        """Count all sets from the classes' own counts; rare, or paid for by the classes forgotten."""
        self._clear_sets()
        for pod_class in self._classes.values():
            pod_class.disconnect()
        for pod_class in self._classes.values():
            self._connect(pod_class)

    def _connect(self, pod_class: PodClass) -> None:
        """Enter a class into the sets that hold it, and give it those that its terms ask for."""
        self._join(pod_class)
        self._classes_in[pod_class.namespace].append(pod_class)
        self._equip(pod_class, pod_class.terms)
        if pod_class.controller is not None:
            pod_class.siblings = self._siblings[pod_class.controller]
            _enter(pod_class, pod_class.siblings)
        for term in _carried_terms(pod_class.terms, self._hard_weight):
            _enter(pod_class, self._carriers_of(term))

    def _join(self, pod_class: PodClass) -> None:
        for selectors in self._selected_in.near(pod_class.namespace):
            if self._matches(selectors, pod_class):
                _enter(pod_class, self._selected[selectors])
        for term in self._carried_in.near(pod_class.namespace):
            if self._matches((term.selector,), pod_class):
                _expose(pod_class, term, self._carriers[term])

    def _equip(self, pod_class: PodClass, terms: PodTerms) -> None:
        if terms.affinity:
            pod_class.affinity = self._pods_of(*(term.selector for term in terms.affinity))
        pod_class.anti_affinity = [(t.topology_key, self._pods_of(t.selector)) for t in terms.anti_affinity]
        pod_class.preferred = [(t.topology_key, t.weight, self._pods_of(t.selector)) for t in terms.preferred]
        pod_class.spread = [self._pods_of(constraint.selector) for constraint in terms.spread]

    def _pods_of(self, *selectors: PodSelector) -> PodSet:
        """The placed pods that all selectors match."""
        pod_set = self._selected.get(selectors)
        if pod_set is None:
            pod_set = self._selected[selectors] = PodSet()
            self._selected_in.add(selectors, selectors[0].scope)
            for pod_class in self._classes_near(selectors):
                _enter(pod_class, pod_set)
        return pod_set

    def _carriers_of(self, term: AffinityTerm) -> PodSet:
        """The placed pods that carry a term."""
        carriers = self._carriers.get(term)
        if carriers is None:
            carriers = self._carriers[term] = PodSet()
            self._carried_in.add(term, term.selector.scope)
            for pod_class in self._classes_near((term.selector,)):
                _expose(pod_class, term, carriers)
        return carriers

    def _classes_near(self, selectors: tuple[PodSelector, ...]) -> list[PodClass]:
        scope = selectors[0].scope
        self._selects_namespaces |= any(selector.scope.selector.requirements for selector in selectors)
        if scope.by_name_only:
            near = chain.from_iterable(self._classes_in.get(name, ()) for name in sorted(scope.names))
        else:
            near = chain.from_iterable(self._classes_in.values())
        return [pod_class for pod_class in near if self._matches(selectors, pod_class)]

    def _matches(self, selectors: tuple[PodSelector, ...], pod_class: PodClass) -> bool:
        namespace = pod_class.namespace
        labels = self._labels_of(namespace)
        return all(selector.matches(namespace, labels, pod_class.labels) for selector in selectors)

    def _labels_of(self, namespace: str) -> Mapping[str, str]:
        return self._namespace_labels.get(namespace) or {"kubernetes.io/metadata.name": namespace}


def _enter(pod_class: PodClass, pod_set: PodSet) -> None:
    pod_class.member_of.append(pod_set)
    pod_set.include(pod_class.placed)


def _expose(pod_class: PodClass, term: AffinityTerm, carriers: PodSet) -> None:
    found_by = pod_class.attracted_by if term.weight else pod_class.repelled_by
    found_by.append((term, carriers))


def _carried_terms(terms: PodTerms, hard_weight: int) -> Iterator[AffinityTerm]:
    """What a pod's terms do to pods that come after it; equal ones are added up, so that each is carried once."""
    yield from dict.fromkeys(terms.anti_affinity)
    weights: defaultdict[tuple[PodSelector, str], int] = defaultdict(int)
    for term in terms.preferred:
        weights[term.selector, term.topology_key] += term.weight
    for term in terms.affinity:
        weights[term.selector, term.topology_key] += hard_weight
    for (selector, topology_key), weight in weights.items():
        if weight:
            yield AffinityTerm(selector, topology_key, weight)


class _ByNamespace(Generic[Key]):
    """Keys by the namespaces in which they may find pods."""

    def __init__(self) -> None:
        self._named: defaultdict[str, list[Key]] = defaultdict(list)
        self._anywhere: list[Key] = []

    def add(self, key: Key, scope: NamespaceScope) -> None:
        if not scope.by_name_only:
            self._anywhere.append(key)
            return
        for name in scope.names:
            self._named[name].append(key)

    def near(self, namespace: str) -> Iterator[Key]:
        return chain(self._named.get(namespace, ()), self._anywhere)

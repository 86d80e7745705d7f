"""Which pods would have to go, and from which node, for a more important pod to have a place.

From pkg/scheduler/framework/preemption and plugins/defaultpreemption: of each node all less important pods are taken
away; those that fit beside the new one are put back, those that a disruption budget protects first, then the most
important. The node is chosen by what its victims mean.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from plimsoll.kube.resources import PODDISRUPTIONBUDGETS, PODS, Object
from plimsoll.kube.selectors import LabelSelector, selector_of
from plimsoll.simcluster.api import FINISHED_PHASES, is_bound

if TYPE_CHECKING:
    from plimsoll.simcluster.scheduling.view import ClusterView
    from plimsoll.simcluster.store import Collection, Store, StoredChange

FEWEST_CANDIDATES = 100
CANDIDATES_SHARE = 0.1
"""Among so many candidates the choice is made (``minCandidateNodesAbsolute``, ``minCandidateNodesPercentage``)."""

_PRIORITY_OFFSET = 1 << 31
"""Added to each priority of a sum, so that few victims of negative priority are not more than many."""


def priority_of(pod: Object) -> int:
    """A pod's priority, as admission has set it."""
    return int(pod["spec"].get("priority") or 0)


class Victims(NamedTuple):
    """The pods that would have to leave a node, the most important first, and how many of them budgets protect."""

    node_name: str
    pods: tuple[Object, ...]
    violations: int

    def harm(self) -> tuple[int, int, int, int, list[int]]:
        """What the choice of this node would mean: the less, the better; the younger its victims, too."""
        priorities = [priority_of(pod) for pod in self.pods]
        highest = max(priorities)
        oldest = min(_start(pod) for pod in self.pods if priority_of(pod) == highest)
        total = sum(priority + _PRIORITY_OFFSET for priority in priorities)
        return self.violations, highest, total, len(self.pods), [-ord(digit) for digit in oldest]


class PlacedPods:
    """The pods on nodes that have not finished, by node."""

    def __init__(self, pods: Collection) -> None:
        self._by_node: dict[str, dict[str, Object]] = {}
        self._priorities: Counter[int] = Counter()
        for pod in pods:
            self._put(pod)
        pods.indexers.append(self._observe)

    def on(self, node_name: str) -> list[Object]:
        """The pods on a node."""
        return list(self._by_node.get(node_name, {}).values())

    def nodes(self) -> list[str]:
        """The nodes with pods."""
        return list(self._by_node)

    def any_below(self, priority: int) -> bool:
        """Whether any pod is less important than that."""
        return any(one < priority for one in self._priorities)

    def _observe(self, change: StoredChange) -> None:
        if change.old is not None:
            self._drop(change.old)
        if change.type != "DELETED":
            self._put(change.object)

    def _put(self, pod: Object) -> None:
        if is_bound(pod) and pod["status"].get("phase") not in FINISHED_PHASES:
            self._by_node.setdefault(pod["spec"]["nodeName"], {})[pod["metadata"]["uid"]] = pod
            self._priorities[priority_of(pod)] += 1

    def _drop(self, pod: Object) -> None:
        name = pod["spec"].get("nodeName", "")
        siblings = self._by_node.get(name, {})
        if siblings.pop(pod["metadata"]["uid"], None) is None:
            return
        if not siblings:
            del self._by_node[name]
        priority = priority_of(pod)
        self._priorities[priority] -= 1
        if not self._priorities[priority]:
            del self._priorities[priority]


class VictimChoice:
    """Chooses victims, by trying it out on the scheduler's view of its cluster."""

    def __init__(self, view: ClusterView, store: Store) -> None:
        self.placed = PlacedPods(store.collection(PODS))
        self._view = view
        self._budgets = store.collection(PODDISRUPTIONBUDGETS)

    def victims(self, pod: Object) -> Victims | None:
        """The least harmful victims for a pod that fits nowhere; None where nothing would help."""
        priority = priority_of(pod)
        if not self.placed.any_below(priority):
            return None
        wanted = max(FEWEST_CANDIDATES, int(self._view.nodes * CANDIDATES_SHARE))
        budgets = [(budget, selector_of(budget["spec"].get("selector"))) for budget in self._budgets]
        candidates: list[Victims] = []
        for node_name in self.placed.nodes():
            lesser = [one for one in self.placed.on(node_name) if priority_of(one) < priority]
            found = self._on_node(pod, node_name, lesser, budgets) if lesser else None
            if found is not None:
                candidates.append(found)
                if len(candidates) == wanted:
                    break
        return min(candidates, key=Victims.harm, default=None)

    def _on_node(
        self, pod: Object, node_name: str, lesser: Iterable[Object], budgets: list[tuple[Object, LabelSelector]]
    ) -> Victims | None:
        ordered = sorted(lesser, key=_importance)
        for one in ordered:
            self._view.remove_pod(one)
        victims: list[Object] = []
        violations = 0
        if self._view.fits(pod, node_name):
            protected = _protected(ordered, budgets)
            for one in sorted(ordered, key=lambda one: one["metadata"]["uid"] not in protected):
                self._view.add_pod(one, node_name)
                if not self._view.fits(pod, node_name):
                    self._view.remove_pod(one)
                    victims.append(one)
                    violations += one["metadata"]["uid"] in protected
        for one in ordered:
            self._view.add_pod(one, node_name)
        return Victims(node_name, tuple(sorted(victims, key=_importance)), violations) if victims else None


def _protected(pods: Iterable[Object], budgets: list[tuple[Object, LabelSelector]]) -> set[str]:
    """The UIDs of those pods whose budgets allow no further disruption, if the pods go in this order."""
    allowed = {budget["metadata"]["uid"]: _allowed(budget) for budget, _ in budgets}
    protected = set()
    for pod in pods:
        metadata = pod["metadata"]
        for budget, selector in budgets:
            if budget["metadata"]["namespace"] != metadata["namespace"]:
                continue
            if not selector.requirements or not selector.matches(metadata.get("labels") or {}):
                continue
            if metadata["name"] in ((budget.get("status") or {}).get("disruptedPods") or {}):
                continue
            allowed[budget["metadata"]["uid"]] -= 1
            if allowed[budget["metadata"]["uid"]] < 0:
                protected.add(metadata["uid"])
    return protected


def _allowed(budget: Object) -> int:
    return int((budget.get("status") or {}).get("disruptionsAllowed") or 0)


def _importance(pod: Object) -> tuple[int, str]:
    """The most important first: by priority, then who has run longer."""
    return -priority_of(pod), _start(pod)


def _start(pod: Object) -> str:
    """When a pod started, as timestamps sort; one that has not comes last."""
    return str(pod["status"].get("startTime") or "9")

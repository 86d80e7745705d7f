from __future__ import annotations

from typing import Any

from plimsoll.kube.resources import Object
from plimsoll.observe.separation import Separation


def apart(node: str, app: str = "web", namespace: str = "ns", **term: Any) -> Object:
    """A pod on a node that keeps away from pods of the same app."""
    own = {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "web"}}, **term}
    affinity = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [own]}}
    return {
        "metadata": {"namespace": namespace, "labels": {"app": app}},
        "spec": {"nodeName": node, "affinity": affinity},
    }


def seen(*pods: Object) -> Separation:
    separation = Separation()
    for number, pod in enumerate(pods):
        separation.placed(str(number), pod)
    return separation


def test_pods_that_are_to_be_apart_and_share_a_node_are_counted_all_of_them() -> None:
    assert seen(apart("a"), apart("b")).violated == 0
    assert seen(apart("a"), apart("a"), apart("b")).violated == 2
    assert seen(apart("a"), apart("a"), apart("a")).violated == 3


def test_a_pod_that_leaves_lets_its_neighbour_be_alone_again() -> None:
    separation = seen(apart("a"), apart("a"))
    separation.left("0")
    separation.left("0")

    assert separation.violated == 0


def test_groups_of_different_namespaces_may_share_a_node_unless_their_terms_span_namespaces() -> None:
    assert seen(apart("a"), apart("a", namespace="other")).violated == 0
    everywhere: dict[str, Any] = {"namespaceSelector": {}}
    assert seen(apart("a", **everywhere), apart("a", namespace="other", **everywhere)).violated == 2


def test_terms_about_other_pods_or_larger_places_are_not_looked_at() -> None:
    assert not seen(apart("a", app="db"), apart("a", app="db")).is_wanted
    assert not seen(apart("a", topologyKey="topology.kubernetes.io/zone")).is_wanted


def test_pods_that_ask_for_nothing_cost_nothing() -> None:
    pod = {"metadata": {"namespace": "ns"}, "spec": {"nodeName": "a"}}

    assert not seen(pod, pod).is_wanted

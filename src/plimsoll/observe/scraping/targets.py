"""Whom to ask for metrics, and in which way: everything goes through the API server, as nothing else need be reachable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from plimsoll.observe.scraping.metricmap import RULES, Component, Rule
from plimsoll.observe.scraping.readings import PageReader

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object

CONTROL_PLANE_NAMESPACE = "kube-system"
PORTS = {"kube-scheduler": 10259, "kube-controller-manager": 10257}
"""Secure ports, since 1.13 and 1.12."""
COMPONENTS: dict[str, Component] = {"kube-scheduler": "scheduler", "kube-controller-manager": "controllers"}

T = TypeVar("T")


@dataclass(slots=True)
class Target:
    """One page of metrics and its reader; ``name`` is what it is called when it cannot be read."""

    name: str
    path: str
    reader: PageReader


def rules_of(*components: Component) -> tuple[Rule, ...]:
    """The rows of the table for these components."""
    return tuple(rule for rule in RULES if rule.component in components)


def kubelet_path(node: str, page: str) -> str:
    """A page of a kubelet."""
    return f"/api/v1/nodes/{node}/proxy/{page}"


def kubelets(nodes: Iterable[str]) -> Iterator[Target]:
    """The kubelets of these nodes."""
    rules = rules_of("kubelet")
    for node in nodes:
        yield Target("kubelets", kubelet_path(node, "metrics"), PageReader(rules, node))


def components(pods: Iterable[Object]) -> Iterator[Target]:
    """The scheduler and the controller manager, where they are pods. Of several one leads, and only that has work."""
    for pod in pods:
        metadata = pod["metadata"]
        component = (metadata.get("labels") or {}).get("component", "")
        if component in PORTS:
            name = f"https:{metadata['name']}:{PORTS[component]}"
            path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{name}/proxy/metrics"
            yield Target(component, path, PageReader(rules_of(COMPONENTS[component])))


def evenly(items: Sequence[T], most: int) -> list[T]:
    """At most so many of them, from all along the sequence."""
    if len(items) <= most:
        return list(items)
    return [items[index * len(items) // most] for index in range(most)]

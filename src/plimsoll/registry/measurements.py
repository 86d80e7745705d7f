"""``metrics.k8s.io``: what pods and nodes use, worked out when somebody asks, as metrics-server would have scraped it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from plimsoll.kube.resources import NODE_METRICS, NODES, POD_METRICS, PODS
from plimsoll.registry.refusals import not_found
from plimsoll.registry.requests import Answer, Listing
from plimsoll.registry.verbs.selection import selection
from plimsoll.simcluster.usage import node_metrics, pod_metrics

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.registry.catalogue import ServedResources
    from plimsoll.registry.identity import Identity
    from plimsoll.registry.requests import Request
    from plimsoll.simcluster.store import Store


class Measurements:
    """Answers requests for ``PodMetrics`` and ``NodeMetrics``."""

    def __init__(self, store: Store, identity: Identity, resources: ServedResources) -> None:
        self._pods = store.collection(PODS)
        self._nodes = store.collection(NODES)
        self._identity = identity
        self._resources = resources

    def by_resource(self) -> Mapping[tuple[str, str, str], Callable[[Request], Answer]]:
        """Who answers what: by group, plural and subresource."""
        return {
            (NODE_METRICS.group, NODE_METRICS.plural, ""): self._of_nodes,
            (POD_METRICS.group, POD_METRICS.plural, ""): self._of_pods,
        }

    def _of_pods(self, request: Request) -> Answer:
        now, namespace = self._identity.timestamp(), request.namespace
        if request.name:
            pod = self._pods.find(namespace, request.name)
            metrics = pod_metrics(pod, now) if pod is not None else None
            if metrics is None:
                raise not_found(POD_METRICS, f"{namespace}/{request.name}")
            return Answer(200, metrics)
        pods = self._pods.in_namespace(namespace) if namespace else self._pods
        measured = (pod_metrics(pod, now) for pod in pods)
        return self._listing(request, (metrics for metrics in measured if metrics is not None))

    def _of_nodes(self, request: Request) -> Answer:
        now = self._identity.timestamp()
        by_node: dict[str, list[Object]] = defaultdict(list)
        for pod in self._pods:
            by_node[pod["spec"].get("nodeName", "")].append(pod)
        if request.name:
            node = self._nodes.find("", request.name)
            if node is None:
                raise not_found(NODE_METRICS, request.name)
            return Answer(200, node_metrics(node, by_node[request.name], now))
        measured = (node_metrics(node, by_node[node["metadata"]["name"]], now) for node in self._nodes)
        return self._listing(request, measured)

    def _listing(self, request: Request, measured: Iterable[Object]) -> Answer:
        """Those that the request selects, in the order of lists. They have no revision: they are never stored."""
        served = self._resources.served(request.resource)
        assert served is not None  # noqa: S101 - the request was let through to here
        selected = selection(served, request)
        items = sorted(filter(selected.matches, measured), key=_key)
        return Answer(200, Listing(request.resource, items, ""))


def _key(value: Object) -> tuple[str, str]:
    return value["metadata"].get("namespace", ""), value["metadata"]["name"]

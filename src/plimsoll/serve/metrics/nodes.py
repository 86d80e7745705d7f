"""What a kubelet serves, by way of ``nodes/NAME/proxy``: metrics, usage, configuration, health, its pods."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from plimsoll.errors import ApiError
from plimsoll.kube.resources import NODES, PODS
from plimsoll.registry.refusals import not_found
from plimsoll.serve.metrics.exposition import CONTENT_TYPE, Family, Sample, render
from plimsoll.serve.metrics.kubelets import kubelet_configuration, kubelet_families
from plimsoll.serve.responses import Response, json_response, page_not_found, text_response
from plimsoll.simcluster.usage import container_usage, node_usage, pod_usage

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.serve.exchange import Exchange
    from plimsoll.simcluster.assembly import SimulatedCluster

NANO = 10**9
MILLI = 1000


class NodeProxy:
    """Answers for the kubelets of a cluster."""

    def __init__(self, cluster: SimulatedCluster) -> None:
        self._cluster = cluster
        self._pages: Mapping[str, Callable[[Object, list[Object]], Response]] = {
            "metrics": self._metrics,
            "metrics/resource": self._resource_metrics,
            "stats/summary": self._summary,
            "configz": self._configuration,
            "healthz": lambda _, __: text_response("ok"),
            "pods": self._pods,
        }

    def __call__(self, exchange: Exchange) -> Response:
        """Answer a request; ``ApiError`` 404 for nodes that are not there, 503 for those whose kubelet is not."""
        info = exchange.info
        name, _, port = info.name.partition(":")
        node = self._cluster.store.collection(NODES).find("", name)
        if node is None:
            raise not_found(NODES, name)
        kubelet = self._cluster.kubelets.get(name)
        if kubelet is None or (port and port != "10250"):
            message = f"error trying to reach service: dial tcp: connection refused to node {info.name}"
            raise ApiError(503, "ServiceUnavailable", message)
        page = self._pages.get(info.rest.strip("/"))
        if page is None:
            return page_not_found()
        pods = [pod for pod in self._cluster.store.collection(PODS) if pod["spec"].get("nodeName") == name]
        return page(node, pods)

    def _metrics(self, node: Object, pods: list[Object]) -> Response:
        kubelet = self._cluster.kubelets[node["metadata"]["name"]]
        running = [pod for pod in pods if pod["status"].get("phase") == "Running"]
        containers = sum(len(pod["spec"]["containers"]) for pod in running)
        families = [
            _gauge("kubelet_node_name", "The node's name.", 1, {"node": node["metadata"]["name"]}),
            _gauge("kubelet_running_pods", "Pods with a running sandbox.", len(running)),
            _gauge("kubelet_running_containers", "Containers.", containers, {"container_state": "running"}),
            _gauge("kubelet_desired_pods", "Pods that the API wants on the node.", len(pods), {"static": ""}),
            *kubelet_families(kubelet, self._cluster.profile),
            _gauge("kubelet_active_pods", "Pods that the kubelet works on.", kubelet.count_pods(), {"static": ""}),
        ]
        return Response(200, render(families), CONTENT_TYPE)

    def _resource_metrics(self, node: Object, pods: list[Object]) -> Response:
        used = node_usage(node, pods)
        families = [
            _gauge("node_memory_working_set_bytes", "Memory in use.", used.memory_bytes),
            _gauge(
                "node_cpu_usage_millicores", "CPU in use: simulated time has no counter of it.", used.cpu_millicores
            ),
            Family("container_memory_working_set_bytes", "gauge", "Memory in use.", list(_container_memory(pods))),
            Family("pod_memory_working_set_bytes", "gauge", "Memory in use.", list(_pod_memory(pods))),
            _gauge("resource_scrape_error", "1 if figures could not be had.", 0),
        ]
        return Response(200, render(families), CONTENT_TYPE)

    def _summary(self, node: Object, pods: list[Object]) -> Response:
        name = node["metadata"]["name"]
        return json_response(
            {
                "node": {"nodeName": name, **_stats(node_usage(node, pods))},
                "pods": [
                    {
                        "podRef": {key: pod["metadata"][key] for key in ("name", "namespace", "uid")},
                        "startTime": pod["status"].get("startTime"),
                        "containers": [
                            {"name": container["name"], **_stats(container_usage(pod, container))}
                            for container in pod["spec"]["containers"]
                        ],
                        **_stats(pod_usage(pod)),
                    }
                    for pod in pods
                    if pod["status"].get("phase") == "Running"
                ],
            }
        )

    def _configuration(self, _: Object, __: list[Object]) -> Response:
        return json_response({"kubeletconfig": kubelet_configuration(self._cluster.profile.kubelet)})

    @staticmethod
    def _pods(_: Object, pods: list[Object]) -> Response:
        return json_response({"kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": pods})


def _stats(usage: Any) -> dict[str, Any]:
    return {
        "cpu": {"usageNanoCores": round(usage.cpu_millicores * NANO / MILLI)},
        "memory": {"workingSetBytes": usage.memory_bytes, "usageBytes": usage.memory_bytes},
    }


def _gauge(name: str, description: str, value: float, labels: Mapping[str, str] | None = None) -> Family:
    return Family(name, "gauge", description, [Sample(value, labels or {})])


def _container_memory(pods: list[Object]) -> Iterator[Sample]:
    for pod in pods:
        for container in pod["spec"]["containers"]:
            labels = {"container": container["name"], **_pod_labels(pod)}
            yield Sample(container_usage(pod, container).memory_bytes, labels)


def _pod_memory(pods: list[Object]) -> Iterator[Sample]:
    return (Sample(pod_usage(pod).memory_bytes, _pod_labels(pod)) for pod in pods)


def _pod_labels(pod: Object) -> dict[str, str]:
    return {"namespace": pod["metadata"]["namespace"], "pod": pod["metadata"]["name"]}

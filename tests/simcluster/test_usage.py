from __future__ import annotations

from typing import Any

from plimsoll.kube.resources import Object
from plimsoll.simcluster.usage import node_metrics, pod_metrics, pod_usage

NOW = "2020-01-01T00:00:00Z"


def pod(annotations: dict[str, str] | None = None, phase: str = "Running", **requests: Any) -> Object:
    containers = [{"name": name, "resources": {"requests": requests}} for name in ("a", "b")]
    metadata = {"name": "p", "namespace": "ns", "annotations": annotations or {}}
    return {"metadata": metadata, "spec": {"containers": containers}, "status": {"phase": phase}}


def test_what_a_pod_says_it_uses_is_shared_out_among_its_containers() -> None:
    metrics = pod_metrics(pod({"kwok.x-k8s.io/usage-cpu": "1", "kwok.x-k8s.io/usage-memory": "64Mi"}), NOW)

    assert metrics is not None
    assert [one["usage"] for one in metrics["containers"]] == [{"cpu": "500000000n", "memory": "32768Ki"}] * 2


def test_a_pod_that_says_nothing_uses_half_of_what_it_requests() -> None:
    assert pod_usage(pod(cpu="1", memory="2Gi")) == (1000.0, 2 << 30)


def test_a_pod_that_does_not_run_uses_nothing_and_has_no_metrics() -> None:
    assert pod_usage(pod(phase="Pending", cpu="1")) == (0.0, 0)
    assert pod_metrics(pod(phase="Succeeded"), NOW) is None


def test_a_node_uses_what_its_pods_do_within_its_capacity() -> None:
    node = {"metadata": {"name": "n"}, "status": {"capacity": {"cpu": "1", "memory": "4Gi"}}}

    usage = node_metrics(node, [pod(cpu="1", memory="1Gi")] * 3, NOW)["usage"]

    assert usage == {"cpu": "1000000000n", "memory": f"{(512 + 3 * 1024) * 1024}Ki"}

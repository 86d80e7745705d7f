"""What people write with kr8s, in both of its ways: ``python kr8s_programs.py PROGRAM KUBECONFIG NAMESPACE``.

A process of its own, because kr8s leaves connections open, which would be an error in whatever test comes next.
"""

from __future__ import annotations

import asyncio
import sys
import time
import warnings
from typing import Any

import kr8s
import kr8s.asyncio
from kr8s.asyncio.objects import ConfigMap as AsyncConfigMap
from kr8s.asyncio.objects import Pod as AsyncPod
from kr8s.objects import Deployment, Namespace, Pod

CONTAINERS = [{"name": "box", "image": "registry.example/box:1"}]
PATIENCE_SECONDS = 30


def synchronous(kubeconfig: str, namespace: str) -> None:
    """Objects that are created, scaled, labelled, waited for, listed and deleted."""
    api = kr8s.api(kubeconfig=kubeconfig)
    assert api.version()["major"] == "1"
    assert {"pods", "deployments"} <= {resource["name"] for resource in api.api_resources()}
    Namespace({"metadata": {"name": namespace}}, api=api).create()
    labels = {"app": "web"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": CONTAINERS}}
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    deployment = Deployment({"metadata": {"name": "web", "namespace": namespace}, "spec": spec}, api=api)
    deployment.create()
    deployment.wait("condition=Available", timeout=PATIENCE_SECONDS)
    deployment.scale(3)
    _until(lambda: len(deployment.pods()) == 3 and deployment.ready())
    pods = list(api.get("pods", namespace=namespace, label_selector=labels))
    assert {pod.status.phase for pod in pods} == {"Running"}
    pod = Pod.get(pods[0].name, namespace, api=api)
    pod.annotate(note="x")
    assert Pod.get(pods[0].name, namespace, api=api).annotations["note"] == "x"
    deployment.label(tier="front")
    deployment.refresh()
    assert deployment.labels["tier"] == "front"
    deployment.delete(propagation_policy="Foreground")
    _until(lambda: not deployment.exists())


def asynchronous(kubeconfig: str, namespace: str) -> None:
    """A watch that sees a pod start, while other requests go on."""

    async def main() -> None:
        api = await kr8s.asyncio.api(kubeconfig=kubeconfig)
        namespaces = kr8s.asyncio.objects.Namespace
        await (await namespaces({"metadata": {"name": namespace}}, api=api)).create()
        metadata = {"name": "box", "namespace": namespace}
        pod = await AsyncPod({"metadata": metadata, "spec": {"containers": CONTAINERS}}, api=api)
        await pod.create()
        kinds = []
        async for kind, seen in api.watch("pods", namespace=namespace):
            kinds.append(kind)
            if seen.raw.get("status", {}).get("phase") == "Running":
                break
        assert kinds[0] == "ADDED"
        settings = await AsyncConfigMap({"metadata": metadata, "data": {"a": "1"}}, api=api)
        await asyncio.gather(pod.wait("condition=Ready", timeout=PATIENCE_SECONDS), settings.create())
        await settings.patch({"data": {"a": "2"}})
        await settings.refresh()
        assert settings.raw["data"] == {"a": "2"}
        await pod.delete(grace_period=0)

    asyncio.run(main())


def _until(condition: Any) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


if __name__ == "__main__":
    warnings.filterwarnings("ignore", message="Kubernetes version .* is not supported")  # newer than itself
    {"synchronous": synchronous, "asynchronous": asynchronous}[sys.argv[1]](sys.argv[2], sys.argv[3])

"""A kopf operator whose handlers write down in the objects' status that they were called; run by ``kopf run``.

It makes a ConfigMap for each Gizmo, and removes it by a finalizer that kopf keeps.
"""

from __future__ import annotations

from typing import Any

import kopf
from kubernetes import client, config


@kopf.on.startup()
def configure(settings: kopf.OperatorSettings, **_: Any) -> None:
    config.load_kube_config()
    settings.posting.loggers = True  # what it logs about an object becomes an event
    settings.persistence.finalizer = "kopf.example.com/finalizer"


@kopf.on.create("kopf.example.com", "v1", "gizmos")
def create(spec: Any, name: str, namespace: str, **_: Any) -> dict[str, Any]:
    """Its result becomes ``status.create``."""
    settings = client.V1ConfigMap(metadata=client.V1ObjectMeta(name=name), data={"size": str(spec["size"])})
    client.CoreV1Api().create_namespaced_config_map(namespace, settings)
    return {"size": spec["size"]}


@kopf.on.update("kopf.example.com", "v1", "gizmos", field="spec.size")
def resize(old: Any, new: Any, name: str, namespace: str, patch: kopf.Patch, **_: Any) -> None:
    client.CoreV1Api().patch_namespaced_config_map(name, namespace, {"data": {"size": str(new)}})
    patch.status["resized"] = f"{old} to {new}"


@kopf.timer("kopf.example.com", "v1", "gizmos", interval=0.5)
def tick(status: Any, patch: kopf.Patch, **_: Any) -> None:
    patch.status["ticks"] = status.get("ticks", 0) + 1


@kopf.on.delete("kopf.example.com", "v1", "gizmos")
def delete(name: str, namespace: str, **_: Any) -> None:
    client.CoreV1Api().delete_namespaced_config_map(name, namespace)


@kopf.on.event("", "v1", "pods", labels={"gizmo": kopf.PRESENT})
def pod_event(event: Any, name: str, namespace: str, labels: Any, **_: Any) -> None:
    """Write the phase of a pod into its gizmo."""
    phase = event["object"].get("status", {}).get("phase", "")
    client.CustomObjectsApi().patch_namespaced_custom_object_status(
        "kopf.example.com", "v1", namespace, "gizmos", labels["gizmo"], {"status": {"pod": phase}}
    )

"""Pods as an API shows them, from the few fields that matter to an observer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from plimsoll.kube.resources import Object

CREATING: Object = {"waiting": {"reason": "ContainerCreating"}}
STARTED: Object = {"running": {"startedAt": "2020-01-01T00:00:00Z"}}


def ended(exit_code: int) -> Object:
    return {"terminated": {"exitCode": exit_code}}


def pod(
    name: str = "a",
    *,
    phase: str = "Pending",
    containers: Sequence[Object] = (),
    ready: bool = False,
    node: str | None = None,
    deleting: bool = False,
    job: str = "job",
    uid: str | None = None,
    annotations: Mapping[str, str] | None = None,
    namespace: str = "ns",
) -> Object:
    metadata: dict[str, Any] = {
        "name": name,
        "namespace": namespace,
        "uid": uid or f"uid-{name}",
        "labels": {"plimsoll.dev/job": job},
        "annotations": dict(annotations or {}),
        "resourceVersion": "1",
    }
    if deleting:
        metadata["deletionTimestamp"] = "2020-01-01T00:00:00Z"
    return {
        "metadata": metadata,
        "spec": {"nodeName": node} if node else {},
        "status": {
            "phase": phase,
            "conditions": [{"type": "Ready", "status": str(ready)}],
            "containerStatuses": [{"state": state} for state in containers],
        },
    }


def running(name: str = "a", **fields: Any) -> Object:
    fields = {"phase": "Running", "containers": [STARTED], "ready": True, "node": "node-0", **fields}
    return pod(name, **fields)

"""A cluster as text, for the report of a test that failed: nodes, pods and the latest events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.kube.resources import EVENTS, NODES, PODS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plimsoll.kube.resources import Object
    from plimsoll.simcluster.assembly import SimulatedCluster

LINES = 20
"""Of each kind; a failure is read on a terminal."""


def picture(cluster: SimulatedCluster) -> str:
    """What is there at this moment."""
    return "\n".join(_lines(cluster))


def _lines(cluster: SimulatedCluster) -> Iterator[str]:
    collection = cluster.store.collection
    nodes, pods, events = list(collection(NODES)), list(collection(PODS)), list(collection(EVENTS))
    yield f"at {cluster.kernel.now:.1f} s: {len(nodes)} nodes, {len(pods)} pods, {len(events)} events"
    yield from _shortened([f"node {node['metadata']['name']}: {_readiness(node)}" for node in nodes])
    yield from _shortened([_pod_line(pod) for pod in pods])
    yield from (_event_line(event) for event in events[-LINES:])


def _shortened(lines: list[str]) -> list[str]:
    more = len(lines) - LINES
    return lines if more <= 0 else [*lines[:LINES], f"… and {more} more"]


def _readiness(value: Object) -> str:
    conditions = (value.get("status") or {}).get("conditions") or ()
    ready = next((entry for entry in conditions if entry["type"] == "Ready"), {"status": "Unknown"})
    return "Ready" if ready["status"] == "True" else f"not Ready ({ready.get('reason') or ready['status']})"


def _pod_line(pod: Object) -> str:
    metadata, spec, status = pod["metadata"], pod["spec"], pod.get("status") or {}
    deleting = ", being deleted" if metadata.get("deletionTimestamp") else ""
    where = spec.get("nodeName") or "no node"
    phase = status.get("phase", "Pending")
    return f"pod {metadata['namespace']}/{metadata['name']}: {phase}, {_readiness(pod)}, {where}{deleting}"


def _event_line(event: Object) -> str:
    about = event.get("involvedObject") or {}
    message = event.get("message", "").strip()
    return f"event {event.get('type')} {event.get('reason')} {about.get('kind')}/{about.get('name')}: {message:.160}"

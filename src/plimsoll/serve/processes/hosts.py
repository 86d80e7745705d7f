"""Names of services and the addresses of pods behind them, in a file: there is no DNS on this machine for them.

Programs that know of it read the file that ``PLIMSOLL_HOSTS`` names. Others can connect to addresses of pods, which are
addresses of this machine's loopback interface.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from plimsoll.kube.resources import Object


def hosts_lines(services: Iterable[Object], pods: Iterable[Object]) -> Iterator[str]:
    """A line for each ready pod of each service, as in ``/etc/hosts``."""
    by_namespace: dict[str, list[Object]] = {}
    for pod in pods:
        if _is_ready(pod):
            by_namespace.setdefault(pod["metadata"]["namespace"], []).append(pod)
    for service in services:
        metadata, selector = service["metadata"], service["spec"].get("selector")
        if not selector:
            continue
        name = f"{metadata['name']}.{metadata['namespace']}"
        for pod in by_namespace.get(metadata["namespace"], ()):
            if selector.items() <= pod["metadata"].get("labels", {}).items():
                yield f"{pod['status']['podIP']} {name}.svc.cluster.local {name}.svc {name}\n"


def _is_ready(pod: Object) -> bool:
    status = pod.get("status", {})
    if not status.get("podIP") or "deletionTimestamp" in pod["metadata"]:
        return False
    return any(each["type"] == "Ready" and each["status"] == "True" for each in status.get("conditions", ()))

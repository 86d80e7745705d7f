"""The namespaces and objects that ClusterBuster creates.

Every worker namespace has two config maps and, per deployment, its secrets and workers. Unless told otherwise there is
one namespace more, with a config map, a pod for which all others wait, and its service; the other namespaces have an
external name for that. Source: ``lib/clusterbuster/driver`` at 980451f, and the counts of its dry run.
"""

from __future__ import annotations

from typing import Any

from plimsoll.scenario.importers.clusterbuster.pace import own_pace
from plimsoll.scenario.importers.clusterbuster.pods import pod_template
from plimsoll.scenario.importers.clusterbuster.settings import Settings

Fields = dict[str, Any]

_SYNC_PORT = 7778


def parts(settings: Settings) -> Fields:
    """The fields of a job that say which namespaces there are and what they hold."""
    spread = {"count": settings.namespaces, "prefix": settings.base}
    if settings.boolean("createnamespacesonly"):
        return {"namespaces": spread}
    if not settings.synchronises:
        return _part(settings, spread, [])
    if settings.boolean("syncinfirstnamespace"):
        return _parts_with_sync_in_the_first(settings)
    name = f"{settings.base}-sync"
    apart = {
        "namespaces": {"names": [name]},
        "objects": [{"kind": "ConfigMap", "name": "system-configmap"}, *_sync_objects()],
    }
    return {"alongside": [apart], **_part(settings, spread, [_sync_alias(name)])}


def _parts_with_sync_in_the_first(settings: Settings) -> Fields:
    first, *others = (f"{settings.base}-{number}" for number in range(settings.namespaces))
    with_sync = _part(settings, {"names": [first]}, _sync_objects())
    if not others:
        return with_sync
    return {"alongside": [with_sync], **_part(settings, {"names": others}, [_sync_alias(first)])}


def _part(settings: Settings, namespaces: Fields, sync: list[Fields]) -> Fields:
    """Worker namespaces, each with everything in the order in which ClusterBuster creates it."""
    config_maps = [
        {"kind": "ConfigMap", "name": name, "once": True, **own_pace(settings, "configmaps")}
        for name in ("system-configmap", "user-configmap")
    ]
    secrets = [{"kind": "Secret", "count": settings.secrets, **own_pace(settings, "secrets")}]
    workers = _client_and_server(settings) if settings.is_client_server else _workers(settings)
    objects = [*config_maps, *(secrets if settings.secrets else []), *sync, *workers]
    return {"namespaces": namespaces, "copies": settings.deployments, "objects": objects}


def _sync_objects() -> list[Fields]:
    return [
        {"kind": "Service", "name": "sync-0", "selects": "sync", "port": _SYNC_PORT, "once": True},
        {"kind": "Pod", "name": "sync", "once": True, "pod": {"configMaps": ["system-configmap"]}},
    ]


def _sync_alias(namespace: str) -> Fields:
    host = f"sync-0.{namespace}.svc.cluster.local"
    return {"kind": "Service", "name": "sync-0", "once": True, "externalName": host}


def _workers(settings: Settings) -> list[Fields]:
    workers = _group(settings, settings.workload, settings.kind, pod_template(settings), settings.replicas)
    if not settings.drops_caches:
        return [workers]
    return [_group(settings, "drop-cache", "Pod", {}, settings.replicas), workers]


def _client_and_server(settings: Settings) -> list[Fields]:
    """One server, always a bare pod, and its clients; ``antiaffinity`` keeps them apart as ClusterBuster does."""
    server = {**pod_template(settings), "role": "server"}
    client = {**pod_template(settings), "role": "client", "server": "server"}
    if settings.boolean("antiaffinity"):
        server["antiAffinity"] = {"of": "*"}
        client["antiAffinity"] = {"of": "server"}
    headless = settings.boolean("headlessservices", default=True)
    return [
        {"kind": "Service", "name": "server", "headless": headless},
        _group(settings, "server", "Pod", server),
        _group(settings, "client", settings.kind, client, settings.replicas),
    ]


def _group(settings: Settings, name: str, kind: str, pod: Fields, count: int | None = None) -> Fields:
    group: Fields = {"kind": kind, "name": name, "pod": pod, **own_pace(settings, "deployments")}
    return group if count is None else {**group, "count": count}

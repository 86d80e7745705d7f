"""What a pod needs from its kubelet, read once per pod spec."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from plimsoll.kube.labels import EXCHANGE_ANNOTATION, ROLE_ANNOTATION, WORKLOAD_ANNOTATION
from plimsoll.kube.resources import Object

Reference = tuple[str, str]
"""An object of the pod's own namespace: resource (``secrets`` or ``configmaps``) and name."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """The data exchange that a client pod makes with a server behind a service: of all its clients together."""

    server: str
    bytes_per_second: float
    seconds: float | None
    total_bytes: float | None


@dataclass(frozen=True, slots=True, eq=False)
class PodNeeds:
    """A pod spec reduced to what the kubelet acts on; one for all pods of a template."""

    volumes: int
    mounted: tuple[Reference, ...]
    pull_secrets: tuple[Reference, ...]
    optional: frozenset[Reference]
    """Mounted objects that need not exist."""
    token: bool
    containers: int
    restarts: bool
    readiness_delay_seconds: float
    readiness_period_seconds: float

    @property
    def references(self) -> tuple[Reference, ...]:
        """Every object the pod refers to, each once."""
        return tuple(dict.fromkeys((*self.mounted, *self.pull_secrets)))


LARGEST_CACHE = 10_000
"""Templates whose needs are kept."""


class NeedsReader:
    """Reads needs from specs and keeps them per template.

    Pods of a template share their ``containers`` and ``volumes`` lists (see ``admission``), whose identities are the
    key; the lists are kept with the entry, so that no other object can take their place in memory.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], tuple[Any, Any, PodNeeds]] = {}

    def read(self, spec: Object) -> PodNeeds:
        """The needs of a pod with this spec."""
        containers, volumes = spec["containers"], spec["volumes"]
        key = (id(containers), id(volumes))
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= LARGEST_CACHE:
                self._known.clear()
            known = self._known[key] = (containers, volumes, _needs(spec))
        return known[2]


def read_exchange(pod: Object) -> Exchange | None:
    """The exchange that a pod's annotations describe, if it is a client."""
    annotations = pod["metadata"].get("annotations", {})
    if annotations.get(ROLE_ANNOTATION) != "client":
        return None
    text = annotations.get(EXCHANGE_ANNOTATION)
    if text is None:
        return None
    return _exchange(text)


@lru_cache(maxsize=1024)
def _exchange(text: str) -> Exchange:
    """The terms that a template's annotation states: read once for all its pods."""
    terms = json.loads(text)
    clients = terms.get("clients", 1)
    total = terms.get("bytes")
    rate = float(terms["bytesPerSecond"]) * clients
    return Exchange(terms["server"], rate, terms.get("seconds"), None if total is None else total * clients)


def read_work_seconds(pod: Object) -> float | None:
    """How long the program of a pod works, as its annotations say; None where it is no worker."""
    annotations = pod["metadata"].get("annotations", {})
    if annotations.get(ROLE_ANNOTATION) != "worker" or WORKLOAD_ANNOTATION not in annotations:
        return None
    return _work_seconds(annotations[WORKLOAD_ANNOTATION])


@lru_cache(maxsize=1024)
def _work_seconds(text: str) -> float:
    return float(json.loads(text)["seconds"])


def _needs(spec: Object) -> PodNeeds:
    sources = [source for volume in spec["volumes"] for source in _sources(volume)]
    mounted: dict[Reference, bool] = {}
    for reference, optional in filter(None, map(_mounted, sources)):
        mounted[reference] = mounted.get(reference, True) and optional
    delay, period = _readiness(spec["containers"])
    return PodNeeds(
        volumes=len(spec["volumes"]),
        mounted=tuple(mounted),
        pull_secrets=tuple(("secrets", secret["name"]) for secret in spec.get("imagePullSecrets", ())),
        optional=frozenset(reference for reference, optional in mounted.items() if optional),
        token=any("serviceAccountToken" in source for source in sources),
        containers=len(spec.get("initContainers", ())) + len(spec["containers"]),
        restarts=spec.get("restartPolicy", "Always") == "Always",
        readiness_delay_seconds=delay,
        readiness_period_seconds=period,
    )


def _sources(volume: Object) -> list[Object]:
    """What a volume is made of, as the sources of a projected volume are written."""
    if "secret" in volume:
        return [{"secret": {**volume["secret"], "name": volume["secret"]["secretName"]}}]
    if "configMap" in volume:
        return [{"configMap": volume["configMap"]}]
    sources: list[Object] = volume.get("projected", {}).get("sources", [])
    return sources


def _mounted(source: Object) -> tuple[Reference, bool] | None:
    """The object that a source needs, and whether the pod can do without."""
    for kind, resource in (("secret", "secrets"), ("configMap", "configmaps")):
        if kind in source:
            return (resource, source[kind]["name"]), source[kind].get("optional", False)
    return None


def _readiness(containers: list[Object]) -> tuple[float, float]:
    """Initial delay and period of the slowest readiness probe; a start-up probe's come before it."""
    return max(map(probe_seconds, containers), default=(0.0, 0.0))


def probe_seconds(container: Object) -> tuple[float, float]:
    """Initial delay and period until a container is ready: of its start-up probe and its readiness probe together."""
    delay = period = 0.0
    for probe in (container.get("startupProbe"), container.get("readinessProbe")):
        if probe is not None:
            delay += probe.get("initialDelaySeconds", 0)
            period += probe.get("periodSeconds", 10)
    return delay, period

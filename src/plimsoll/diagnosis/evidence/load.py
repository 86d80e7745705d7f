"""What was wanted of the cluster, by the user's own file, and how well the driver kept to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from plimsoll.kube.durations import parse_duration
from plimsoll.measurement.expectation import expectation

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence.clients import Clients, Requests
    from plimsoll.diagnosis.observable import Observable

DRIVER = "driver"


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase of the load, in seconds of the run's clock."""

    name: str
    started_seconds: float
    ended_seconds: float


@dataclass(frozen=True, slots=True)
class Load:
    """The load as wanted, and as it came."""

    pods: int
    """Wanted by the scenario; 0 where it does not tell."""
    exchange_bytes_per_second: float
    """That pods exchange if nothing stands in the way, both directions of all clients together."""
    rate_per_second: float | None
    """Objects a second that the pace allows; None where it sets no rate."""
    call_seconds: float
    """Time that each client process takes to start."""
    parallelism: int
    between_namespaces_seconds: float
    """A pause after each namespace's objects."""
    follows_shape: bool
    """The rate changes over time."""
    anti_affinity: bool
    """Pods require that others are on other nodes."""
    phases: tuple[Phase, ...]
    own_waits: Requests
    """Waits of the driver at its own client's limiter."""
    requests: Requests
    """What the driver asked of the API server."""


def read_load(archive: Observable, clients: Clients) -> Load:
    """Gather the load of a run."""
    pace: Mapping[str, Any] = (archive.scenario.get("load") or {}).get("pace") or {}
    rate = pace.get("ratePerSecond")
    wanted = expectation(archive.scenario)
    return Load(
        pods=wanted.pods,
        exchange_bytes_per_second=wanted.exchange_bytes_per_second,
        rate_per_second=None if rate is None else float(rate),
        call_seconds=parse_duration(pace.get("callSeconds") or 0),
        between_namespaces_seconds=parse_duration(pace.get("betweenNamespaces") or 0),
        follows_shape=bool(pace.get("shape")),
        parallelism=int(pace.get("parallelism") or 1),
        anti_affinity=any(_requires_distance(job) for job in (archive.scenario.get("load") or {}).get("jobs") or ()),
        phases=tuple(Phase(*row.values()) for row in archive.table("phases").to_pylist()),
        own_waits=clients.own_waits(DRIVER),
        requests=clients.requests(DRIVER),
    )


def _requires_distance(job: Mapping[str, Any]) -> bool:
    """Whether the pods of a job, or of what it creates alongside, keep others away."""
    parts = (job, *(job.get("alongside") or ()))
    pods = [group.get("pod") or {} for part in parts for group in part.get("objects") or ()]
    return any((pod.get("antiAffinity") or {}).get("mode") == "required" for pod in pods)

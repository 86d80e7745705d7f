"""Probes that fail because a pod's annotations say so, and when the kubelet then kills a container.

From pkg/kubelet/prober: a container is killed after ``failureThreshold`` failures in a row, ``periodSeconds`` apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from plimsoll.simcluster.kubelet.commands import duration_seconds

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object

ALIVE_ANNOTATION = "plimsoll.dev/alive"
"""``false``: liveness probes fail; a duration such as ``30s``: they do from so long after each start on."""

STARTED_ANNOTATION = "plimsoll.dev/started"
"""``false``: start-up probes fail."""

KILLED = 137
"""The exit code of a container that is killed (128 + SIGKILL)."""

_PERIOD_SECONDS, _THRESHOLD = 10.0, 3
"""pkg/apis/core/v1/defaults.go, SetDefaults_Probe."""


class ProbeFailure(NamedTuple):
    """A container will be killed so long after its start, by its probe of this kind."""

    kind: str
    first_seconds: float
    """When the first probe fails."""
    killed_seconds: float


def probe_failure(pod: Object, container: Object) -> ProbeFailure | None:
    """How the probes of a container will have it killed; None where they will not."""
    annotations = pod["metadata"].get("annotations") or {}
    startup, liveness = container.get("startupProbe"), container.get("livenessProbe")
    if startup and annotations.get(STARTED_ANNOTATION) == "false":
        return _failure("Startup", startup, 0.0)
    alive = annotations.get(ALIVE_ANNOTATION, "true")
    if not liveness or alive == "true":
        return None
    since = 0.0 if alive == "false" else duration_seconds(alive)
    return None if since is None else _failure("Liveness", liveness, since)


def _failure(kind: str, probe: Object, since_seconds: float) -> ProbeFailure:
    period = float(probe.get("periodSeconds") or _PERIOD_SECONDS)
    threshold = int(probe.get("failureThreshold") or _THRESHOLD)
    first = max(float(probe.get("initialDelaySeconds") or 0), since_seconds) + period
    return ProbeFailure(kind, first, first + period * (threshold - 1))

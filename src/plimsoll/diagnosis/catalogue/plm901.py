"""The driver does not keep to its pace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from plimsoll.diagnosis.finding import Effect, Fact, Finding, Plot, Remedy, Sighting, Threshold, everywhere

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence
    from plimsoll.diagnosis.evidence.load import Load

REACHED = Threshold("best rate of wanted", 0.8, "share", "some of a window goes to what comes between objects")
LONG_ENOUGH = Threshold("time that the load should take", 60, "s", "shorter ones are over before a rate can be told")
QUICK = Threshold("mean answer", 0.05, "s", "slower answers hold the driver back: then the cluster is the matter")


def _observe(evidence: Evidence) -> Sighting | None:
    load = evidence.load
    created = evidence.clients.requests("driver", "POST")
    if not _keeps_a_rate(load) or load.rate_per_second is None:
        return None
    if created.count < LONG_ENOUGH.value * load.rate_per_second * REACHED.value or created.mean_seconds > QUICK.value:
        return None
    best = float(np.max(created.rate.values, initial=0.0))
    if best >= REACHED.value * load.rate_per_second:
        return None
    return Sighting(
        cause=(
            f"The driver should create {load.rate_per_second:g} objects a second and created {best:.1f} at best, while the API "
            f"server answered within {1000 * created.mean_seconds:.0f} ms."
        ),
        confidence=0.8,
        evidence=(
            Fact("rate wanted", load.rate_per_second, "1/s", "the load"),
            Fact("best rate", best, "1/s", "audit log: POSTs of the driver"),
            Fact("mean answer", created.mean_seconds, "s", "apiserver_request_duration_seconds"),
        ),
        effect=Effect(load.pods, created.count / max(best, 1e-9) - created.count / load.rate_per_second),
        plot=Plot.of(created.rate, "Objects that the driver creates", "1/s", load.rate_per_second),
    )


def _keeps_a_rate(load: Load) -> bool:
    """Whether the load is one steady stream; pauses and processes that start have no rate to be compared with."""
    return not (load.call_seconds or load.between_namespaces_seconds or load.follows_shape)


FINDING = Finding(
    code="PLM901",
    name="driver-lag",
    claim="The driver is slower than its pace, so what was measured is the driver.",
    asks=("POSTs of the driver", "pace of the load"),
    thresholds=(REACHED, LONG_ENOUGH, QUICK),
    severity="warning",
    remedies=everywhere(
        Remedy("Let more clients create in parallel (pace.parallelism), or run the driver on a faster machine.")
    ),
    not_when="The load waits between its jobs for long.",
    measure_if_unsure="CPU of the driver's machine; rate of its POSTs in the audit log.",
    sources=("https://github.com/kubernetes/perf-tests/tree/master/clusterloader2",),
    observe=_observe,
    symptom_of=("PLM104",),
    background="A client that waits for each answer creates one object per round trip and client, however fast it should be.",
)

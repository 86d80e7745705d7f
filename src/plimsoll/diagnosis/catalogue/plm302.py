"""The API servers use all cores that they can have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.diagnosis.evidence.gauges import plateau
from plimsoll.diagnosis.finding import Effect, Fact, Finding, Plot, Remedy, Sighting, Threshold, everywhere

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence

UTILIZATION = "apiserver.utilization"
CORES, MASTERS, CORES_PER_MASTER, VIRTUAL = (
    "apiserver.cores",
    "masters.count",
    "masters.coresPerMaster",
    "masters.virtualMachines",
)

FULL = Threshold("utilisation", 0.9, "share", "from here on waiting is several times as long as serving")
LONG = Threshold("time at it", 120, "s", "longer than a burst of creations, or clients that come back after a restart")
MARGIN = Threshold("margin", 2, "x", "a saturated station does not show how much was wanted of it")
SIZES = ((5, 1), (10, 2), (100, 4), (250, 8), (500, 16), (100_000, 32))
"""Nodes up to which a master needs so many cores ("Building large clusters", kubernetes.io)."""


def _observe(evidence: Evidence) -> Sighting | None:
    steps = evidence.gauges.steps(UTILIZATION)
    if not steps.values.size:
        return None
    full = plateau(steps, FULL.value, 0.0, evidence.run_seconds)
    if full.seconds < LONG.value:
        return None
    requests = evidence.clients.requests()
    return Sighting(
        cause=(
            f"The API servers used {full.mean:.0%} of their cores for {full.seconds:,.0f} s; a request took "
            f"{requests.mean_seconds:.2g} s on average."
        ),
        confidence=0.9,
        evidence=(
            Fact.of(UTILIZATION, "mean while the cores were used up", full.mean),
            Fact("time in which they were", full.seconds, "s", "process_cpu_seconds_total"),
            Fact("mean answer time", requests.mean_seconds, "s", "apiserver_request_duration_seconds"),
        ),
        effect=Effect(len(evidence.pods), requests.mean_seconds),  # each pod waits for one such request at least
        plot=Plot.of(steps, "Cores of the API servers that are busy", "share", FULL.value),
    )


def _cores_per_master(evidence: Evidence) -> int | None:
    cores = evidence.gauges.setting(CORES_PER_MASTER)
    if not evidence.gauges.setting(MASTERS) or cores is None:
        return None
    nodes = len(evidence.pods.by_node)
    return max(round(MARGIN.value * cores), next(size for most, size in SIZES if nodes <= most))


def _cores(evidence: Evidence) -> int | None:
    cores = evidence.gauges.setting(CORES)
    return None if evidence.gauges.setting(MASTERS) or cores is None else round(MARGIN.value * cores)


def _bare(evidence: Evidence) -> bool | None:
    return False if evidence.gauges.setting(VIRTUAL) else None


FINDING = Finding(
    code="PLM302",
    name="api-server-out-of-cpu",
    claim="The API servers have no core left, so that every request waits.",
    asks=(UTILIZATION, f"config.{CORES}", f"config.{MASTERS}", f"config.{CORES_PER_MASTER}", f"config.{VIRTUAL}"),
    thresholds=(FULL, LONG, MARGIN),
    severity="error",
    remedies=everywhere(
        Remedy(
            "Give the API servers more cores: larger masters, bare metal instead of virtual machines, or more of them. Look "
            "first whether something makes needless requests.",
            {CORES_PER_MASTER: _cores_per_master, VIRTUAL: _bare, CORES: _cores},
        )
    ),
    not_when="A minute of full cores at a start of everything, or after a restart, is what cores are for.",
    measure_if_unsure=(
        "rate(process_cpu_seconds_total) of kube-apiserver against the machine's CPUs; a CPU profile of it "
        "(kubectl get --raw /debug/pprof/profile) tells TLS handshakes, encoding and garbage collection apart."
    ),
    sources=(
        "https://kubernetes.io/docs/setup/best-practices/cluster-large/",
        "OpenStack on Kubernetes with close to 1000 nodes (Mirantis, 2017)",
    ),
    observe=_observe,
    symptom_of=("PLM301", "PLM306"),
    background=(
        "Requests share the cores. Near full use the time of each grows as 1 / (1 - utilisation); beyond it clients that "
        "wait for answers before they go on are all that limits the load, and each gets its share of the cores. Two threads "
        "on one core do 15-30 % more than one, not twice as much: half of the CPUs that a machine shows busy is more than "
        "half of what it can do."
    ),
)

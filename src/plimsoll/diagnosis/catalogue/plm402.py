"""The scheduler shares a machine with an API server, and there are too few cores for both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.diagnosis.evidence.gauges import plateau
from plimsoll.diagnosis.finding import Effect, Fact, Finding, Plot, Remedy, Sighting, Threshold, everywhere

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence

UTILIZATION, CPUS, CYCLE = "masters.utilization", "masters.cpuCores", "scheduler.algorithmSeconds"
PLACEMENT = "masters.schedulerPlacement"
SCHEDULER, API_SERVER = "scheduler", "apiserver"

FULL = Threshold("utilisation of the machine", 0.95, "share", "threads wait for a CPU")
LONG = Threshold("time at it", 120, "s", "longer than a burst of creations")
CONTENDER = Threshold("CPUs of each of both", 1.0, "CPUs", "a process that uses less is not who takes them away")


def _observe(evidence: Evidence) -> Sighting | None:
    gauges = evidence.gauges
    if gauges.setting(PLACEMENT) or SCHEDULER in gauges.by_instance(UTILIZATION):
        return None  # a machine of its own
    plateaus = {
        machine: plateau(steps, FULL.value, 0.0, evidence.run_seconds)
        for machine, steps in gauges.by_instance(UTILIZATION).items()
    }
    machine = max(plateaus, key=lambda name: plateaus[name].seconds, default="")
    if not machine or plateaus[machine].seconds < LONG.value:
        return None
    full = plateaus[machine]
    end = full.began_seconds + full.seconds
    used = {
        name: gauges.steps(CPUS, name).within(full.began_seconds, end).mean(end) for name in (SCHEDULER, API_SERVER)
    }
    if min(used.values()) < CONTENDER.value:
        return None
    late = evidence.pods.late_to_schedule
    return Sighting(
        cause=(
            f"{machine} had no CPU left for {full.seconds:,.0f} s, in which scheduler and API servers used "
            f"{used[SCHEDULER]:.0f} and {used[API_SERVER]:.0f} CPUs; a scheduling cycle took {gauges.peak(CYCLE):.2g} s."
        ),
        confidence=0.8,
        evidence=(
            Fact.of(UTILIZATION, f"mean of {machine} while it was full", full.mean),
            Fact.of(CPUS, "CPUs of the scheduler in that time", used[SCHEDULER]),
            Fact.of(CPUS, "CPUs of the API servers in that time", used[API_SERVER]),
            Fact.of(CYCLE, "longest mean of a scheduling cycle", gauges.peak(CYCLE)),
        ),
        effect=Effect(pods=int(late.sum())),
        plot=Plot.of(gauges.steps(UTILIZATION, machine), f"CPUs of {machine} that are busy", "share", 1.0),
    )


FINDING = Finding(
    code="PLM402",
    name="scheduler-starved",
    claim="Scheduler and API server take the cores of a machine away from each other.",
    asks=(UTILIZATION, CPUS, CYCLE, f"config.{PLACEMENT}"),
    thresholds=(FULL, LONG, CONTENDER),
    severity="error",
    remedies=everywhere(
        Remedy("Run the scheduler on a node of its own, and no other replica of it elsewhere.", {PLACEMENT: "own"})
    ),
    not_when="The scheduler hardly works, or the machine is full of something else than these two.",
    measure_if_unsure=(
        "`top -H` on the master that holds the scheduler's lease; node_load1 against its CPUs; "
        "scheduler_scheduling_algorithm_duration_seconds before and after the move."
    ),
    sources=(
        "OpenStack on Kubernetes with close to 1000 nodes (Mirantis, 2017)",
        "https://docs.kernel.org/scheduler/sched-design-CFS.html",
    ),
    observe=_observe,
    symptom_of=("PLM301", "PLM302"),
    background=(
        "A scheduler's cycle uses 16 threads at once, and goes on from one pod to the next as long as any waits. Linux gives "
        "each runnable thread of a machine the same share of its CPUs, so that an API server with twenty busy threads and "
        "a scheduler with sixteen slow each other down as soon as there are fewer than 36 whole cores."
    ),
)

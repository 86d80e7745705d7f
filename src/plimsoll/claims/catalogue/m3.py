"""M3: a scheduler that shares a master with an API server, and one that does not."""

from plimsoll.claims.claim import Check, Claim

BEFORE, AFTER = "openstack/shared-masters-before", "openstack/shared-masters-after"

CLAIM = Claim(
    id="M3",
    title="Under a large load scheduler, controller manager and API server fight for the cores of a master",
    scenarios=(BEFORE, AFTER),
    checks=(
        Check(
            "Share of the first master's CPUs that is busy",
            "fight for CPU cycles",
            "",
            lambda runs: runs[BEFORE].metric("masters.utilization.max"),
            at_least=0.95,
            note="The API server has 26 of the 48 threads busy with reconnecting nodes and a deployment, the scheduler 16, and "
            "two threads on a core do little more than one.",
        ),
        Check(
            "A scheduling cycle beside an API server, as a multiple of one on a node of its own",
            "most resource-hungry",
            "x",
            lambda runs: (
                runs[BEFORE].metric("scheduler.algorithmSeconds.mean")
                / runs[AFTER].metric("scheduler.algorithmSeconds.mean")
            ),
            at_least=1.25,
            note="The article gives no number; a quarter longer is what one would notice.",
        ),
        Check(
            "Busiest machine with the scheduler on a node of its own",
            "moved to a separate node",
            "",
            lambda runs: runs[AFTER].metric("masters.utilization.max"),
            at_most=0.9,
        ),
    ),
)

"""F2: pods that request processors and memory."""

from plimsoll.claims.claim import NOT_PUBLISHED, Check, Claim, Measure

SWEEP = "future/f2-requests"
MEBIBYTE = 1024 * 1024


def _running(cpu: int, mebibytes: int) -> Measure:
    point = f"cpuRequestMillicores={cpu} memoryRequestBytes={mebibytes * MEBIBYTE}"
    return lambda runs: runs[f"{SWEEP} {point}"].metric("pods.running")


CLAIM = Claim(
    id="F2",
    title="2,000 pods on four nodes of 8 cores and 32 GiB request processors and memory",
    scenarios=(),
    sweeps=(SWEEP,),
    checks=tuple(
        Check(
            f"Pods Running that request {cpu} m and {mebibytes} MiB each",
            NOT_PUBLISHED,
            "pods",
            _running(cpu, mebibytes),
            note=note,
        )
        for cpu, mebibytes, note in (
            (16, 64, "500 pods of 16 m are the 8 cores of a node exactly, 512 of 64 MiB its 32 GiB."),
            (20, 64, ""),
            (16, 128, ""),
        )
    ),
)

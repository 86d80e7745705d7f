"""F3: pods with many secrets and config maps."""

from plimsoll.claims.claim import NOT_PUBLISHED, Check, Claim, Measure

SWEEP = "future/f3-config-maps-and-secrets"
POINTS = (("Cache", 10, 1), ("Cache", 50, 1), ("Watch", 50, 1), ("Watch", 50, 50))


def _measured(strategy: str, secrets: int, maps: int) -> Measure:
    counts = f"secretsPerNamespace={secrets} configMapsPerNamespace={maps}"
    point = f"kubelet.configMapAndSecretChangeDetectionStrategy={strategy} {counts}"
    return lambda runs: runs[f"{SWEEP} {point}"].metric("podRunning.p99")


CLAIM = Claim(
    id="F3",
    title="500 pods on two nodes, each with secrets and config maps of its own",
    scenarios=(),
    sweeps=(SWEEP,),
    checks=tuple(
        Check(
            f"Created to Running, {strategy}, {secrets} secrets and {maps} config maps per pod, 99 %",
            NOT_PUBLISHED,
            "s",
            _measured(strategy, secrets, maps),
            note="Of those that ran within ten minutes of the last one's creation."
            if (strategy, secrets) == ("Cache", 50)
            else "",
        )
        for strategy, secrets, maps in POINTS
    ),
)

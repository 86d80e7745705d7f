"""etcd is nearly full, or objects are too large for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.diagnosis.finding import Effect, Fact, Finding, Plot, Remedy, Sighting, Threshold, everywhere

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence

GIB = 1024**3
QUOTA = Threshold("size of the store", 2 * GIB, "bytes", "--quota-backend-bytes where nothing else is set")
NEAR = Threshold(
    "part of the quota", 0.8, "share", "etcd keeps old revisions for five minutes, and pages beside objects"
)
TOO_LARGE = 413
BYTES = "apiserver.storageBytes"
MESSAGE = r"etcdserver: (mvcc: database space exceeded|request is too large)|Request entity too large"


def _observe(evidence: Evidence) -> Sighting | None:
    lines = evidence.logs.matching(MESSAGE)
    refused = evidence.clients.requests(code=TOO_LARGE).count
    stored = evidence.gauges.peak(BYTES)
    if not lines and not refused and stored < NEAR.value * QUOTA.value:
        return None
    objects = evidence.gauges.highest("apiserver.storageObjects")
    most = max(objects, key=lambda resource: objects[resource], default="objects")
    return Sighting(
        cause=(
            f"etcd holds {stored / GIB:.1f} GiB of live objects, most of them {most}; {refused} requests were too large and "
            f"{len(lines)} log lines say that it refused to write."
        ),
        confidence=1.0 if lines or refused else 0.7,
        evidence=(
            Fact.of(BYTES, "size of the live objects", stored),
            Fact.of("apiserver.storageObjects", f"most live objects of a kind ({most})", objects.get(most, 0.0)),
            Fact("requests answered with 413", refused, "requests", "audit log"),
            Fact("log lines about it", len(lines), "lines", "log of the API server"),
        ),
        effect=Effect(evidence.pods.never_scheduled, evidence.run_seconds),
        plot=Plot.of(evidence.gauges.steps(BYTES), "Size of the live objects", "bytes", QUOTA.value),
    )


FINDING = Finding(
    code="PLM305",
    name="etcd-size",
    claim="The store of the API is near its quota, or refuses objects that are too large.",
    asks=(BYTES, "apiserver.storageObjects", "requests answered with 413", "log lines of etcd"),
    thresholds=(QUOTA, NEAR),
    severity="warning",
    remedies=everywhere(
        Remedy("Raise --quota-backend-bytes (8 GiB at most is suggested), defragment, and remove what nobody needs.")
    ),
    not_when="The quota has been raised already: compare with etcd_server_quota_backend_bytes.",
    measure_if_unsure="etcd_mvcc_db_total_size_in_use_in_bytes against etcd_server_quota_backend_bytes.",
    sources=("https://etcd.io/docs/v3.5/dev-guide/limit/", "https://etcd.io/docs/v3.5/op-guide/maintenance/"),
    observe=_observe,
    background="Beyond its quota etcd takes reads and deletions only, until it is defragmented and the alarm is disarmed.",
)

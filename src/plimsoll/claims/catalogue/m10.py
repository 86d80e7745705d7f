"""M10: a short retention keeps Prometheus quick, and the evidence is gone."""

from plimsoll.claims.claim import Check, Claim

BEFORE, AFTER = "openstack/monitoring-retention-before", "openstack/monitoring-retention-after"
DEFAULT = "openstack/monitoring-retention-default"

CLAIM = Claim(
    id="M10",
    title="Deleting Prometheus' old data keeps it quick and loses the evidence; a copy outside keeps both",
    scenarios=(BEFORE, AFTER, DEFAULT),
    checks=(
        Check(
            "Query over everything, 2 h kept / 12 h kept",
            "deleting old data will improve the API speed",
            "x",
            lambda runs: (
                runs[BEFORE].metric("monitoring.querySeconds.max") / runs[DEFAULT].metric("monitoring.querySeconds.max")
            ),
            at_most=0.5,
            note="A query's time is in proportion to the samples that it looks at.",
        ),
        Check(
            "Part of the run that can be asked about, before",
            "unavailable for post-run investigation",
            "%",
            lambda runs: 100 * runs[BEFORE].metric("monitoring.history.ratio"),
            at_most=20,
        ),
        Check(
            "Part of the run that can be asked about, after",
            "store old data for an extended amount of time",
            "%",
            lambda runs: 100 * runs[AFTER].metric("monitoring.history.ratio"),
            at_least=99,
        ),
    ),
)

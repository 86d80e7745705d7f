"""M9: live migrations that take the wrong network."""

from plimsoll.claims.claim import Check, Claim

BEFORE, AFTER = "openstack/live-migration-before", "openstack/live-migration-after"

CLAIM = Claim(
    id="M9",
    title="Live migrations fail with live_migration_uri, and work with live_migration_inbound_addr",
    scenarios=(BEFORE, AFTER),
    checks=(
        Check(
            "Migrations that fail, before",
            "live migrations fail",
            "%",
            lambda runs: 100 * runs[BEFORE].metric("migrations.failed.ratio"),
            at_least=100,
            at_most=100,
        ),
        Check(
            "Migrations that fail, after",
            "fixed",
            "%",
            lambda runs: 100 * runs[AFTER].metric("migrations.failed.ratio"),
            at_most=0,
        ),
        Check(
            "Duration of a migration of 8 GiB, half of them",
            "not published",
            "s",
            lambda runs: runs[AFTER].metric("migrations.seconds.p50"),
            at_least=7,
            at_most=20,
            note="8 GiB over 10 Gb/s take 7 s, and preparing the destination five more.",
        ),
    ),
)

"""M8: transactions on a Percona cluster that are rolled back, and not retried."""

from plimsoll.claims.claim import Check, Claim

BEFORE, AFTER = "openstack/database-deadlocks-before", "openstack/database-deadlocks-after"

CLAIM = Claim(
    id="M8",
    title="Parallel creates fail on Percona's deadlocks until oslo.db knows them and every caller retries",
    scenarios=(BEFORE, AFTER),
    checks=(
        Check(
            "Transactions that fail, before",
            "create operations of lots of resources were failing",
            "%",
            lambda runs: 100 * runs[BEFORE].metric("database.failed.ratio"),
            at_least=0.5,
            note="The article gives no number. Of a create's twenty transactions or so a quarter write the few rows of "
            "quotas here; at one failed transaction in a hundred every fifth create fails.",
        ),
        Check(
            "Transactions that fail, after",
            "fixed",
            "%",
            lambda runs: 100 * runs[AFTER].metric("database.failed.ratio"),
            at_most=0.01,
        ),
        Check(
            "Attempts rolled back after / before",
            "the restarts remain",
            "x",
            lambda runs: runs[AFTER].metric("database.conflicts") / runs[BEFORE].metric("database.conflicts"),
            at_least=0.9,
            at_most=1.5,
            note="The remedy prevents no conflict. There are some more, since retried attempts can meet others again.",
        ),
    ),
)

"""Transactions that the database cluster rolls back are not retried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.diagnosis.finding import Fact, Finding, Plot, Remedy, Sighting, Threshold, everywhere

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence

FAILED = Threshold(
    "transactions that fail",
    0.001,
    "share",
    "creating a server takes some twenty transactions, so that every fiftieth fails at this share",
)
LEAST = Threshold("failures", 5, "transactions", "fewer can come of a member that was restarted")

TRANSACTIONS, FAILURES = "database.transactions", "database.failed"
CERTIFICATION, BRUTE_FORCE = "database.certificationFailures", "database.bruteForceAborts"
UNKNOWN = r"DBAPIError exception wrapped from .*\b1213\b.*(WSREP detected|wsrep aborted)"
NOT_RETRIED = r"Unexpected exception in API method: DBDeadlock"
EXCEEDED = r"DB exceeded retry limit"


def _observe(evidence: Evidence) -> Sighting | None:
    failed, transactions = evidence.gauges.peak(FAILURES), evidence.gauges.peak(TRANSACTIONS)
    if failed < LEAST.value or failed < FAILED.value * transactions:
        return None
    unknown, not_retried = (len(evidence.logs.matching(pattern)) for pattern in (UNKNOWN, NOT_RETRIED))
    if not unknown + not_retried:
        return None  # they fail of something else
    conflicts = sum(sum(evidence.gauges.highest(series).values()) for series in (CERTIFICATION, BRUTE_FORCE))
    return Sighting(
        cause=(
            f"{failed:,.0f} of {transactions:,.0f} transactions fail for good: the database cluster rolls them back for "
            f"other members' writes, and {unknown:,} of these errors are unknown to oslo.db, {not_retried:,} are known and "
            "not retried."
        ),
        confidence=0.95 if conflicts else 0.8,
        evidence=(
            Fact.of(FAILURES, "transactions that failed for good", failed),
            Fact.of(CERTIFICATION, "transactions that members rolled back", conflicts),
            Fact("errors 1213 that oslo.db wrapped as DBError", unknown, "lines", "logs of the OpenStack services"),
            Fact("DBDeadlock as answer of an API", not_retried, "lines", "logs of the OpenStack services"),
        ),
        plot=Plot.of(evidence.gauges.steps("database.failedPerSecond"), "Transactions that fail", "1/s"),
    )


def _classify(evidence: Evidence) -> bool | None:
    return True if evidence.logs.matching(UNKNOWN) else None


def _retry(evidence: Evidence) -> int | None:
    return 1 if evidence.logs.matching(NOT_RETRIED) and not evidence.logs.matching(EXCEEDED) else None


def _write_to_one(evidence: Evidence) -> str | None:
    return "one" if evidence.logs.matching(EXCEEDED) else None


FINDING = Finding(
    code="PLM711",
    name="database-conflicts-not-retried",
    claim="Transactions that the Galera cluster rolls back are not tried again, so that what users asked for fails.",
    asks=(TRANSACTIONS, FAILURES, CERTIFICATION, BRUTE_FORCE, "errors in the logs of the OpenStack services"),
    thresholds=(FAILED, LEAST),
    severity="error",
    remedies=everywhere(
        Remedy(
            "Use an oslo.db that knows `WSREP detected deadlock/conflict` (Newton's, or later), decorate every caller with "
            "wrap_db_retry(retry_on_deadlock=True); where retries run out, let all services write to one member.",
            {
                "database.clientClassifies": _classify,
                "database.clientRetries": _retry,
                "database.writers": _write_to_one,
            },
        )
    ),
    not_when=(
        "Conflicts that are retried are how the cluster works: only failures count. Where all services write to one member "
        "there are no conflicts, and a deadlock is InnoDB's own."
    ),
    measure_if_unsure=(
        "The growth of wsrep_local_cert_failures and wsrep_local_bf_aborts of each member against the errors 500 of the "
        "services' APIs; grep the services' logs for 1213."
    ),
    sources=(
        "https://www.mirantis.com/blog/openstack-kubernetes-installation-1000-nodes/",
        "https://github.com/openstack/oslo.db/blob/master/oslo_db/sqlalchemy/exc_filters.py",
        "https://galeracluster.com/library/kb/multi-master-conflicts.html",
    ),
    observe=_observe,
    background=(
        "A Galera cluster takes writes on every member and compares them at COMMIT. Row locks are a member's own, and SELECT "
        "… FOR UPDATE locks nothing elsewhere; of two transactions that write the same row on different members at the same "
        "time, the one that is ordered later is rolled back with error 1213. Rows that everybody writes, such as a project's "
        "usage of its quota, make that frequent when much is created in parallel. The application is expected to try again. "
        "oslo.db recognises the error by its words, and Percona has words of its own."
    ),
)

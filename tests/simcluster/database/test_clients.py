from __future__ import annotations

from typing import Any

import pytest

from plimsoll.simcluster.database import DatabaseClients
from plimsoll.simcluster.database.wording import (
    DEADLOCK,
    LOCK_WAIT_TIMEOUT,
    WSREP_DEADLOCK,
    DatabaseError,
    is_db_deadlock,
)
from plimsoll.simcluster.demands import DatabaseTransactions
from plimsoll.simcluster.profile import load_profile
from tests.simcluster.appclusters import Bench


class Services:
    """Ten minutes of transactions on one row of a Percona cluster, fifteen a second."""

    def __init__(self, seed: int = 1, demand: DatabaseTransactions | None = None, **changes: Any) -> None:
        self.bench = Bench(seed)
        settings = load_profile("kargo").database.model_copy(update=changes)
        clients = DatabaseClients(
            self.bench.kernel, settings, self.bench.random, self.bench.telemetry, self.bench.gauges
        )
        clients.begin(demand or DatabaseTransactions(0.0, 600.0, per_second=15.0, hot_share=1.0))
        self.bench.kernel.run(700.0)

    def count(self, name: str) -> float:
        return float(self.bench.gauges.total(f"database.{name}"))

    def logs_with(self, text: str) -> int:
        return sum(text in line for line in self.bench.logs)


FIXED: dict[str, Any] = {"client_classifies": True, "client_retries": 1.0}


def test_old_oslo_db_does_not_know_perconas_words_for_a_deadlock() -> None:
    assert not is_db_deadlock(WSREP_DEADLOCK, knows_wsrep=False)
    assert is_db_deadlock(WSREP_DEADLOCK, knows_wsrep=True)


@pytest.mark.parametrize("error", [DEADLOCK, LOCK_WAIT_TIMEOUT])
def test_any_oslo_db_knows_innodbs_own(error: DatabaseError) -> None:
    assert is_db_deadlock(error, knows_wsrep=False)
    assert is_db_deadlock(error, knows_wsrep=True)


def test_another_error_is_no_deadlock() -> None:
    assert not is_db_deadlock(
        DatabaseError("OperationalError", 1047, "WSREP has not yet prepared node"), knows_wsrep=True
    )


def test_an_unknown_error_is_wrapped_and_never_retried() -> None:
    services = Services(client_retries=1.0)

    assert services.count("failed") == services.count("bruteForceAborts") > 100
    assert services.count("retries") == services.count("certificationFailures")
    assert services.logs_with("oslo_db.sqlalchemy.exc_filters DBAPIError exception wrapped from") == services.count(
        "failed"
    )
    assert services.logs_with("Unexpected exception in API method: DBError") == services.count("failed")


def test_what_is_classified_and_retried_does_not_fail() -> None:
    services = Services(**FIXED)

    assert services.count("failed") <= 0.001 * services.count("transactions")
    assert services.count("retries") > 500


def test_a_caller_without_the_decorator_fails_at_the_first_deadlock() -> None:
    services = Services(client_classifies=True, client_retries=0.5)
    conflicts = services.count("bruteForceAborts") + services.count("certificationFailures")

    assert services.logs_with("Unexpected exception in API method: DBDeadlock") == services.count("failed")
    assert services.count("failed") == pytest.approx(conflicts / 2, rel=0.25)


def test_mariadb_tells_every_abort_in_innodbs_words() -> None:
    services = Services(flavour="mariadb", client_classifies=False, client_retries=1.0)

    assert services.count("bruteForceAborts") > 100
    assert services.logs_with("WSREP") == 0
    assert services.count("failed") <= 0.001 * services.count("transactions")


def test_retrying_ends_after_as_many_retries_as_are_allowed() -> None:
    services = Services(max_retries=1, retry_interval_seconds=0.0, **FIXED)

    assert services.logs_with("DB exceeded retry limit.") == services.count("failed") > 0


def test_parallel_clients_go_on_when_they_have_their_answer() -> None:
    demand = DatabaseTransactions(0.0, 20.0, parallel=10, rows=1_000_000)
    services = Services(demand=demand, **FIXED)

    assert services.count("transactions") == pytest.approx(10 * 20 / (3 * 0.002 + 0.005), rel=0.05)
    assert services.count("failed") == 0


def test_a_preferred_row_is_fought_for_more() -> None:
    alike, skewed = (
        Services(
            demand=DatabaseTransactions(0.0, 200.0, per_second=40, hot_rows=10, hot_share=1.0, zipf_exponent=exponent),
            **FIXED,
        )
        for exponent in (0.0, 1.5)
    )

    assert skewed.count("retries") > 2 * alike.count("retries")


def test_the_same_seed_tells_the_same_story() -> None:
    assert Services(seed=5).bench.telemetry.logs == Services(seed=5).bench.telemetry.logs
    assert Services(seed=5).bench.telemetry.logs != Services(seed=6).bench.telemetry.logs


def test_transactions_end_when_the_demand_does() -> None:
    services = Services()

    assert services.count("transactions") == pytest.approx(15 * 600, rel=0.05)
    assert max(seconds for seconds, _, _ in services.bench.telemetry.logs) < 660

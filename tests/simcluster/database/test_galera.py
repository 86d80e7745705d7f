from __future__ import annotations

from collections import Counter
from math import isclose, sqrt
from typing import Any

import pytest

from plimsoll.simcluster.database import DatabaseClients
from plimsoll.simcluster.database.galera import Galera, Outcome, Row, conflict_probability
from plimsoll.simcluster.demands import DatabaseTransactions
from plimsoll.simcluster.profile import load_profile
from plimsoll.simcluster.settings import DatabaseSettings
from tests.simcluster.appclusters import Bench


def settings(**changes: Any) -> DatabaseSettings:
    return load_profile("kubernetes-1.36").database.model_copy(update={"client_retries": 0.0, **changes})


class Members:
    """Two members that a test sends transactions to by turns, with statements that take no time."""

    def __init__(self, **changes: Any) -> None:
        self.bench = Bench()
        self.galera = Galera(self.bench.kernel, settings(nodes=2, **changes), self.bench.random)
        self.galera.next_node = lambda: self.node  # type: ignore[method-assign]
        self.node = 0
        self.row = Row(2)
        self.ended: list[tuple[float, int, Outcome]] = []

    def write(self, at_seconds: float, node: int, row: Row | None = None, *, statements: int = 1) -> None:
        def begin() -> None:
            self.node = node
            self.galera.execute(row or self.row, statements, self.end)

        self.bench.kernel.at(at_seconds, begin)

    def end(self, outcome: Outcome, node: int) -> None:
        self.ended.append((round(self.bench.kernel.now, 6), node, outcome))

    def run(self) -> list[tuple[float, int, Outcome]]:
        self.bench.kernel.run(1000.0)
        return self.ended


def test_of_two_writes_at_once_on_two_members_the_one_ordered_first_wins() -> None:
    members = Members(statement_seconds=0.0, commit_seconds=1.0, apply_seconds=0.1)
    members.write(0.0, 0)
    members.write(0.5, 1)

    assert members.run() == [(1.0, 0, "committed"), (1.5, 1, "certificationFailure")]


def test_a_write_of_another_member_aborts_who_still_executes() -> None:
    members = Members(statement_seconds=0.1, commit_seconds=1.0, apply_seconds=0.1)
    members.write(0.0, 0, statements=0)
    members.write(0.5, 1, statements=1000)

    assert members.run() == [(1.0, 0, "committed"), (1.1, 1, "bruteForceAbort")]


def test_who_was_aborted_makes_way_for_who_waits_behind_it() -> None:
    members = Members(statement_seconds=0.1, commit_seconds=1.0, apply_seconds=0.1)
    members.write(0.0, 0, statements=0)
    members.write(0.5, 1, statements=1000)
    members.write(0.6, 1, statements=0)

    assert members.run()[2:] == [(2.1, 1, "committed")]


def test_a_write_that_was_applied_before_the_row_was_locked_harms_nobody() -> None:
    members = Members(statement_seconds=0.0, commit_seconds=1.0, apply_seconds=0.1)
    members.write(0.0, 0)
    members.write(1.2, 1)

    assert [outcome for _, _, outcome in members.run()] == ["committed", "committed"]


def test_a_write_that_is_ordered_and_not_yet_applied_is_not_known_to_who_locks_the_row() -> None:
    members = Members(statement_seconds=0.0, commit_seconds=1.0, apply_seconds=0.5)
    members.write(0.0, 0)
    members.write(1.2, 1)

    assert members.run()[1] == (2.2, 1, "certificationFailure")


def test_writes_of_one_member_wait_for_each_other_instead() -> None:
    members = Members(statement_seconds=0.0, commit_seconds=1.0)
    for _ in range(3):
        members.write(0.0, 0)

    assert members.run() == [(1.0, 0, "committed"), (2.0, 0, "committed"), (3.0, 0, "committed")]


def test_who_waits_too_long_for_a_lock_gives_up() -> None:
    members = Members(statement_seconds=0.0, commit_seconds=60.0)
    members.write(0.0, 0)
    members.write(1.0, 0)

    assert members.run() == [(51.0, 0, "lockWaitTimeout"), (60.0, 0, "committed")]


def test_writes_of_different_rows_never_meet() -> None:
    members = Members(statement_seconds=0.0, commit_seconds=1.0)
    members.write(0.0, 0, Row(2))
    members.write(0.0, 1, Row(2))

    assert {outcome for _, _, outcome in members.run()} == {"committed"}


@pytest.mark.parametrize(("nodes", "per_second"), [(2, 5.0), (3, 15.0), (5, 10.0)])
def test_as_many_transactions_are_lost_as_the_formula_says(nodes: int, per_second: float) -> None:
    outcomes = _outcomes(per_second, 1500.0, nodes=nodes)
    lost, all_ = outcomes["lost"], outcomes["all"]
    window = 3 * 0.002 + 0.005 + 0.005

    expected = conflict_probability(per_second * (1 - lost / all_), window, nodes)

    deviation = sqrt(expected * (1 - expected) / all_)
    assert abs(lost / all_ - expected) < 4 * deviation + 0.03 * expected


def test_nothing_is_lost_where_all_writes_go_to_one_member() -> None:
    assert _outcomes(20.0, 500.0, writers="one")["lost"] == 0


def test_transactions_that_are_only_counted_are_lost_as_often_as_those_that_are_followed() -> None:
    rows = 20
    followed = _outcomes(40.0, 1500.0, hot_rows=rows)
    counted = _outcomes(40.0, 1500.0, hot_share=0.0, rows=rows)

    assert isclose(followed["lost"] / followed["all"], counted["lost"] / counted["all"], rel_tol=0.15)
    assert counted["all"] == 40 * 1500


def _outcomes(
    per_second: float, seconds: float, *, hot_rows: int = 1, hot_share: float = 1.0, rows: int = 1000, **changes: Any
) -> Counter[str]:
    bench = Bench()
    clients = DatabaseClients(bench.kernel, settings(**changes), bench.random, bench.telemetry, bench.gauges)
    demand = DatabaseTransactions(
        0.0, seconds, per_second=per_second, hot_rows=hot_rows, hot_share=hot_share, rows=rows
    )
    clients.begin(demand)
    bench.kernel.run(seconds + 100)
    lost = bench.gauges.total("database.certificationFailures") + bench.gauges.total("database.bruteForceAborts")
    return Counter({"all": int(bench.gauges.value("database.transactions")), "lost": int(lost)})


def test_the_chance_of_a_conflict_grows_with_members_rate_and_time() -> None:
    assert conflict_probability(10, 0.01, 1) == 0
    assert conflict_probability(10, 0.01, 2) == pytest.approx(0.0488, abs=1e-4)
    assert conflict_probability(10, 0.01, 2) < conflict_probability(10, 0.01, 3) < conflict_probability(20, 0.01, 3)

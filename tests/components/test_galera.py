"""What the model of a Galera cluster says, asked of a real one: MariaDB with two members."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Iterator

import pytest

from plimsoll.simcluster.database.galera import conflict_probability
from plimsoll.simcluster.database.wording import DEADLOCK, DatabaseError, is_db_deadlock
from tests.components.galera import Member, Session, SqlError, cluster

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("galera")]

NODES = 2
WORKING_SECONDS = 8.0


@pytest.fixture(scope="module")
def members() -> Iterator[list[Member]]:
    with cluster(NODES) as started:
        session = started[0].session()
        session.execute("CREATE DATABASE nova")
        session.execute("CREATE TABLE nova.quota_usages (id INT PRIMARY KEY, in_use INT) ENGINE=InnoDB")
        session.execute("INSERT INTO nova.quota_usages VALUES (1, 0), (2, 0), (3, 0)")
        session.execute("SET SESSION wsrep_sync_wait = 1")
        yield started
        session.close()


@contextlib.contextmanager
def sessions(members: list[Member]) -> Iterator[list[Session]]:
    opened = [member.session() for member in members]
    for session in opened:
        session.execute("SET SESSION wsrep_sync_wait = 1")  # reads see what other members have committed
    yield opened
    for session in opened:
        session.close()


def conflicts(members: list[Member]) -> dict[str, int]:
    with sessions(members) as opened:
        return {
            name: sum(int(session.execute(f"SHOW STATUS LIKE '{name}'")[0].split("\t")[1]) for session in opened)
            for name in ("wsrep_local_cert_failures", "wsrep_local_bf_aborts")
        }


def test_the_later_of_two_writes_on_two_members_is_rolled_back_as_a_deadlock_and_a_retry_succeeds(
    members: list[Member],
) -> None:
    before = sum(conflicts(members).values())
    with sessions(members) as (first, second):
        first.execute("BEGIN")
        first.execute("UPDATE nova.quota_usages SET in_use = in_use + 1 WHERE id = 2")
        second.execute("UPDATE nova.quota_usages SET in_use = in_use + 10 WHERE id = 2")
        with pytest.raises(SqlError) as caught:
            first.execute("COMMIT")
        first.execute("BEGIN")
        first.execute("UPDATE nova.quota_usages SET in_use = in_use + 1 WHERE id = 2")
        first.execute("COMMIT")

        assert (caught.value.number, caught.value.state, caught.value.text) == (1213, "40001", DEADLOCK.text)
        assert is_db_deadlock(DatabaseError("InternalError", 1213, caught.value.text), knows_wsrep=False)
        assert second.execute("SELECT in_use FROM nova.quota_usages WHERE id = 2") == ["11"]
    assert before < sum(conflicts(members).values()) <= before + 2  # an abort at COMMIT counts as both


def test_writes_of_different_rows_on_two_members_do_not_meet(members: list[Member]) -> None:
    before = conflicts(members)
    with sessions(members) as (first, second):
        first.execute("BEGIN")
        first.execute("UPDATE nova.quota_usages SET in_use = in_use + 1 WHERE id = 2")
        second.execute("UPDATE nova.quota_usages SET in_use = in_use + 1 WHERE id = 3")
        first.execute("COMMIT")

    assert conflicts(members) == before


class Client(threading.Thread):
    """Writes the same row as all others, again and again, with pauses of random length."""

    def __init__(self, session: Session, seed: int) -> None:
        super().__init__()
        self._session = session
        self._random = random.Random(seed)
        self.windows_seconds: list[float] = []
        self.lost = 0

    def run(self) -> None:
        end = time.monotonic() + WORKING_SECONDS
        while time.monotonic() < end:
            time.sleep(self._random.expovariate(3.0))
            try:
                self._write()
            except SqlError as error:
                assert error.number == 1213  # noqa: PT017  in a thread
                self.lost += 1
                self._session.execute("ROLLBACK")

    def _write(self) -> None:
        self._session.execute("BEGIN")
        self._session.execute("UPDATE nova.quota_usages SET in_use = in_use + 1 WHERE id = 1")
        locked = time.monotonic()
        self._session.execute("DO SLEEP(0.03)")
        self._session.execute("COMMIT")
        self.windows_seconds.append(time.monotonic() - locked)


def test_about_as_many_are_lost_as_the_formula_says(members: list[Member]) -> None:
    before = sum(conflicts(members).values())
    with sessions([*members, *members, *members]) as opened:
        clients = [Client(session, seed) for seed, session in enumerate(opened)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        in_use = int(opened[0].execute("SELECT in_use FROM nova.quota_usages WHERE id = 1")[0])
    windows = [seconds for client in clients for seconds in client.windows_seconds]
    lost = sum(client.lost for client in clients)
    measured = lost / (lost + len(windows))

    expected = conflict_probability(len(windows) / WORKING_SECONDS, sum(windows) / len(windows), NODES)

    assert in_use == len(windows)
    assert 0.5 * expected < measured < 2 * expected, (measured, expected, lost, len(windows))
    assert lost <= sum(conflicts(members).values()) - before <= 2 * lost

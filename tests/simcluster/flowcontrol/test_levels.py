"""Priority levels: seats, isolation, queues that are bounded in length and time, borrowing."""

from __future__ import annotations

from functools import partial
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.kernel import Kernel
from plimsoll.simcluster.apiserver import NO_SEAT, ApiServer, Refusal
from plimsoll.simcluster.flowcontrol import PriorityLevel, PriorityLevels
from plimsoll.simcluster.profile import load_profile

HOLD_SECONDS = 1.0


class Desk:
    """An API server with priority levels, at which every request takes a second and no core."""

    def __init__(self, seats: int = 600, objects: int = 0) -> None:
        self.kernel = Kernel()
        self.levels = PriorityLevels(self.kernel, seats, lambda _: objects)
        hold = {"etcd_read_seconds": HOLD_SECONDS, "etcd_write_seconds": HOLD_SECONDS}
        free = load_profile("ideal").apiserver.model_copy(update={"flow_control": "priorityAndFairness", **hold})
        self.server = ApiServer(free, lambda: 1.0, levels=self.levels)
        self.answered: list[tuple[float, str]] = []
        self.turned_away: list[tuple[float, str]] = []

    def ask(self, role: str, count: int, verb: str = "GET", resource: str = "configmaps") -> None:
        """Ask ``count`` times at the same moment, as one client."""
        cost = self.server.cost(verb, resource, role, "node-1")
        for _ in range(count):
            finish = self.server.admit(self.kernel.now, cost)
            if isinstance(finish, float):
                self.answered.append((finish, role))
            else:
                assert finish is NO_SEAT
                if not self.server.queue(cost, 1, partial(self._served, role), partial(self._refused, role)):
                    self._refused(role)

    def level(self, name: str) -> PriorityLevel:
        return self.levels.by_name[name]

    def _served(self, role: str, finish: float) -> None:
        self.answered.append((finish, role))

    def _refused(self, role: str, refusal: Refusal | None = None) -> None:
        self.turned_away.append((self.kernel.now, role))


def test_a_level_has_its_shares_of_600_seats() -> None:
    levels = PriorityLevels(Kernel(), 600, lambda _: 0).by_name

    assert {name: level.nominal for name, level in levels.items()} == {
        "leader-election": 25,
        "node-high": 98,
        "system": 74,
        "workload-high": 98,
        "workload-low": 245,
        "global-default": 49,
        "catch-all": 13,
    }


def test_who_finds_a_seat_does_not_wait_and_the_next_waits_until_one_is_free() -> None:
    desk = Desk()
    desk.ask("nova", 246)
    desk.kernel.run(5.0)

    assert [finish for finish, _ in desk.answered] == [1.0] * 245 + [2.0]


def test_a_flood_of_a_service_account_does_not_hold_up_node_leases() -> None:
    desk = Desk()
    desk.ask("nova", 500)
    desk.ask("kubelet-heartbeat", 50, "PUT", "leases")

    leases = [finish for finish, role in desk.answered if role == "kubelet-heartbeat"]
    assert leases == [1.0] * 50


def test_a_flow_waits_less_behind_the_flood_of_another_than_first_come_first_served_would_let_it() -> None:
    desk = Desk(seats=10)  # five for workload-low
    desk.ask("nova", 300)
    desk.ask("quiet", 1)
    desk.kernel.run(60.0)

    assert next(finish for finish, role in desk.answered if role == "quiet") < 10.0


def test_a_flow_is_refused_when_its_six_queues_of_fifty_are_full() -> None:
    desk = Desk()
    desk.ask("nova", 245 + 300 + 7)

    assert len(desk.turned_away) == desk.level("workload-low").rejected == 7
    assert desk.level("workload-low").waiting == 300


def test_who_has_waited_for_fifteen_seconds_is_refused() -> None:
    desk = Desk(seats=6)  # three for workload-low, and three more that others can lend it at most
    desk.ask("nova", 300)
    desk.kernel.run(14.0)
    assert desk.turned_away == []
    desk.kernel.run(40.0)

    assert desk.turned_away
    assert {second for second, _ in desk.turned_away} == {15.0}
    assert len(desk.answered) + len(desk.turned_away) == 300
    assert desk.level("workload-low").waiting == 0


def test_the_level_of_last_resort_has_no_queues() -> None:
    desk = Desk()
    level = desk.level("catch-all")

    assert not level.wait("anybody", 1, lambda: None, lambda: None)
    assert level.rejected == 1


def test_a_level_that_is_short_borrows_what_others_do_not_need() -> None:
    desk = Desk()
    for second in range(40):
        desk.kernel.at(float(second), desk.ask, "nova", 320)
    desk.kernel.run(35.0)

    lendable = ceil(98 * 0.25) + 24 + 49 + 24  # node-high, system, workload-high, global-default
    assert 245 < desk.level("workload-low").limit <= 245 + lendable
    assert desk.level("node-high").limit >= 98 - 25
    assert desk.level("leader-election").limit == 25


def test_what_is_lent_comes_back_when_the_lender_is_short() -> None:
    desk = Desk()
    for second in range(40):
        desk.kernel.at(float(second), desk.ask, "nova", 320)
        if second >= 20:
            desk.kernel.at(float(second), desk.ask, "kubelet-heartbeat", 120, "PUT", "leases")
    desk.kernel.run(35.0)

    assert desk.level("node-high").limit >= 98


@settings(max_examples=20)
@given(st.lists(st.tuples(st.sampled_from(["nova", "kubelet", "scheduler"]), st.integers(1, 400)), max_size=30))
def test_seats_are_neither_made_nor_lost_by_lending_and_every_request_has_an_end(asks: list[tuple[str, int]]) -> None:
    desk = Desk()
    all_seats = sum(level.nominal for level in desk.levels.by_name.values())
    for second, (role, count) in enumerate(asks):
        desk.kernel.at(float(second) * 0.7, desk.ask, role, count)
    for _ in range(60):
        desk.kernel.run(desk.kernel.now + 1.0)
        levels = desk.levels.by_name.values()
        assert sum(level.limit for level in levels) <= all_seats
        assert all(level.limit >= level.nominal - level.lendable for level in levels)

    assert len(desk.answered) + len(desk.turned_away) == sum(count for _, count in asks)


@pytest.mark.parametrize(("objects", "seats"), [(50, 1), (450, 5), (100_000, 10)])
def test_a_list_takes_a_seat_for_each_hundred_objects_up_to_ten(objects: int, seats: int) -> None:
    desk = Desk(objects=objects)
    desk.ask("nova", 1, "LIST", "pods")

    assert desk.level("workload-low").in_use(0.5) == seats


def test_a_list_takes_no_more_than_fifteen_per_cent_of_its_level() -> None:
    desk = Desk(objects=100_000)
    desk.ask("system:anybody", 1, "LIST", "pods")

    assert desk.level("global-default").in_use(0.5) == ceil(0.15 * 49)


def test_a_write_that_every_node_watches_keeps_seats_beyond_its_answer() -> None:
    desk = Desk(objects=900)  # nodes: 90 times 5 ms of seat time, over ten seats
    desk.ask("endpoint-slice-controller", 1, "PUT", "endpointslices")
    level = desk.level("workload-high")

    assert [finish for finish, _ in desk.answered] == [1.0]
    assert (level.in_use(1.044), level.in_use(1.046)) == (10, 0)


def test_steady_requests_take_seats_of_their_level() -> None:
    desk = Desk()
    level = desk.level("node-high")
    desk.levels.occupy([(level, 3.4), (level, 1.2), (None, 100.0)])

    assert level.in_use(0.0) == 5
    assert level.room == 93

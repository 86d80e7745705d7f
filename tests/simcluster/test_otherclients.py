"""Requests of clients that are not simulated but for them."""

from __future__ import annotations

from typing import Any

import pytest

from plimsoll.simcluster.assembly import SimulatedCluster, assemble
from plimsoll.simcluster.demands import ApiRequests
from plimsoll.simcluster.faults import ApiErrors, Fault
from plimsoll.simcluster.nodes import NodeShape
from plimsoll.simcluster.profile import load_profile
from tests.simcluster.controlplane import Recorder

SLOTS = {"apiserver.flowControl": "maxInFlight"}


def run(
    demand: ApiRequests,
    seconds: float = 100.0,
    settings: dict[str, Any] | None = None,
    faults: tuple[Fault, ...] = (),
    profile: str = "kubernetes-1.36",
) -> tuple[SimulatedCluster, Recorder]:
    telemetry = Recorder()
    shapes = [NodeShape("node-0", 8_000, 1 << 35, 1e10)]
    made = assemble(load_profile(profile, settings), shapes, 1, telemetry, faults, (demand,))
    made.kernel.run(seconds)
    made.sampler.sample()
    return made, telemetry


def answers(telemetry: Recorder, client: str = "nova") -> dict[int, int]:
    found: dict[int, int] = {}
    for row in telemetry.rows:
        if row.client == client and row.measure == "latency":
            found[row.code] = found.get(row.code, 0) + row.count
    return found


def test_requests_that_hold_few_slots_are_added_up_for_as_long_as_they_are_made() -> None:
    _, telemetry = run(ApiRequests(10.0, 50.0, 1000.0, "nova"))

    assert answers(telemetry)[200] == pytest.approx(50_000, rel=0.03)


def test_requests_use_the_cores_whether_they_are_added_up_or_not() -> None:
    few, many = (
        run(ApiRequests(0.0, None, 1000.0, "nova"), 30.0, {**SLOTS, "apiserver.maxReadsInFlight": limit})[1]
        for limit in (4000, 20)
    )
    used = [
        [value for _, name, _, value in telemetry.samples if name == "apiserver.utilization"][-1]
        for telemetry in (few, many)
    ]

    assert used[0] == pytest.approx(0.1, rel=0.05)
    assert used[1] == pytest.approx(used[0], rel=0.1)


def test_requests_beyond_the_in_flight_limit_are_refused_and_tried_again() -> None:
    _, telemetry = run(ApiRequests(0.0, None, 2000.0, "nova"), 10.0, {**SLOTS, "apiserver.maxReadsInFlight": 6})

    assert answers(telemetry)[429] > 1000


def test_a_rate_that_the_slots_can_take_is_hardly_refused() -> None:
    # 1000/s x 3.3 ms are 3.3 of 20 slots, more than are only added up
    _, telemetry = run(ApiRequests(0.0, None, 1000.0, "nova"), 30.0, {**SLOTS, "apiserver.maxReadsInFlight": 20})
    found = answers(telemetry)

    assert found[200] == pytest.approx(30_000, rel=0.05)
    assert found.get(429, 0) < 30


def test_they_meet_errors_like_any_client() -> None:
    _, telemetry = run(ApiRequests(0.0, None, 500.0, "nova"), 60.0, faults=(ApiErrors(10.0, 20.0, 0.5, 500),))

    assert answers(telemetry)[500] > 2000


def test_watches_have_no_slots_to_hold() -> None:
    _, telemetry = run(ApiRequests(0.0, 10.0, 50.0, "nova", "WATCH", "pods"))

    assert answers(telemetry) == {200: pytest.approx(500, rel=0.05)}


def test_retries_of_a_demand_far_above_the_slots_do_not_run_away() -> None:
    demand = ApiRequests(0.0, None, 1_000_000.0, "nova")
    _, telemetry = run(demand, 20.0, {"apiserver.maxReadsInFlight": 200}, profile="kubernetes-1.6")
    found = answers(telemetry)

    assert found[200] > 10_000
    assert 20_000 < found[429] <= 21 * 64 * 200  # each worker at most once a second


def test_a_worker_gives_up_after_ten_retries_and_takes_the_next_request() -> None:
    _, telemetry = run(ApiRequests(0.0, None, 100.0, "nova"), 60.0, faults=(ApiErrors(10.0, 40.0, 1.0, 429),))
    found = answers(telemetry)

    assert found[429] == pytest.approx(40 * 100, rel=0.1)  # a hundred workers, each once in a second
    assert found[200] == pytest.approx(20 * 100, rel=0.2)


def test_few_slots_bound_the_workers_and_a_batch_is_part_of_them() -> None:
    cluster, _ = run(ApiRequests(0.0, None, 3.0, "nova"), 30.0, {"apiserver.maxReadsInFlight": 1})

    assert cluster.server.refused < 90

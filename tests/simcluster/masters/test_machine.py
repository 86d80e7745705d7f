"""An API server's threads and its neighbours on one machine."""

from __future__ import annotations

from random import Random

import pytest

from plimsoll.kernel import Kernel
from plimsoll.simcluster.masters.capacity import Capacity
from plimsoll.simcluster.masters.machine import Machine
from plimsoll.simcluster.masters.neighbour import Neighbour


def machine(cores: float = 8, **more: float) -> Machine:
    return Machine("master-0", Capacity(cores, more.pop("cpus", cores), **more))


def test_a_request_on_an_idle_machine_takes_its_service_time() -> None:
    assert machine().serve(5.0, 0.02) == pytest.approx(5.02)


def test_requests_beyond_the_threads_wait_in_order() -> None:
    station = machine(2)

    assert [station.serve(0.0, 1.0) for _ in range(5)] == pytest.approx([1, 1, 2, 2, 3])


def test_requests_take_longer_beside_a_neighbour_that_wants_the_same_cores() -> None:
    station = machine(8)
    station.bursting = 16

    assert station.serve(0.0, 1.0) == pytest.approx(17 / 8)


def test_steady_work_keeps_threads_busy_and_delays_requests() -> None:
    station = machine(8)
    station.keep_busy(6.0, slowdown=1.5)

    assert station.steady_cpus == pytest.approx(6.0)
    assert station.serve(0.0, 1.0) == pytest.approx(1.5)
    assert station.serve(0.0, 1.0) == pytest.approx(1.5)
    assert station.serve(0.0, 1.0) > 2.0


def test_a_station_never_does_more_than_its_cores_can() -> None:
    station, random, now = machine(4), Random(3), 0.0
    last = 0.0
    for _ in range(5_000):
        now += random.expovariate(10.0)
        last = max(last, station.serve(now, random.expovariate(2.0)))  # five cores' worth of work for four

    assert station.request_cpu_seconds / last == pytest.approx(4.0, rel=0.05)


def test_steady_work_that_goes_leaves_its_threads_to_requests() -> None:
    station = machine(4)
    station.keep_busy(3.0, slowdown=1.0)
    station.keep_busy(0.0, slowdown=1.0)

    assert [station.serve(0.0, 1.0) for _ in range(4)] == pytest.approx([1, 1, 1, 1])


def test_a_burst_alone_on_a_machine_takes_its_time() -> None:
    kernel, done = Kernel(), []
    Neighbour(kernel, machine(16), 16, alone=True).compute(2.5, lambda: done.append(kernel.now))
    kernel.run(100)

    assert done == [2.5]


def test_a_burst_of_more_threads_than_cores_takes_that_much_longer() -> None:
    kernel, done = Kernel(), []
    Neighbour(kernel, machine(8), 16, alone=False).compute(1.0, lambda: done.append(kernel.now))
    kernel.run(100)

    assert done == [pytest.approx(2.0)]


def test_a_long_burst_slows_down_when_the_api_server_becomes_busy_and_recovers() -> None:
    kernel, shared, done = Kernel(), machine(16), []
    Neighbour(kernel, shared, 16, alone=False).compute(4.0, lambda: done.append(kernel.now))
    kernel.at(1.0, shared.keep_busy, 8.0, 1.0)
    kernel.at(3.0, shared.keep_busy, 0.0, 1.0)
    kernel.run(100)

    # 8 threads beside 16 on 16 cores: everybody runs at two thirds for two seconds
    assert done == [pytest.approx(4 + 2 / 3)]
    assert shared.bursting == 0.0

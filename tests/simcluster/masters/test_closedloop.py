"""Steady load on a station, held against queueing theory."""

from __future__ import annotations

from math import factorial, inf

import pytest

from plimsoll.simcluster.masters.closedloop import MOST_OPEN, Loop, settle, slowdown


@pytest.mark.parametrize("utilization", [0.0, 0.3, 0.5, 0.9, 0.99])
def test_one_server_slows_down_as_processor_sharing_does(utilization: float) -> None:
    assert slowdown(1, utilization) == pytest.approx(1 / (1 - utilization))


@pytest.mark.parametrize("servers", [2, 8, 48])
@pytest.mark.parametrize("utilization", [0.5, 0.8, 0.95])
def test_several_servers_slow_down_as_erlang_s_formula_says(servers: int, utilization: float) -> None:
    load = servers * utilization
    waiting = load**servers / factorial(servers) / (1 - utilization)
    delayed = waiting / (sum(load**k / factorial(k) for k in range(servers)) + waiting)

    assert slowdown(servers, utilization) == pytest.approx(1 + delayed / (servers * (1 - utilization)), rel=0.06)


def test_a_full_station_never_gets_done() -> None:
    assert slowdown(4, 1.0) == inf


def test_a_loop_that_hardly_loads_the_station_turns_at_its_own_pace() -> None:
    steady = settle(0.0, [Loop(100, think_seconds=10, cpu_seconds=0.001)], servers=8, speed=1.0)

    assert list(steady.rates) == pytest.approx([100 / 10.001])
    assert steady.slowdown == pytest.approx(1.0)


@pytest.mark.parametrize("sources", [5_000, 50_000])
def test_a_loop_that_asks_for_too_much_comes_to_the_fluid_limit(sources: int) -> None:
    """The station works at its capacity; a source waits for sources / capacity less its thinking."""
    loop = Loop(sources, think_seconds=3, cpu_seconds=0.025)
    steady = settle(0.0, [loop], servers=16, speed=0.5)

    assert steady.work == pytest.approx(8.0, rel=0.01)
    waiting = loop.cpu_seconds / 0.5 * steady.slowdown
    assert waiting == pytest.approx(sources / (8.0 / 0.025) - 3, rel=0.01)


def test_two_loops_that_ask_for_too_much_are_served_alike() -> None:
    loops = [Loop(3_000, think_seconds=3, cpu_seconds=0.03), Loop(3_000, think_seconds=3, cpu_seconds=0.03)]
    steady = settle(1.0, loops, servers=10, speed=1.0)

    assert steady.rates[0] == steady.rates[1]
    assert sum(steady.rates) * 0.03 == pytest.approx(9.0, rel=0.01)


def test_open_load_beyond_a_station_is_left_undone() -> None:
    assert settle(100.0, [], servers=10, speed=1.0).work == pytest.approx(MOST_OPEN * 10)

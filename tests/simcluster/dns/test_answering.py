from __future__ import annotations

from typing import Any

import pytest

from plimsoll.simcluster.dns.answering import ServerState, Upstream, steady_state
from plimsoll.simcluster.dns.caching import Asked
from plimsoll.simcluster.dns.queueing import erlang_b
from plimsoll.simcluster.dns.searchpath import Try
from plimsoll.simcluster.profile import load_profile

SERVICE, NO_SERVICE = Try("cluster", exists=True), Try("cluster", exists=False)
OUTSIDE, NOTHING_OUTSIDE = Try("upstream", exists=True), Try("upstream", exists=False)
QUICK = Upstream(0.01, 0.0)


def state(
    profile: str, load: dict[Try, Asked], upstream: Upstream = QUICK, *, nodes: int = 1, objects: int = 0, **dns: Any
) -> ServerState:
    settings = load_profile(profile, {f"dns.{name}": value for name, value in dns.items()}).dns
    return steady_state(settings, load, upstream, nodes, objects)


def test_forwards_to_the_outside_are_an_erlang_loss_system() -> None:
    found = state("kubernetes-1.36", {NOTHING_OUTSIDE: Asked(2000.0, 1e9)}, Upstream(0.1, 0.0), forwardMax=150)
    assert found.answers[NOTHING_OUTSIDE].refused == pytest.approx(erlang_b(150, 200.0), rel=0.01)
    assert found.forwards == pytest.approx(200.0 * (1 - erlang_b(150, 200.0)), rel=0.01)


def test_150_forwards_of_10_ms_carry_15000_a_second_and_time_outs_of_10_s_fifteen() -> None:
    plenty: dict[str, Any] = {"answerCpuSeconds": 0, "forwardCpuSeconds": 0}
    load = {NOTHING_OUTSIDE: Asked(20_000.0, 1e9)}
    quick = state("kubernetes-1.6", load, **plenty)
    assert 20_000 - quick.refused_per_second == pytest.approx(14_750, rel=0.01)
    silent = state("kubernetes-1.6", load, Upstream(0.01, 1.0), **plenty)
    assert 20_000 - silent.refused_per_second == pytest.approx(15, rel=0.01)


def test_coredns_answers_internal_queries_as_fast_as_published() -> None:
    found = state("kubernetes-1.36", {SERVICE: Asked(33_000.0, 1000.0)})
    assert found.cores["coredns"] == pytest.approx(33_000 / 33_669 * 2, rel=0.01)
    assert found.answers[SERVICE].seconds < 0.0026
    assert found.answers[SERVICE].lost < 1e-9
    assert state("kubernetes-1.36", {SERVICE: Asked(36_000.0, 1000.0)}).front.dropped > 0.05


@pytest.mark.parametrize(("objects", "megabytes"), [(0, 54), (10_000, 64), (150_000, 204)])
def test_coredns_needs_the_memory_that_was_published(objects: int, megabytes: float) -> None:
    assert state("kubernetes-1.36", {}, objects=objects).bytes["coredns"] == pytest.approx(megabytes * 1e6)


def test_ten_thousand_cached_entries_take_30_mb_of_coredns() -> None:
    found = state("kubernetes-1.36", {SERVICE: Asked(1e6, 10_000.0)}, maxCores=100, cacheSize=10_000)
    without = state("kubernetes-1.36", {SERVICE: Asked(1e6, 10_000.0)}, maxCores=100, cacheSize=0)
    assert found.bytes["coredns"] - without.bytes["coredns"] == pytest.approx(30e6, rel=0.01)


def test_kubedns_that_is_too_slow_fills_dnsmasqs_forwards() -> None:
    found = state("kubernetes-1.6", {NO_SERVICE: Asked(3000.0, 1000.0)}, cpuLimitCores=0.1, maxCores=1, answerCpuSeconds=0,
                  forwardCpuSeconds=0)  # fmt: skip
    carried = 3000.0 - found.refused_per_second
    assert carried == pytest.approx(1000, rel=0.01)  # a tenth of a core at 0.1 ms each
    assert found.forwards == pytest.approx(150, rel=0.05)


def test_the_share_let_through_agrees_with_the_wait_that_it_causes() -> None:
    found = state("kubernetes-1.6", {NO_SERVICE: Asked(1500.0, 1e9)}, cpuLimitCores=0.1, forwardCpuSeconds=0)
    assert found.backend is not None
    held = 1500.0 * found.backend.mean_seconds
    assert found.answers[NO_SERVICE].refused == pytest.approx(erlang_b(150, held), rel=1e-3)


def test_dnsmasq_cannot_use_more_than_one_core() -> None:
    load = {SERVICE: Asked(50_000.0, 10.0)}
    assert state("kubernetes-1.6", load, cpuLimitCores=4).front.dropped > 0.3
    assert state("kubernetes-1.6", load, cpuLimitCores=4).cores["dnsmasq"] == pytest.approx(1.0)


def test_probes_of_an_idle_server_succeed_and_of_a_starved_one_fail() -> None:
    assert set(state("kargo", {}, nodes=100).probe_failures.values()) == {0.0}
    assert state("kargo", {}, nodes=900).probe_failures["kubedns"] == 1.0


def test_in_the_ideal_profile_queries_cost_nothing() -> None:
    found = state("ideal", {SERVICE: Asked(1e6, 1000.0), OUTSIDE: Asked(1e6, 1000.0)})
    assert all(answer.lost == answer.refused == 0.0 for answer in found.answers.values())
    assert found.answers[SERVICE].seconds == pytest.approx(0.0, abs=1e-6)

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.planning.flavors import KUBEADM, OPENSHIFT, Limiter, Strategy
from plimsoll.planning.kubelet import SAFETY_FACTOR, START_SECONDS, cache_ttl_seconds, plan_kubelet
from plimsoll.planning.versions import KubernetesVersion
from plimsoll.planning.wish import Wish
from tests.planning.wishes import OPENSHIFT_4_2, OPENSHIFT_4_3, wish, wishes


def polled(wanted: Wish) -> float:
    """Fetches of secrets and config maps per second at rest."""
    return plan_kubelet(wanted).steady[0].value


@pytest.mark.parametrize(("pods", "rate"), [(187, 4.99), (225, 6.0), (375, 10.0), (667, 17.79)])
def test_with_a_namespace_for_each_pod_a_cache_is_polled_once_per_resync(pods: int, rate: float) -> None:
    assert polled(wish(version=OPENSHIFT_4_2, pods_per_node=pods)) == pytest.approx(rate, abs=0.01)


def test_in_one_namespace_a_cache_is_polled_once_per_time_to_live_whatever_the_pods() -> None:
    assert polled(wish(version=OPENSHIFT_4_2, namespaces=1)) == pytest.approx(2 / 60)
    assert polled(wish(version=OPENSHIFT_4_2, namespaces=1, pods_per_node=100)) == pytest.approx(2 / 60)


def test_without_a_time_to_live_even_one_namespace_is_polled_by_every_pod() -> None:
    wanted = wish(flavor=KUBEADM, nodes=50, namespaces=1, strategy=Strategy.CACHE, objects_per_namespace=2)
    assert polled(wanted) == pytest.approx(2 * 500 / 75)


def test_a_long_time_to_live_divides_the_polling() -> None:
    wanted = wish(flavor=KUBEADM, nodes=4000, pods_per_node=310, strategy=Strategy.CACHE, objects_per_namespace=2)
    assert polled(wanted) == pytest.approx(2 * 310 / 300)


def test_without_a_cache_every_pod_fetches_at_every_resync() -> None:
    assert polled(wish(strategy=Strategy.GET, namespaces=1)) == pytest.approx(2 * 500 / 75)


def test_watching_asks_for_nothing_at_rest_and_holds_a_watch_for_each_object() -> None:
    kubelet = plan_kubelet(wish(namespaces=5000, objects_per_namespace=12))
    assert kubelet.steady_requests_per_second == 0
    assert (kubelet.open_watches, kubelet.connections) == (6000, 3)


def test_tokens_are_renewed_since_they_are_projected() -> None:
    kubelet = plan_kubelet(wish(version=KubernetesVersion(36)))
    assert kubelet.steady_requests_per_second == pytest.approx(510 / 2880)


@pytest.mark.parametrize(
    ("nodes", "seconds"), [(1, 0), (100, 0), (101, 15), (500, 15), (501, 30), (1001, 60), (2000, 60), (2001, 300)]
)
def test_the_ttl_controller_lengthens_the_time_to_live_as_a_cluster_grows(nodes: int, seconds: float) -> None:
    assert cache_ttl_seconds(wish(flavor=KUBEADM, nodes=nodes)) == seconds
    assert cache_ttl_seconds(wish(nodes=nodes)) == 60


@pytest.mark.parametrize(
    ("minor", "strategy", "requests"),
    [
        (14, Strategy.CACHE, 8),  # 2 × (GET + PATCH), 2 secrets twice
        (14, Strategy.WATCH, 6),  # one LIST for each secret
        (28, Strategy.CACHE, 9),
        (29, Strategy.CACHE, 9),  # one more status, but the cache survives its echo
        (36, Strategy.WATCH, 7),
        (36, Strategy.GET, 11),
    ],
)
def test_a_pods_start_takes_the_requests_that_were_read_in_source(
    minor: int, strategy: Strategy, requests: float
) -> None:
    wanted = wish(version=KubernetesVersion(minor), strategy=strategy, objects_per_namespace=2)
    assert plan_kubelet(wanted).requests_per_start == pytest.approx(requests)


def test_the_articles_2000_pods_on_3_nodes_get_its_50_and_100() -> None:
    kubelet = plan_kubelet(wish(version=OPENSHIFT_4_2, nodes=3, pods_per_node=667))
    assert 15 < kubelet.steady[0].value < 25
    assert kubelet.limiter == Limiter(50, 100)


def test_the_default_limiter_stays_where_it_suffices() -> None:
    assert plan_kubelet(wish(version=OPENSHIFT_4_2, pods_per_node=50, namespaces=10)).limiter == Limiter(5, 10)
    assert plan_kubelet(wish(version=OPENSHIFT_4_3)).limiter == Limiter(50, 100)


def test_many_polled_objects_need_more_than_the_default() -> None:
    assert plan_kubelet(wish(strategy=Strategy.CACHE, objects_per_namespace=12)).limiter == Limiter(250, 500)


@given(wishes())
def test_a_limiter_always_has_its_margin_and_starts_a_full_node_in_time(wanted: Wish) -> None:
    kubelet = plan_kubelet(wanted)
    assert kubelet.limiter.qps >= SAFETY_FACTOR * kubelet.steady_requests_per_second
    assert kubelet.limiter.qps >= kubelet.default_limiter.qps
    assert kubelet.limiter.burst == 2 * kubelet.limiter.qps
    assert 0 <= kubelet.start_seconds <= START_SECONDS


@given(wishes(), st.integers(1, 1000))
def test_more_pods_never_get_a_lower_limit(wanted: Wish, more: int) -> None:
    wanted = replace(wanted, namespaces=None)
    denser = replace(wanted, pods_per_node=wanted.pods_per_node + more)
    assert plan_kubelet(denser).limiter.qps >= plan_kubelet(wanted).limiter.qps


@given(wishes())
def test_watching_never_asks_for_more_at_rest_than_polling(wanted: Wish) -> None:
    rates = [
        plan_kubelet(replace(wanted, strategy=strategy)).steady_requests_per_second
        for strategy in (Strategy.WATCH, Strategy.CACHE, Strategy.GET)
    ]
    assert rates == sorted(rates)


def test_openshift_raised_the_limiter_with_4_3_and_kubernetes_with_1_27() -> None:
    assert OPENSHIFT.limiter.at(KubernetesVersion(14)) == Limiter(5, 10)
    assert OPENSHIFT.limiter.at(KubernetesVersion(16)) == Limiter(50, 100)
    assert KUBEADM.limiter.at(KubernetesVersion(26)) == Limiter(5, 10)
    assert KUBEADM.limiter.at(KubernetesVersion(27)) == Limiter(50, 100)

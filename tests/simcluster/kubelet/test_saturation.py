"""A kubelet at the limit of its main client: the arithmetic of "500 pods per node", on a bare cluster.

A pod refers to two objects of its own namespace and fetches both once per cycle of 75 s on average (75.5 with the sync
loop's tick), so ``n`` pods in namespaces of their own demand ``2 n / 75`` requests a second. Where that is more than the
limit ``q``, pull secrets wait ``W`` until the longer cycle fits: ``W = 2 n / q - 75``. A status takes two such waits, and
one is sent at a time.
"""

from __future__ import annotations

import pytest

from tests.simcluster.wholecluster import POLLING, Cluster

HOUR = 3600.0
CYCLE_SECONDS = 75.5


def loaded(
    pods: int,
    qps: float,
    *,
    namespaces: int | None = None,
    every_seconds: float = 4.0,
    strategy: str = "Cache",
    control_requests: float = 0.0,
) -> Cluster:
    """A node of OpenShift 4.2, where pods come one by one; its control pods ask for nothing unless told to."""
    settings = {
        "kubelet.kubeAPIQPS": qps,
        "kubelet.kubeAPIBurst": 2 * qps,
        "kubelet.baseRequestsPerSecond": control_requests,
        "kubelet.configMapAndSecretChangeDetectionStrategy": strategy,
    }
    spaces = pods if namespaces is None else namespaces
    cluster = Cluster("openshift-4.2", settings, namespaces=spaces)
    for index in range(pods):
        cluster.later(index * every_seconds, f"p{index}", f"ns-{index % spaces}")
    return cluster


def steady_requests_per_second(cluster: Cluster, over_seconds: float = 755.0) -> float:
    cluster.rows(reset=True)
    cluster.run(over_seconds)
    return cluster.requests()["GET secrets"] / over_seconds


def wait_seconds(cluster: Cluster) -> float:
    """How long a request that comes now waits at the main client's limiter."""
    return -cluster.kubelet.client._bucket.tokens(cluster.kernel.now) / cluster.kubelet.settings.kube_api_qps  # type: ignore[union-attr]


# --- R1: five requests a second


@pytest.mark.parametrize("pods", [100, 150])
def test_below_the_limit_pods_cost_two_requests_a_cycle_and_all_run_at_once(pods: int) -> None:
    cluster = loaded(pods, 5)
    cluster.run(pods * 4.0 + 200.0)

    assert len(cluster.latencies()) == pods
    assert cluster.latencies()[pods // 2] < 2.0
    assert steady_requests_per_second(cluster) == pytest.approx(2 * pods / CYCLE_SECONDS, rel=0.03)


@pytest.mark.parametrize("pods", [225, pytest.param(310, marks=pytest.mark.slow)])
def test_above_the_limit_requests_wait_until_the_longer_cycle_fits(pods: int) -> None:
    cluster = loaded(pods, 5)
    cluster.run(pods * 4.0 + 300.0)

    waits = []
    for _ in range(20):
        cluster.run(30.0)
        waits.append(wait_seconds(cluster))
    assert sum(waits) / len(waits) == pytest.approx(2 * pods / 5 - CYCLE_SECONDS, abs=4.0)


def test_the_kubelet_knows_that_its_pods_run_while_the_api_does_not() -> None:
    cluster = loaded(310, 5)
    cluster.run(310 * 4.0 + 300.0)

    known = sum(worker.running for worker in cluster.kubelet.workers())
    assert known == 310
    assert cluster.phases()["Running"] < 260
    assert cluster.kubelet.unsent_statuses() == 310 - cluster.phases()["Running"]


def test_the_backlog_clears_at_one_pod_per_two_waits() -> None:
    cluster = loaded(310, 5)
    cluster.run(0.5 * HOUR)
    before = cluster.phases()["Running"]
    cluster.run(HOUR)

    wait = 2 * 310 / 5 - CYCLE_SECONDS
    assert cluster.phases()["Running"] - before == pytest.approx(HOUR / (2 * wait), rel=0.25)


@pytest.mark.parametrize(
    ("pods", "least_hours", "most_hours"),
    [(225, 0.5, 1.5), pytest.param(250, 1.4, 3.0, marks=pytest.mark.slow)],
)
def test_beside_control_pods_the_last_pod_runs_an_hour_or_two_after_it_was_created(
    pods: int, least_hours: float, most_hours: float
) -> None:
    cluster = loaded(pods, 5, control_requests=0.4)
    cluster.run((most_hours + 0.5) * HOUR)

    assert len(cluster.latencies()) == pods
    assert least_hours * HOUR < cluster.latencies()[-1] < most_hours * HOUR


def test_in_one_namespace_500_pods_run_and_then_the_node_is_silent() -> None:
    cluster = loaded(500, 5, namespaces=1)
    cluster.run(500 * 4.0 + 60.0)

    assert len(cluster.latencies()) == 500
    assert cluster.latencies()[-1] < 5.0
    assert steady_requests_per_second(cluster) <= 2 / 60 * 1.1


def test_without_a_time_to_live_pods_of_one_namespace_wait_for_one_another_but_statuses_do_not() -> None:
    """The mutex of each object admits one request at a time, so the limiter's queue stays short."""
    settings = {
        "kubelet.kubeAPIQPS": 5,
        "kubelet.kubeAPIBurst": 10,
        "kubelet.baseRequestsPerSecond": 0,
        "kubelet.ttlController": True,
    }
    cluster = Cluster("openshift-4.2", settings)
    for index in range(310):
        cluster.later(index * 4.0, f"p{index}", "ns-0")
    cluster.run(HOUR)

    assert cluster.phases()["Running"] == 310
    assert wait_seconds(cluster) < 0.5
    assert steady_requests_per_second(cluster) == pytest.approx(5.0, rel=0.05)


# --- R2: 667 pods a node


@pytest.mark.parametrize(
    ("qps", "demand_met", "most_p99_seconds"), [(15, False, float("inf")), (25, True, 60.0), (50, True, 10.0)]
)
def test_667_pods_need_more_than_15_and_less_than_25_requests_a_second(
    qps: float, *, demand_met: bool, most_p99_seconds: float
) -> None:
    cluster = loaded(667, qps, every_seconds=0.5)
    cluster.run(0.25 * HOUR)

    assert (len(cluster.latencies()) == 667) is demand_met
    if demand_met:
        assert cluster.latencies()[660] < most_p99_seconds
        assert steady_requests_per_second(cluster, 151.0) == pytest.approx(2 * 667 / CYCLE_SECONDS, rel=0.03)
    else:
        assert wait_seconds(cluster) == pytest.approx(2 * 667 / 15 - CYCLE_SECONDS, abs=4.0)


def test_667_pods_whose_secrets_are_watched_run_at_five_requests_a_second() -> None:
    cluster = loaded(667, 5, every_seconds=4.0, strategy="Watch")
    cluster.run(667 * 4.0 + 60.0)

    assert len(cluster.latencies()) == 667
    assert cluster.latencies()[-1] < 10.0
    assert steady_requests_per_second(cluster) == 0


def test_the_pods_of_these_tests_refer_to_two_objects_each() -> None:
    assert len(POLLING["volumes"]) + len(POLLING["imagePullSecrets"]) == 2

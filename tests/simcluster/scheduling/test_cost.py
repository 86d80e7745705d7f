import pytest

from plimsoll.simcluster.profile import load_profile
from plimsoll.simcluster.scheduling.cost import CycleCost

NODES = 900


def cost(profile: str) -> CycleCost:
    return CycleCost(load_profile(profile).scheduler)


def hours(profile: str, nodes: int, pods: int) -> float:
    """What the cycles of so many pods with anti-affinity take, one after the other."""
    model = cost(profile)
    return sum(model.charge(nodes, placed) for placed in range(pods)) / 3600


@pytest.mark.parametrize(
    ("profile", "nodes", "pods", "least", "most"),
    [
        ("kubernetes-1.5.1", 900, 4500, 3.0, 3.5),  # the article: about 3 h
        ("kubernetes-1.5.2", 900, 4500, 0.35, 0.5),  # the article: about 30 min
        ("kubernetes-1.5.2", 1000, 5000, 0.4, 0.6),  # PR 37691: about 25 min
    ],
)
def test_anti_affinity_costs_before_1_11_what_was_published(
    profile: str, nodes: int, pods: int, least: float, most: float
) -> None:
    assert least < hours(profile, nodes, pods) < most


def test_in_1_5_1_a_pod_takes_two_to_three_seconds_at_the_middle_of_4500() -> None:
    assert 2.0 < cost("kubernetes-1.5.1").charge(NODES, 2250) < 3.0


def test_without_anti_affinity_versions_cost_what_their_nodes_cost() -> None:
    assert cost("kubernetes-1.5.1").charge(NODES, 0) == cost("kubernetes-1.6").charge(NODES, 0) < 0.03


@pytest.mark.parametrize(("repelling", "pods_per_second"), [(0, 270), (2000, 60)])
def test_today_s_scheduler_reaches_the_throughput_that_its_benchmarks_demand_on_5000_nodes(
    repelling: int, pods_per_second: float
) -> None:
    """scheduler_perf: 500 of 5000 nodes are scored, and found after looking at as many."""
    assert 1 / cost("kubernetes-1.36").charge(500, repelling) == pytest.approx(pods_per_second, rel=0.1)


def test_today_the_cost_of_anti_affinity_grows_with_the_pods_and_not_with_their_product_with_the_nodes() -> None:
    model = cost("kubernetes-1.36")
    on_few = model.charge(100, 1000) - model.charge(100, 0)
    on_many = model.charge(5000, 1000) - model.charge(5000, 0)

    assert on_few == pytest.approx(on_many)


def test_the_cycles_that_have_ended_are_counted_with_what_they_took() -> None:
    model = cost("kubernetes-1.5.1")
    model.took(0.5)
    model.took(1.0)

    assert model.totals() == (2, 1.5)

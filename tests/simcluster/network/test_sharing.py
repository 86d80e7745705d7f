"""Progressive filling, against the closed forms and the definition of max-min fairness."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.simcluster.network.sharing import Demand, max_min_rates


def test_flows_get_all_they_ask_for_where_there_is_enough() -> None:
    demands = [Demand(("a",), 3, 10.0), Demand(("a", "b"), 1, 20.0)]
    assert max_min_rates(demands, {"a": 50.0, "b": 20.0}) == [10.0, 20.0]


def test_a_full_link_is_shared_equally() -> None:
    assert max_min_rates([Demand(("a",), 4, 100.0)], {"a": 100.0}) == [25.0]


def test_what_a_modest_flow_leaves_goes_to_the_others() -> None:
    demands = [Demand(("a",), 1, 10.0), Demand(("a",), 2, 100.0)]
    assert max_min_rates(demands, {"a": 100.0}) == [10.0, 45.0]


def test_a_flow_held_back_elsewhere_leaves_its_share_to_the_others() -> None:
    # The textbook's line of links: one flow over both, one over each; b is the first bottleneck.
    demands = [Demand(("a", "b"), 1, 100.0), Demand(("a",), 1, 100.0), Demand(("b",), 1, 100.0)]
    assert max_min_rates(demands, {"a": 10.0, "b": 4.0}) == [2.0, 8.0, 2.0]


def test_a_link_without_a_capacity_does_not_limit() -> None:
    assert max_min_rates([Demand(("a", "elsewhere"), 1, 7.0)], {"a": 10.0}) == [7.0]


def test_nothing_to_share_is_nothing() -> None:
    assert max_min_rates([], {"a": 10.0}) == []


LINKS = "abcd"


@st.composite
def problems(draw: st.DrawFn) -> tuple[list[Demand[str]], dict[str, float]]:
    capacities = {link: float(draw(st.integers(1, 50))) for link in LINKS}
    demands = st.builds(
        Demand,
        st.sets(st.sampled_from(LINKS), min_size=1).map(sorted).map(tuple),
        st.integers(1, 4),
        st.integers(1, 40).map(float),
    )
    return draw(st.lists(demands, min_size=1, max_size=8)), capacities


@given(problems())
def test_no_flow_can_have_more_without_taking_from_one_that_has_no_more(
    problem: tuple[list[Demand[str]], dict[str, float]],
) -> None:
    demands, capacities = problem
    rates = max_min_rates(demands, capacities)
    used = {
        link: sum(demand.flows * rate for demand, rate in zip(demands, rates, strict=True) if link in demand.links)
        for link in LINKS
    }
    for link, capacity in capacities.items():
        assert used[link] <= capacity * (1 + 1e-9)
    for demand, rate in zip(demands, rates, strict=True):
        assert 0 < rate <= demand.rate
        satisfied = rate == demand.rate
        assert satisfied or any(_is_bottleneck(link, rate, demands, rates, used, capacities) for link in demand.links)


def _is_bottleneck(
    link: str,
    rate: float,
    demands: list[Demand[str]],
    rates: list[float],
    used: dict[str, float],
    capacities: dict[str, float],
) -> bool:
    """Whether the link is full and nobody on it has more: the condition that characterises max-min fairness."""
    largest = max(other for demand, other in zip(demands, rates, strict=True) if link in demand.links)
    return used[link] == pytest.approx(capacities[link]) and rate == pytest.approx(largest)

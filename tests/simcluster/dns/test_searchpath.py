from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.simcluster.dns.searchpath import (
    NAME_KINDS,
    RECORDS_PER_TRY,
    NameKind,
    Try,
    candidates,
    search_list,
    tries,
)

SEARCH = search_list("shop")


@pytest.mark.parametrize(
    ("kind", "host_domains", "queries"),
    [
        ("sameNamespace", 0, 2),
        ("otherNamespace", 0, 4),
        ("external", 0, 8),
        ("external", 1, 10),
        ("external", 3, 14),
        ("absolute", 0, 2),
        ("absolute", 1, 2),
    ],
)
def test_with_ndots_5_a_name_costs_as_many_queries_as_published(
    kind: NameKind, host_domains: int, queries: int
) -> None:
    assert RECORDS_PER_TRY * len(tries(kind, ndots=5, host_domains=host_domains)) == queries


def test_ndots_2_spares_external_names_the_search() -> None:
    assert len(tries("external", ndots=2)) == 1
    assert len(tries("sameNamespace", ndots=2)) == 1


def test_with_ndots_1_a_service_of_another_namespace_is_looked_for_outside_first() -> None:
    assert tries("otherNamespace", ndots=1) == (Try("upstream", False), Try("cluster", False), Try("cluster", True))


def test_the_domains_of_the_node_are_asked_for_outside_the_cluster() -> None:
    outside = [step for step in tries("external", host_domains=2) if step.zone == "upstream"]
    assert outside == [Try("upstream", False), Try("upstream", False), Try("upstream", True)]


@given(st.text("abc.", min_size=1).filter(lambda name: not name.startswith(".")), st.integers(0, 15))
def test_a_resolver_tries_each_searched_name_and_the_name_itself_once(name: str, ndots: int) -> None:
    tried = candidates(name, SEARCH, ndots)
    assert all(one.endswith(".") for one in tried)
    assert len(tried) == (1 if name.endswith(".") else 1 + len(SEARCH))


@given(st.sampled_from(NAME_KINDS), st.integers(0, 15), st.integers(0, 3))
def test_every_look_up_ends_with_a_name_that_exists_and_finds_none_before(
    kind: NameKind, ndots: int, host_domains: int
) -> None:
    *before, last = tries(kind, ndots, host_domains)
    assert last.exists
    assert not any(step.exists for step in before)

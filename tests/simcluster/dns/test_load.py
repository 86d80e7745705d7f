from __future__ import annotations

import pytest

from plimsoll.simcluster.demands import DnsLookups
from plimsoll.simcluster.dns.answering import Answer
from plimsoll.simcluster.dns.caching import Asked
from plimsoll.simcluster.dns.load import lookups_of, queries, shared, with_retries
from plimsoll.simcluster.dns.searchpath import Try

SERVICE, NO_SERVICE = Try("cluster", exists=True), Try("cluster", exists=False)


def test_look_ups_become_as_many_queries_as_their_search_path_has_names() -> None:
    demand = DnsLookups(0.0, None, per_second=100.0, external=1.0, host_domains=1)
    assert sum(asked.per_second for asked in queries(lookups_of(demand, 0)).values()) == 1000


def test_an_absent_ipv6_address_is_a_denial_unless_names_have_both() -> None:
    single = DnsLookups(0.0, None, per_second=100.0, same_namespace=1.0, distinct_names=10)
    both = DnsLookups(0.0, None, per_second=100.0, same_namespace=1.0, distinct_names=10, dual_stack=True)
    assert queries(lookups_of(single, 0)) == {SERVICE: Asked(100.0, 10.0), NO_SERVICE: Asked(100.0, 10.0)}
    assert queries(lookups_of(both, 0)) == {SERVICE: Asked(200.0, 20.0)}


def test_rates_in_all_and_of_each_pod_add_up() -> None:
    demand = DnsLookups(0.0, None, per_second=100.0, per_pod_per_second=0.5, same_namespace=1.0, absolute=3.0)
    assert [(one.kind, one.per_second) for one in lookups_of(demand, 200)] == [
        ("sameNamespace", 50.0),
        ("absolute", 150.0),
    ]


def test_a_query_that_fails_is_asked_as_often_as_the_resolver_tries() -> None:
    asked = {SERVICE: Asked(100.0, 10.0)}
    assert with_retries(asked, {}, 2) == asked
    assert with_retries(asked, {SERVICE: Answer(0.0, 0.0, 1.0)}, 2)[SERVICE].per_second == 200
    assert with_retries(asked, {SERVICE: Answer(0.0, 0.3, 0.2)}, 3)[SERVICE].per_second == pytest.approx(175)


def test_each_server_gets_its_share_of_the_queries_and_all_of_the_names() -> None:
    assert shared({SERVICE: Asked(90.0, 10.0)}, 3) == {SERVICE: Asked(30.0, 10.0)}

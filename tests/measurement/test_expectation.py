from __future__ import annotations

from typing import Any

from plimsoll.measurement.expectation import Expectation, expectation


def _scenario(**job: Any) -> dict[str, Any]:
    return {"load": {"jobs": [job]}}


CLIENTS = {"kind": "Deployment", "name": "client", "replicas": 9, "pod": {"role": "client"}}
SERVER = {"kind": "Deployment", "name": "server", "replicas": 1, "pod": {"role": "server"}}


def test_the_articles_run_wants_50_000_pods_and_9_000_megabytes_a_second() -> None:
    scenario = _scenario(
        namespaces={"count": 5000, "names": []},
        objects=[{"kind": "Secret", "count": 10}, SERVER, CLIENTS],
        exchange={"bytesPerSecond": 100_000},
    )

    assert expectation(scenario) == Expectation(pods=50_000, clients=45_000, exchange_bytes_per_second=9e9)


def test_named_namespaces_count_as_many_as_there_are_names() -> None:
    assert expectation(_scenario(namespaces={"names": ["a", "b"], "count": 1}, objects=[SERVER])).pods == 2


def test_copies_repeat_every_group_but_those_that_are_there_once() -> None:
    groups = [{"kind": "Pod", "name": "shared", "once": True}, {"kind": "Pod", "count": 3}]

    assert expectation(_scenario(namespaces=2, copies=4, objects=groups)).pods == 26


def test_what_is_created_alongside_counts_too() -> None:
    scenario = _scenario(namespaces={"count": 3}, objects=[CLIENTS], alongside=[{"namespaces": 1, "objects": [SERVER]}])

    assert expectation(scenario).pods == 28


def test_without_a_rate_no_transfer_is_expected() -> None:
    found = expectation(_scenario(objects=[CLIENTS], exchange={"bytes": 10_000_000}))

    assert (found.clients, found.exchange_bytes_per_second) == (0, 0.0)


def test_a_cluster_that_was_only_watched_was_asked_for_nothing() -> None:
    assert expectation({}) == Expectation(0, 0, 0.0)

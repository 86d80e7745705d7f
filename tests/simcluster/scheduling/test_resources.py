"""Requests of pods, and the scores of nodes that come of them."""

from __future__ import annotations

import pytest

from plimsoll.simcluster.scheduling.resources import (
    balanced_allocation_score,
    least_allocated_score,
    parse_requests,
)
from tests.simcluster.scheduling.objects import Object, spec

MEBIBYTE = 2**20


def container(cpu: str, **more: object) -> Object:
    return {"name": "c", "resources": {"requests": {"cpu": cpu}}, **more}


def test_containers_are_added_up() -> None:
    requests = parse_requests({"containers": [container("100m"), container("0.4")]})
    assert requests.cpu_millicores == 500


def test_the_largest_init_container_counts_where_it_exceeds_the_containers() -> None:
    requests = parse_requests({"containers": [container("1")], "initContainers": [container("2"), container("3")]})
    assert requests.cpu_millicores == 3000


def test_a_sidecar_runs_beside_what_follows_it() -> None:
    sidecar = container("1", restartPolicy="Always")
    requests = parse_requests({"containers": [container("1")], "initContainers": [sidecar, container("3")]})
    assert requests.cpu_millicores == 4000
    before = parse_requests({"containers": [container("1")], "initContainers": [container("3"), sidecar]})
    assert before.cpu_millicores == 3000


def test_overhead_is_added() -> None:
    assert parse_requests({"containers": [container("1")], "overhead": {"cpu": "250m"}}).cpu_millicores == 1250


def test_a_limit_stands_for_a_missing_request() -> None:
    limited = {"name": "c", "resources": {"limits": {"cpu": "2", "memory": "1Gi"}, "requests": {"cpu": "1"}}}
    requests = parse_requests({"containers": [limited]})
    assert (requests.cpu_millicores, requests.memory_bytes) == (1000, 1024 * MEBIBYTE)


def test_scores_assume_something_of_a_container_that_states_nothing() -> None:
    requests = parse_requests({"containers": [{"name": "a"}, {"name": "b"}]})
    assert requests.best_effort
    assert (requests.scored_cpu_millicores, requests.scored_memory_bytes) == (200, 400 * MEBIBYTE)


def test_extended_resources_are_kept_by_name() -> None:
    assert parse_requests(spec({"example.com/gpu": "2"})).other == (("example.com/gpu", 2),)


@pytest.mark.parametrize(
    ("requested", "score"), [((0, 0), 100), ((50, 100), 50), ((100, 200), 0), ((25, 100), 62), ((150, 0), 50)]
)
def test_the_freer_a_node_the_better_it_scores(requested: tuple[int, int], score: int) -> None:
    assert least_allocated_score(requested, (100, 200)) == score


@pytest.mark.parametrize(("requested", "score"), [((50, 100), 100), ((100, 0), 50), ((50, 0), 75), ((300, 200), 100)])
def test_the_more_alike_cpu_and_memory_are_used_the_better(requested: tuple[int, int], score: int) -> None:
    assert balanced_allocation_score(requested, (100, 200)) == score


def test_a_node_that_offers_nothing_scores_nothing_for_room() -> None:
    assert least_allocated_score((1, 1), (0, 0)) == 0

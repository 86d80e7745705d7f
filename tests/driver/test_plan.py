from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given

from plimsoll.driver.plan import Plan, build_plan, exchange_seconds
from plimsoll.scenario.expansion import pods_of
from plimsoll.scenario.loading import load_scenario, parse_scenario
from plimsoll.scenario.model import Exchange, Scenario
from tests.strategies import scenarios

Fields = dict[str, Any]


def plan(*objects: Fields, load: Fields | None = None, **job: Any) -> Plan:
    written = {
        "cluster": {"nodes": 2},
        "load": {"jobs": [{"name": "job", "namespaces": 3, "objects": list(objects), **job}], **(load or {})},
    }
    return build_plan(parse_scenario(json.dumps(written), "f.yaml").scenario, "run-1")


def names(found: Plan) -> list[str]:
    return [phase.name for phase in found.phases]


def calls(found: Plan, phase: str) -> list[list[str]]:
    """The objects of each call of a phase, as namespace/name."""
    chosen = next(each for each in found.phases if each.name == phase)
    return [
        [f"{operation.namespace or ''}/{operation.name}" for operation in call.operations] for call in chosen.calls()
    ]


def test_the_article_run_has_the_article_phases() -> None:
    found = build_plan(load_scenario("openshift/500-pods-per-node").scenario, "r")

    assert names(found) == [
        "Create namespaces",
        "Create secrets",
        "Create deployments",
        "Wait for pods",
        "Exchange data",
        "Delete pods and namespaces",
    ]
    assert found.counts() == {"Namespace": 5000, "Secret": 50_000, "Service": 5000, "Deployment": 10_000}
    assert found.pods == 50_000


def test_a_call_holds_objects_of_one_kind_and_one_namespace() -> None:
    found = plan({"kind": "Secret", "count": 3}, load={"pace": {"objectsPerCall": 2}})

    assert calls(found, "Create namespaces") == [["/job-0", "/job-1"], ["/job-2"]]
    assert calls(found, "Create secrets")[:3] == [
        ["job-0/secret-0", "job-0/secret-1"],
        ["job-0/secret-2"],
        ["job-1/secret-0", "job-1/secret-1"],
    ]


def test_kinds_are_created_in_the_order_in_which_they_first_appear() -> None:
    found = plan({"kind": "ConfigMap"}, {"kind": "Pod"}, {"kind": "ConfigMap", "name": "other"}, {"kind": "ReplicaSet"})

    assert names(found)[1:4] == ["Create config maps", "Create pods", "Create replica sets"]
    assert calls(found, "Create config maps")[:2] == [["job-0/configmap"], ["job-0/other"]]


def test_what_pods_mount_is_created_before_them_though_another_part_has_pods_first() -> None:
    sync = {"namespaces": {"prefix": "sync"}, "objects": [{"kind": "ConfigMap"}, {"kind": "Pod", "name": "sync"}]}
    worker = {"kind": "Pod", "name": "worker", "pod": {"secrets": "all"}}
    found = plan({"kind": "Secret"}, worker, alongside=[sync])

    assert names(found)[1:4] == ["Create config maps", "Create secrets", "Create pods"]


def test_a_group_with_a_pace_of_its_own_has_a_phase_of_its_own() -> None:
    found = plan({"kind": "Pod", "name": "fast"}, {"kind": "Pod", "name": "slow", "pace": {"ratePerSecond": 1}})

    assert names(found)[1:3] == ["Create pods (fast)", "Create pods (slow)"]
    assert [phase.pace.rate_per_second for phase in found.phases[1:3]] == [None, 1]


def test_by_namespace_each_namespace_is_one_chain_with_its_pause() -> None:
    load = {"order": "byNamespace", "pace": {"objectsPerCall": 5, "betweenNamespaces": "30s"}}
    found = plan({"kind": "Secret", "count": 6}, {"kind": "Pod"}, load=load)
    first = next(found.phases[0].chains())

    assert found.phases[0].name == "Create namespaces and objects"
    assert [[operation.name for operation in call.operations] for call in first.calls] == [
        ["job-0"],
        ["secret-0", "secret-1", "secret-2", "secret-3", "secret-4"],
        ["secret-5"],
        ["pod"],
    ]
    assert first.pause_seconds == 30


def test_copies_repeat_all_objects_but_those_that_are_there_once() -> None:
    found = plan({"kind": "ConfigMap", "once": True}, {"kind": "Secret", "count": 2}, namespaces=1, copies=2)

    assert calls(found, "Create config maps") == [["job-0/configmap"]]
    assert calls(found, "Create secrets") == [
        ["job-0/secret-0-0"],
        ["job-0/secret-0-1"],
        ["job-0/secret-1-0"],
        ["job-0/secret-1-1"],
    ]


def test_namespaces_alongside_come_first() -> None:
    apart = {"namespaces": {"names": ["apart"]}, "objects": [{"kind": "Secret"}]}
    found = plan({"kind": "Secret"}, alongside=[apart])

    assert calls(found, "Create namespaces")[0] == ["/apart"]
    assert calls(found, "Create secrets")[0] == ["apart/secret"]


def test_several_jobs_follow_one_another_under_their_names() -> None:
    jobs = [{"name": name, "objects": [{"kind": "Pod"}]} for name in ("one", "two")]
    written = json.dumps({"cluster": {"nodes": 1}, "load": {"jobs": jobs}})
    found = build_plan(parse_scenario(written, "f.yaml").scenario, "r")

    assert names(found) == [
        "one: Create namespaces",
        "one: Create pods",
        "one: Wait for pods",
        "two: Create namespaces",
        "two: Create pods",
        "two: Wait for pods",
        "Delete pods and namespaces",
    ]
    assert [phase.job for phase in found.phases] == ["one"] * 3 + ["two"] * 3 + [""]


def test_a_wait_knows_how_many_pods_of_what_it_waits_for() -> None:
    found = plan({"kind": "Deployment", "replicas": 4}, wait={"for": "ready", "timeout": "5m"})
    wait = next(phase for phase in found.phases if phase.kind == "wait")

    assert wait.pods == 12
    assert wait.wait is not None
    assert wait.wait.for_ == "ready"
    assert wait.timeout_seconds == 300


@pytest.mark.parametrize("job", [{"wait": {"for": "none"}}, {"objects": [{"kind": "Secret"}]}], ids=["none", "no pods"])
def test_nobody_waits_for_nothing(job: Fields) -> None:
    assert "Wait for pods" not in names(plan(**{"objects": [{"kind": "Pod"}], **job}))


def test_a_load_that_is_held_pauses_before_it_goes_on() -> None:
    found = plan({"kind": "Pod"}, hold="10m")

    assert names(found)[-2:] == ["Hold", "Delete pods and namespaces"]
    assert found.phases[-2].duration_seconds == 600


def test_a_load_that_is_not_deleted_stays() -> None:
    assert names(plan({"kind": "Pod"}, load={"delete": False}))[-1] == "Wait for pods"


def test_one_process_deletes_all_namespaces_and_waits_until_they_are_gone() -> None:
    deletion = plan({"kind": "Pod"}, load={"deleteTimeout": "1h", "pace": {"callSeconds": 0.36}}).phases[-1]
    operations = [operation for call in deletion.calls() for operation in call.operations]

    assert len(list(deletion.calls())) == 1
    assert [(operation.verb, operation.name) for operation in operations] == [
        ("delete", "job-0"),
        ("delete", "job-1"),
        ("delete", "job-2"),
    ]
    assert deletion.until_gone
    assert deletion.timeout_seconds == 3600
    assert deletion.pace.call_seconds == 0.36


def test_churn_deletes_and_recreates_namespaces_in_turn() -> None:
    churn = {"percent": 40, "cycles": 3, "delay": "1m"}
    found = plan({"kind": "Pod"}, churn=churn)
    cycles = [phase for phase in found.phases if phase.churn_cycle]

    assert [phase.name for phase in cycles[:4]] == [
        "Churn 1: delete",
        "Churn 1: create",
        "Churn 1: wait for pods",
        "Churn 1: pause",
    ]
    assert calls(found, "Churn 1: delete") == [["/job-0"], ["/job-1"]]
    assert calls(found, "Churn 2: delete") == [["/job-2"], ["/job-0"]]
    assert calls(found, "Churn 2: create") == [["/job-2"], ["job-2/pod"], ["/job-0"], ["job-0/pod"]]
    assert cycles[0].until_gone


def test_churn_of_objects_leaves_the_namespaces() -> None:
    found = plan({"kind": "Secret"}, {"kind": "Pod"}, churn={"percent": 34, "mode": "objects"})

    assert calls(found, "Churn 1: delete") == [["job-0/pod"], ["job-0/secret"], ["job-1/pod"], ["job-1/secret"]]
    assert calls(found, "Churn 1: create")[:2] == [["job-0/secret"], ["job-0/pod"]]


@pytest.mark.parametrize(
    ("exchange", "seconds"),
    [
        ({"bytesPerSecond": 100, "seconds": 60}, 60),
        ({"bytesPerSecond": 100, "bytes": 1000}, 10),
        ({"bytesPerSecond": 100, "bytes": 1000, "seconds": 5}, 5),
        ({"seconds": 7, "bytes": 1000}, 7),
    ],
)
def test_an_exchange_ends_at_its_first_bound(exchange: Fields, seconds: float) -> None:
    assert exchange_seconds(Exchange.model_validate(exchange)) == seconds


def test_the_selector_finds_all_that_a_run_creates() -> None:
    assert plan({"kind": "Pod"}).label_selector == "plimsoll.dev/run=run-1"


@given(scenarios())
def test_a_plan_does_what_it_says(scenario: Scenario) -> None:
    found = build_plan(scenario, "r")
    created: Counter[str] = Counter()
    for phase in found.phases:
        operations = [operation for call in phase.calls() for operation in call.operations]
        assert len(operations) == phase.operations
        for call in phase.calls():
            assert 1 <= len(call.operations) <= phase.pace.objects_per_call
            assert len({(each.resource, each.namespace) for each in call.operations}) == 1
        if phase.kind == "create" and not phase.churn_cycle:
            created.update(operation.resource.kind for operation in operations)

    assert created == found.counts()
    assert found.pods == sum(pods_of(job) for job in scenario.load.jobs)


@given(scenarios())
def test_every_object_is_created_once_and_into_a_namespace_that_exists(scenario: Scenario) -> None:
    existing: set[tuple[str, str | None, str]] = set()
    for phase in build_plan(scenario, "r").phases:
        for call in phase.calls():
            for operation in call.operations:
                key = (operation.resource.kind, operation.namespace, operation.name)
                if operation.verb == "delete":
                    assert key in existing
                    existing = {
                        each
                        for each in existing
                        if each != key and not (operation.resource.kind == "Namespace" and each[1] == operation.name)
                    }
                else:
                    assert key not in existing
                    assert operation.namespace is None or ("Namespace", None, operation.namespace) in existing
                    existing.add(key)


@given(scenarios())
def test_the_same_scenario_gives_the_same_plan(scenario: Scenario) -> None:
    first, second = build_plan(scenario, "r"), build_plan(scenario, "r")

    assert first.phases == second.phases
    assert list(first.manifests()) == list(second.manifests())

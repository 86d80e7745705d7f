"""What is found out before a run creates anything."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from plimsoll.cluster.http.adapter import HttpCluster
from plimsoll.cluster.http.endpoint import Endpoint
from plimsoll.cluster.http.identity import Anonymous
from plimsoll.cluster.http.session import Session
from plimsoll.driver.plan import build_plan
from plimsoll.errors import InputError, RunError
from plimsoll.experiment.remote.bill import bill_of
from plimsoll.experiment.remote.preflight.check import Cleared, preflight
from plimsoll.kube.resources import Object
from plimsoll.scenario.loading import parse_scenario
from tests.cluster.http.fake_api import FakeApi, served, status

SMALL = """
name: small
cluster: {nodes: 2}
load:
  jobs:
  - name: job
    namespaces: 2
    objects:
    - {kind: Secret}
    - {kind: Deployment, replicas: 3, pod: {requests: {cpu: 100m, memory: 64Mi}}}
"""


def check(
    prepare: Callable[[FakeApi], object] = lambda _: None,
    text: str = SMALL,
    *,
    load: str | None = None,
    cluster_id: str = "",
) -> Cleared:
    """Preflight against a fake API that has been prepared; nothing may have been created by it."""
    scenario = parse_scenario(text, "small.yaml").scenario

    async def main() -> Cleared:
        api = FakeApi()
        prepare(api)
        async with served(api) as url:
            session = Session(Endpoint(url), Anonymous(), connections=5, epoch_seconds=0.0)
            plan = build_plan(scenario, load or "preflight")
            try:
                return await preflight(HttpCluster(session), "fake", scenario, plan, load=load, cluster_id=cluster_id)
            finally:
                session.close()
                assert not api.creations

    return asyncio.run(asyncio.wait_for(main(), 30))


def namespace(name: str, run: str | None = None) -> Object:
    return {"metadata": {"name": name, "labels": {"plimsoll.dev/run": run} if run else {}}}


def refusal(prepare: Callable[[FakeApi], object], text: str = SMALL, **more: str) -> str:
    with pytest.raises(InputError) as refused:
        check(prepare, text, **more)
    return str(refused.value)


def test_a_cluster_with_room_and_rights_is_cleared() -> None:
    cleared = check()
    assert (cleared.findings.version, cleared.findings.warnings, cleared.watch_nodes) == ("v1.36.3", [], True)
    assert cleared.findings.cluster_id
    assert cleared.room is not None
    assert (cleared.room.pods, cleared.room.nodes, cleared.room.addresses) == (220, 2, 508)


def test_every_right_that_is_missing_is_named_at_once() -> None:
    complaint = refusal(lambda api: api.forbidden.update({("create", "secrets"), ("delete", "namespaces")}))
    assert "context fake: permissions: may not create secrets in all namespaces" in complaint
    assert "context fake: permissions: may not delete namespaces in all namespaces. `plimsoll rbac` prints" in complaint


def test_who_may_not_see_nodes_is_warned_and_sees_less() -> None:
    cleared = check(lambda api: api.forbidden.update({("list", "nodes"), ("watch", "nodes")}))
    assert not cleared.watch_nodes
    assert cleared.room is None
    assert "may not list nodes: the run goes on and does not see them" in cleared.findings.warnings


def test_who_may_not_read_metrics_is_told_what_evidence_will_be_missing() -> None:
    forbidden = {("get", "/metrics"), ("get", "nodes"), ("watch", "events")}
    cleared = check(lambda api: api.forbidden.update(forbidden))
    assert not cleared.watch_events
    assert cleared.findings.warnings == [
        "may not watch events: the run goes on and does not see them",
        "may not get nodes/proxy: the run goes on and does not see them",
        "may not get /metrics: the run goes on and does not see them",
    ]


def test_a_namespace_of_somebody_else_is_never_used() -> None:
    complaint = refusal(lambda api: api.put("namespaces", namespace("job-1")))
    assert "1 that the run would create exist and are not Plimsoll's: job-1" in complaint


def test_what_another_run_left_in_the_way_is_named_with_how_to_remove_it() -> None:
    complaint = refusal(lambda api: api.put("namespaces", namespace("job-1", "older")))
    assert "left of run older. Remove them: plimsoll clean older --context fake" in complaint


def test_what_another_run_left_elsewhere_is_a_warning() -> None:
    cleared = check(lambda api: api.put("namespaces", namespace("other", "older")))
    assert cleared.findings.warnings == ["run older has left 1 namespaces; `plimsoll clean older` removes them"]


def test_the_namespaces_of_the_run_that_is_resumed_are_not_in_its_way_but_a_quota_in_them_is_told() -> None:
    def prepare(api: FakeApi) -> None:
        api.put("namespaces", namespace("job-1", "mine"))
        api.put("resourcequotas", {"metadata": {"name": "q", "namespace": "job-1"}})

    assert check(prepare, load="mine").findings.warnings == ["ResourceQuotas are in the way in job-1"]


def test_another_cluster_under_the_same_context_is_refused() -> None:
    assert "is not the one that the run ran on" in refusal(lambda _: None, cluster_id="of-another-cluster")


def test_pods_that_have_no_place_are_refused_with_all_reasons_at_once() -> None:
    text = SMALL.replace("replicas: 3", "replicas: 400").replace("cpu: 100m", "cpu: 20")
    complaint = refusal(lambda _: None, text)
    assert "pods: 800 pods are wanted, 400 for each of 2 nodes, and there is room for 220" in complaint
    assert "addresses: 800 pods are wanted, and the nodes have 508 addresses" in complaint
    assert "cpu: the pods request 16,000,000m of cpu, and 16,000m are free" in complaint


def test_what_runs_already_takes_room() -> None:
    def prepare(api: FakeApi) -> None:
        for number in range(214):
            spec = {"nodeName": "node-0", "containers": [{"resources": {"requests": {"cpu": "10m"}}}]}
            api.put("pods", {"metadata": {"name": f"p{number}", "namespace": "kube-system"}, "spec": spec})

    cleared = check(prepare)
    assert cleared.room is not None
    assert cleared.room.pods == 110
    assert cleared.room.cpu_millicores == 16_000 - 2_140
    assert "there is room for 110" in refusal(prepare, SMALL.replace("replicas: 3", "replicas: 56"))


def test_nodes_that_take_no_pods_do_not_count() -> None:
    def prepare(api: FakeApi) -> None:
        node = api.objects["nodes", "", "node-0"]
        api.put("nodes", {**node, "spec": {"taints": [{"key": "a", "effect": "NoSchedule"}]}})

    cleared = check(prepare)
    assert cleared.room is not None
    assert cleared.room.nodes == 1


def test_a_scenario_that_means_to_overload_is_only_warned() -> None:
    text = (
        SMALL.replace("replicas: 3", "replicas: 200")
        .replace("100m", "10m")
        .replace("nodes: 2}", "nodes: 2, allowOverload: true}")
    )
    (warning,) = check(text=text).findings.warnings
    assert warning.endswith("there is room for 220, as the scenario allows")


def test_what_cannot_be_had_of_a_real_cluster_is_said() -> None:
    cluster = (
        "{profile: openshift-4.3, nodes: 5, node: {cpu: 4}, settings: {kubelet.maxPods: 500}, "
        "faults: [{kind: nodeLost, node: worker-1, at: 10s}]}"
    )
    warnings = "\n".join(check(text=SMALL.replace("{nodes: 2}", cluster)).findings.warnings)
    for words in (
        "cluster.profile 'openshift-4.3'",
        "kubelet.maxPods",
        "meant for 5 nodes, and 2",
        "simulated nodes",
        "none of the 1 faults",
    ):
        assert words in warnings


def test_an_admission_policy_that_would_not_have_the_namespace_is_found_by_a_dry_run() -> None:
    def prepare(api: FakeApi) -> None:
        create = api._create

        def refuse(request: object, plural: str, *rest: object) -> object:
            if plural == "namespaces":
                return status(403, "Forbidden", "namespaces must have an owner")
            return create(request, plural, *rest)  # type: ignore[arg-type]

        api._create = refuse  # type: ignore[assignment, method-assign]

    assert "the server would not create job-0: namespaces must have an owner" in refusal(prepare)


def test_an_old_server_is_a_warning() -> None:
    from aiohttp import web  # noqa: PLC0415

    cleared = check(lambda api: api.answers.append(lambda _: web.json_response({"gitVersion": "v1.18.0"})))
    assert cleared.findings.warnings == ["the server's version is v1.18.0; 1.25 and later are known to work"]


@pytest.mark.parametrize(("code", "reason"), [(401, "Unauthorized"), (503, "ServiceUnavailable")])
def test_a_server_that_will_not_talk_ends_the_run_before_it_began(code: int, reason: str) -> None:
    with pytest.raises(RunError, match=reason):
        check(lambda api: api.answers.append(lambda _: status(code, reason, "no")))


def test_much_is_confirmed_and_little_is_not() -> None:
    for replicas, asked in ((3, False), (100, True)):
        text = SMALL.replace("replicas: 3", f"replicas: {replicas}").replace("100m", "10m")
        scenario = parse_scenario(text, "small.yaml").scenario
        cleared = check(text=text)
        bill = bill_of(scenario, build_plan(scenario, "r"), cleared.room)
        assert bill.needs_confirmation is asked
    assert list(bill.lines()) == [
        "creates 2 Namespace, 2 Secret, 2 Deployment",
        "200 pods on 2 nodes: from 0.0 to 100.0 pods a node on average",
        "requests 2 of cpu and 12800Mi of memory",
    ]

"""Scenarios whose values are right one by one and wrong together."""

from __future__ import annotations

import json
from typing import Any

import pytest

from plimsoll.errors import InputError
from plimsoll.scenario.loading import parse_scenario

Fields = dict[str, Any]

SECRETS: Fields = {"kind": "Secret", "count": 2}
SERVICE: Fields = {"kind": "Service", "name": "server"}
SERVER: Fields = {"kind": "Pod", "name": "server", "pod": {"role": "server"}}
CLIENT: Fields = {"kind": "Pod", "name": "client", "pod": {"role": "client", "server": "server"}}
PAUSE: Fields = {"kind": "Pod", "name": "pause"}
EXCHANGE: Fields = {"bytesPerSecond": 1000, "seconds": 60}
TALKING = [SERVICE, SERVER, CLIENT]


def scenario(*objects: Fields, load: Fields | None = None, cluster: Fields | None = None, **job: Any) -> Fields:
    return {
        "cluster": {"nodes": 2, **(cluster or {})},
        "load": {"jobs": [{"name": "job", "objects": list(objects), **job}], **(load or {})},
    }


def with_pod(pod: Fields, *others: Fields, **job: Any) -> Fields:
    return scenario(*others, {"kind": "Pod", "name": "it", "pod": pod}, **job)


CASES: dict[str, tuple[Fields, str, str]] = {
    "no job": ({"cluster": {"nodes": 1}, "load": {"jobs": []}}, "load.jobs", "does nothing"),
    "an exchange without a bound": (
        scenario(*TALKING, exchange={"bytesPerSecond": 1000}),
        "load.jobs[0].exchange",
        "never ends",
    ),
    "bytes without a rate": (scenario(*TALKING, exchange={"bytes": 10}), "load.jobs[0].exchange", "without a rate"),
    "an exchange without clients": (scenario(PAUSE, exchange=EXCHANGE), "load.jobs[0].exchange", "no client"),
    "a client that has other work besides": (
        with_pod({"role": "client", "server": "server", "workload": {"kind": "sleep"}}, SERVICE, SERVER),
        "load.jobs[0].objects[2].pod.workload",
        "has its work already",
    ),
    "a reader with nothing to read": (
        with_pod({"workload": {"kind": "reader"}}),
        "load.jobs[0].objects[0].pod.workload",
        "mounts nothing",
    ),
    "a barrier for nobody": (scenario(PAUSE, barrier={}), "load.jobs[0].barrier", "nobody waits at it"),
    "a patience beyond the timeout": (
        with_pod({"workload": {"kind": "sleep"}}, barrier={"patience": "2m", "timeout": "1m"}),
        "load.jobs[0].barrier.patience",
        "longer than the timeout",
    ),
    "a client without a server": (with_pod({"role": "client"}), "load.jobs[0].objects[0].pod.server", "needs a server"),
    "a server that does not exist": (
        with_pod({"role": "client", "server": "sever"}, SERVICE, SERVER),
        "load.jobs[0].objects[2].pod.server",
        "no service 'sever'",
    ),
    "a service with nothing behind it": (
        with_pod({"role": "client", "server": "server"}, SERVICE),
        "load.jobs[0].objects[1].pod.server",
        "no pods behind",
    ),
    "a server that only pauses": (
        scenario(SERVICE, {**SERVER, "pod": {"role": "pause"}}, CLIENT),
        "load.jobs[0].objects[2].pod.server",
        "of role pause",
    ),
    "several services for one client": (
        scenario({**SERVICE, "count": 2}, SERVER, CLIENT),
        "load.jobs[0].objects[2].pod.server",
        "a client has one server",
    ),
    "a server of a pod that pauses": (with_pod({"server": "x"}), "load.jobs[0].objects[0].pod.server", "has no server"),
    "more secrets mounted than there are": (
        with_pod({"secrets": 3}, SECRETS),
        "load.jobs[0].objects[1].pod.secrets",
        "the job creates 2",
    ),
    "a secret mounted that is not created": (
        with_pod({"secrets": ["secret-0", "secret-9"]}, SECRETS),
        "load.jobs[0].objects[1].pod.secrets[1]",
        "'secret-9'",
    ),
    "a limit below the request": (
        with_pod({"requests": {"cpu": 2}, "limits": {"cpu": 1}}),
        "load.jobs[0].objects[0].pod.limits.cpu",
        "less than the request",
    ),
    "anti-affinity twice": (
        with_pod({"affinity": {"podAntiAffinity": {}}, "antiAffinity": {}}),
        "load.jobs[0].objects[0].pod.antiAffinity",
        "already",
    ),
    "anti-affinity to nothing": (
        with_pod({"antiAffinity": {"of": "ti"}}),
        "load.jobs[0].objects[0].pod.antiAffinity.of",
        "no Pod",
    ),
    "one of all that refers to one of each copy": (
        scenario(SERVICE, SERVER, {**CLIENT, "once": True}, copies=2),
        "load.jobs[0].objects[2].pod.server",
        "every copy has",
    ),
    "one of all that mounts what each copy has": (
        scenario(SECRETS, {**PAUSE, "once": True, "pod": {"secrets": "all"}}, copies=2),
        "load.jobs[0].objects[1].pod.secrets",
        "every copy has",
    ),
    "a label of ours": (with_pod({"labels": {"app": "x"}}), "load.jobs[0].objects[0].pod.labels.app", "itself"),
    "a label of ours on a namespace": (
        scenario(PAUSE, namespaces={"labels": {"plimsoll.dev/run": "x"}}),
        'load.jobs[0].namespaces.labels["plimsoll.dev/run"]',
        "itself",
    ),
    "two groups of one name": (scenario(PAUSE, PAUSE), "load.jobs[0].objects[1].name", "objects[0]"),
    "an external service that selects": (
        scenario({**SERVICE, "externalName": "x", "headless": True}),
        "load.jobs[0].objects[0].externalName",
        "no pods behind",
    ),
    "a service of a misspelt group": (
        scenario({**SERVICE, "selects": "sever"}, SERVER),
        "load.jobs[0].objects[0].selects",
        "no Pod",
    ),
    "names and a count of namespaces": (
        scenario(namespaces={"names": ["a"], "count": 2}),
        "load.jobs[0].namespaces.names",
        "contradict",
    ),
    "a namespace twice": (scenario(namespaces={"names": ["a", "a"]}), "load.jobs[0].namespaces", "already"),
    "namespaces with too long a name": (
        scenario(namespaces={"count": 1000, "prefix": "x" * 62}),
        "load.jobs[0].namespaces.prefix",
        "66 characters",
    ),
    "objects with too long a name": (
        scenario({**SECRETS, "name": "x" * 62}),
        "load.jobs[0].objects[0].name",
        "64 characters",
    ),
    "more objects than anybody has": (scenario({**PAUSE, "count": 10_000_000}), "load.jobs[0]", "more than 5,000,000"),
    "a rate and a shape": (
        scenario(load={"pace": {"ratePerSecond": 1, "shape": [{"at": 0, "ratePerSecond": 1}]}}),
        "load.pace.shape",
        "contradict",
    ),
    "a burst without a rate": (scenario(load={"pace": {"burst": 1}}), "load.pace.burst", "limits nothing"),
    "a shape that begins late": (
        scenario(load={"pace": {"shape": [{"at": 5, "ratePerSecond": 1}]}}),
        "load.pace.shape[0].at",
        "beginning",
    ),
    "a shape that goes back": (
        scenario(load={"pace": {"shape": [{"at": 0, "ratePerSecond": 1}, {"at": 0, "ratePerSecond": 2}]}}),
        "load.pace.shape[1].at",
        "must rise",
    ),
    "a pause between namespaces by kind": (
        scenario(load={"pace": {"betweenNamespaces": 1}}),
        "load.pace.betweenNamespaces",
        "byKind",
    ),
    "a group's pace by namespace": (
        scenario({**PAUSE, "pace": {}}, load={"order": "byNamespace"}),
        "load.jobs[0].objects[0].pace",
        "byNamespace",
    ),
    "a group's pause between namespaces": (
        scenario({**PAUSE, "pace": {"betweenNamespaces": 1}}),
        "load.jobs[0].objects[0].pace.betweenNamespaces",
        "pace of the load",
    ),
    "churn of nothing": (scenario(churn={"mode": "objects"}), "load.jobs[0].churn.mode", "no objects"),
    "more nodes in pools than there are": (
        scenario(cluster={"nodes": 2, "pools": [{"count": 1}, {"count": 2}]}),
        "cluster.pools",
        "3 nodes are in pools",
    ),
    "transactions at no rate and of no clients": (
        scenario(load={"demands": [{"kind": "databaseTransactions"}]}),
        "load.demands[0]",
        "either at a rate or from parallel clients",
    ),
    "transactions at a rate and of clients": (
        scenario(load={"demands": [{"kind": "databaseTransactions", "perSecond": 1, "parallel": 1}]}),
        "load.demands[0]",
        "either at a rate or from parallel clients",
    ),
    "a migration to nowhere": (
        scenario(cluster={"nodes": 1}, load={"demands": [{"kind": "liveMigrations"}]}),
        "cluster.nodes",
        "no second node",
    ),
    "a kubelet of no node": (
        scenario(cluster={"faults": [{"kind": "componentRestart", "at": 0, "component": "kubelet"}]}),
        "cluster.faults[0].node",
        "no node is named",
    ),
    "a scheduler of a node": (
        scenario(cluster={"faults": [{"kind": "componentRestart", "at": 0, "component": "scheduler", "node": "a"}]}),
        "cluster.faults[0].node",
        "not a node's own",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_contradiction_is_named_where_it_can_be_resolved(case: str) -> None:
    plain, field, problem = CASES[case]
    with pytest.raises(InputError) as caught:
        parse_scenario(json.dumps(plain, indent=1), "f.yaml")
    found = {complaint.place.field: complaint for complaint in caught.value.complaints}

    assert field in found
    assert problem in found[field].problem
    assert found[field].remedy
    assert found[field].place.line is not None


def test_two_jobs_may_not_share_a_name_or_a_namespace() -> None:
    job = {"name": "job", "objects": [PAUSE]}
    with pytest.raises(InputError) as caught:
        parse_scenario(json.dumps({"cluster": {"nodes": 1}, "load": {"jobs": [job, job]}}), "f.yaml")

    assert [each.place.field for each in caught.value.complaints] == ["load.jobs[1].name", "load.jobs[1].namespaces"]


@pytest.mark.parametrize(
    "objects",
    [
        TALKING,
        [SECRETS, {**PAUSE, "pod": {"secrets": "all"}}],
        [SERVICE],
        [{**PAUSE, "pod": {"antiAffinity": {"of": "*"}}}],
    ],
    ids=["client and server", "secrets and a pod", "a service alone", "apart from everything"],
)
def test_what_fits_together_is_accepted(objects: list[Fields]) -> None:
    assert parse_scenario(json.dumps(scenario(*objects, copies=3)), "f.yaml").scenario.load.jobs[0].copies == 3

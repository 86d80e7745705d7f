"""ClusterBuster's own job files, and files of every kind that it would accept or refuse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from plimsoll.driver.plan import build_plan
from plimsoll.errors import InputError
from plimsoll.scenario.importers.clusterbuster.options import ALIASES, APPLIED, KNOWN, NOT_APPLIED
from plimsoll.scenario.loading import LoadedScenario, load_scenario, parse_scenario

FILES = Path(__file__).parent.parent / "data" / "clusterbuster"

COUNTS = {
    "pausepod.yaml": {"Namespace": 2, "ConfigMap": 3, "Service": 2, "Pod": 9},
    "server.yaml": {"Namespace": 5, "ConfigMap": 9, "Service": 13, "Pod": 33},
    "500-pods-per-node-30-nodes-1000-namespaces-150K-secrets.yaml": {
        "Namespace": 1001,
        "ConfigMap": 2001,
        "Secret": 150_000,
        "Service": 1001,
        "Pod": 15_001,
    },
    "500-pods-per-node-30-nodes.yaml": {"Namespace": 2, "ConfigMap": 3, "Service": 2, "Pod": 15_001},
    "500-pods-per-node-30-nodes-1000-namespaces.yaml": {
        "Namespace": 1001,
        "ConfigMap": 2001,
        "Service": 1001,
        "Pod": 15_001,
    },
    "cpusoaker.yaml": {"Namespace": 2, "ConfigMap": 3, "Service": 2, "Pod": 9},
    "sleep.yaml": {"Namespace": 2, "ConfigMap": 3, "Service": 2, "Pod": 9},
    "synctest.yaml": {"Namespace": 2, "ConfigMap": 3, "Service": 2, "Pod": 2},
}
"""What ClusterBuster's dry run prints for the first three (published by them or run), and what follows for the others."""


def load(text: str) -> LoadedScenario:
    return parse_scenario(text, "job.yaml")


def counts(text: str) -> dict[str, int]:
    return build_plan(load(text).scenario, "r").counts()


def job(text: str) -> Any:
    return load(text).scenario.load.jobs[0]


@pytest.mark.parametrize("name", COUNTS)
def test_a_shipped_job_file_creates_what_clusterbuster_creates(name: str) -> None:
    assert build_plan(load_scenario(FILES / name).scenario, "r").counts() == COUNTS[name]


@pytest.mark.parametrize(
    "path", sorted(path for path in FILES.iterdir() if not path.suffix), ids=lambda path: path.name
)
def test_the_line_form_is_the_same_scenario_as_the_yaml_form(path: Path) -> None:
    lines, twin = load_scenario(path).scenario, load_scenario(path.with_name(f"{path.name}.yaml")).scenario

    assert lines.load == twin.load
    assert lines.cluster == twin.cluster


def test_every_shipped_job_file_is_covered() -> None:
    assert {path.name for path in FILES.glob("*.yaml")} == set(COUNTS)


def test_servers_that_exclude_every_pod_have_a_cluster_with_room_for_them() -> None:
    assert load_scenario(FILES / "server.yaml").scenario.cluster.nodes == 33
    assert load_scenario(FILES / "500-pods-per-node-30-nodes.yaml").scenario.cluster.nodes == 30


def test_all_secrets_of_a_deployment_are_mounted_by_its_pods_and_by_no_other() -> None:
    plan = build_plan(load("workload: pausepod\ndeployments: 2\nsecrets: 3").scenario, "r")
    pods = [each for each in plan.manifests() if each["kind"] == "Pod" and "pausepod" in each["metadata"]["name"]]
    mounted = [
        [volume["secret"]["secretName"] for volume in pod["spec"]["volumes"] if "secret" in volume] for pod in pods
    ]

    assert mounted == [["secret-0-0", "secret-0-1", "secret-0-2"], ["secret-1-0", "secret-1-1", "secret-1-2"]]


def test_synchronisation_in_the_first_namespace_needs_no_namespace_of_its_own() -> None:
    text = "workload: pausepod\nnamespaces: 3\nsync-in-first-namespace: true"

    assert counts(text) == {"Namespace": 3, "ConfigMap": 6, "Service": 3, "Pod": 4}
    assert counts("workload: pausepod\nsync-in-first-namespace: true") == {
        "Namespace": 1,
        "ConfigMap": 2,
        "Service": 1,
        "Pod": 2,
    }


@pytest.mark.parametrize("switch", ["sync: no", "sync: false", "sync: true", "no-sync:", "sync:"])
def test_without_synchronisation_only_the_workers_remain(switch: str) -> None:
    assert counts(f"workload: pausepod\n{switch}") == {"Namespace": 1, "ConfigMap": 2, "Pod": 1}


def test_the_switch_that_clusterbuster_reads_the_other_way_round_is_pointed_out() -> None:
    warnings = [str(warning) for warning in load("workload: pausepod\nsync: true").warnings]

    assert any("switches synchronisation off" in warning for warning in warnings)


def test_only_namespaces_are_created_on_demand() -> None:
    assert counts("workload: pausepod\nnamespaces: 7\ncreate-namespaces-only: true") == {"Namespace": 7}


def test_a_deployment_is_made_for_every_replica_and_servers_stay_pods() -> None:
    text = "workload: server\nreplicas: 3\ndeployment-type: deployment\nworkloadruntime: 1"

    assert counts(text) == {"Namespace": 2, "ConfigMap": 3, "Service": 3, "Pod": 2, "Deployment": 3}


@pytest.mark.parametrize(("extra", "pods"), [("", 5), ("\nfio-drop-cache: no", 3)])
def test_a_workload_that_drops_caches_has_a_second_pod_for_each(extra: str, pods: int) -> None:
    assert counts(f"workload: fio\nreplicas: 2{extra}")["Pod"] == pods


@pytest.mark.parametrize(
    ("options", "exchange"),
    [
        ("target-data-rate: 100K\nworkloadruntime: 60", (100_000, 60, None)),
        ("target-data-rate: 1Mi\nworkload-size: 10Mi", (1024**2, None, 10 * 1024**2)),
        ("target-data-rate: 1000", (1000, None, 10**9)),
        ("target-data-rate: -1\nworkloadruntime: 10,20", (None, 20, None)),
        ("workload-size: 1000,2000", (1_250_000_000, None, 2000)),
    ],
)
def test_an_exchange_has_the_rate_and_the_bounds_of_the_file(options: str, exchange: tuple[object, ...]) -> None:
    found = job(f"workload: server\n{options}").exchange

    assert (found.bytes_per_second, found.duration_seconds, found.total_bytes) == exchange


def test_a_server_without_rate_and_bound_exchanges_nothing() -> None:
    assert job("workload: server").exchange is None


def test_workloads_without_a_like_hold_for_their_run_time() -> None:
    assert job("workload: pausepod\nworkloadruntime: 30\npredelay: 5").hold_seconds == 35


@pytest.mark.parametrize(
    ("text", "work"),
    [
        ("workload: sleep", {"kind": "sleep"}),
        ("workload: synctest", {"kind": "sleep"}),
        ("workload: cpusoaker", {"kind": "cpuSoak", "share": 1.0}),
        ("workload: memory\nmemory-size: 64Mi", {"kind": "memorySoak", "size_bytes": 64 * 2**20}),
        ("workload: files\nfiles-per-dir: 7\nfile-size: 100", {"kind": "files", "files": 7, "file_bytes": 100}),
        ("workload: logger\nlog-bytes-per-line: 64", {"kind": "logger", "line_bytes": 64}),
    ],
)
def test_workloads_with_a_like_do_that_for_their_run_time(text: str, work: dict[str, object]) -> None:
    found = job(f"{text}\nworkloadruntime: 30\npredelay: 5")
    (workload,) = (group.pod.workload for group in found.objects if getattr(group, "pod", None) and group.pod.workload)

    assert work.items() <= {**workload.model_dump(), "duration_seconds": 30.0}.items()
    assert workload.duration_seconds == 30.0
    assert found.hold_seconds == 5
    assert found.barrier is not None


def test_the_pace_is_the_files_own() -> None:
    loaded = load("workload: pausepod\nsecrets: 1\nparallel: 2\nobjects-per-call: 5\nparallel-secrets: 4\nsleep: 0.5")
    pace = loaded.scenario.load.pace
    secrets = next(group for group in loaded.scenario.load.jobs[0].objects if group.kind == "Secret")

    assert (pace.objects_per_call, pace.parallelism) == (5, 2)
    assert pace.call_seconds == pytest.approx(0.86)
    assert secrets.pace is not None
    assert (secrets.pace.objects_per_call, secrets.pace.parallelism) == (5, 4)


def test_pods_look_as_the_file_says() -> None:
    text = (
        "workload=cpusoaker\ncontainers_per_pod=2\nrequest=cpu=100m\nlimit=memory=1Gi\ntolerate=a:Exists:NoExecute\n"
        "label=color=red\nliveness-probe-interval=10\nnode_selector=disk=fast\n"
    )
    pod = job(text).objects[-1].pod

    assert pod.containers == 2
    assert pod.requests.cpu == 100
    assert pod.limits.memory == 1024**3
    assert pod.tolerations[0].operator == "Exists"
    assert pod.labels == {"color": "red"}
    assert pod.probes.liveness.period_seconds == 10
    assert pod.node_selector == load(text).scenario.cluster.node.labels == {"disk": "fast"}


def test_the_line_form_knows_comments_continuations_and_any_spelling() -> None:
    text = "# a comment\n WORKLOAD = pausepod # another\nDeps_Per-Namespace=\\\n2\nno-cleanup\n\n"

    assert counts(text)["Pod"] == 3
    assert load(text).scenario.load.delete is False


def test_cleaning_up_deletes() -> None:
    assert load("workload: pausepod\ncleanup: true").scenario.load.delete
    assert not load("workload: pausepod").scenario.load.delete


def test_options_that_do_not_apply_are_named_with_their_line_and_the_reason() -> None:
    warnings = [str(warning) for warning in load("workload: pausepod\nprecleanup: true\nvm-cores: 4").warnings]

    assert warnings[0].startswith("job.yaml:2: precleanup: this option does not apply. ")
    assert warnings[1] == "job.yaml:3: vm-cores: this option does not apply. Virtual machines are not simulated"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "workload: pausepod\nnamespacs: 3",
            "job.yaml:2: namespacs: ClusterBuster has no option 'namespacs'. Did you mean namespaces",
        ),
        ("options:\n  workload: pausepod\n  replicas: many", "job.yaml:3: replicas: 'many' is not a whole number"),
        ("workload: pausepod\nreplicas: 0", "job.yaml:2: replicas: '0' is not a whole number from 1 to 10,000,000"),
        ("workload: pausepod\nnamespaces: 999999999999", "is not a whole number from 1 to"),
        ("workload: pausepod\nreplicas: [1]", "job.yaml:2: replicas: ClusterBuster takes one value"),
        (
            "workload: pausepodd",
            "job.yaml:1: workload: ClusterBuster has no workload 'pausepodd'. Did you mean pausepod",
        ),
        ("options: {replicas: 3}", "job.yaml: the option `workload` is missing"),
        ("options: [a]", "options must be a mapping"),
        ("workload: server\ntarget-data-rate: 0.1MB", "job.yaml:2: target-data-rate: '0.1MB' is not a size"),
        ("workload: pausepod\ndeployment-type: vm", "cannot be simulated"),
        ("workload: pausepod\ncleanup: perhaps", "is not yes or no"),
        ("workload: pausepod\nrequest: gpu=1", "is not cpu=… or memory=…"),
        ("workload: pausepod\ntolerate: a", "is not key:operator:effect"),
        ("workload: pausepod\nsleep: long", "is not a number of seconds"),
        ("workload: pausepod\nbasename: No_Good", "job.yaml:2: basename: "),
        ("workload = pausepod\nnamespacs = 3", "job.yaml:2: namespacs: "),
    ],
)
def test_what_clusterbuster_would_refuse_is_refused_with_its_line(text: str, problem: str) -> None:
    with pytest.raises(InputError) as caught:
        load(text)

    assert problem in str(caught.value)


def test_no_option_is_both_applied_and_not() -> None:
    assert not APPLIED & NOT_APPLIED.keys()
    assert not ALIASES.keys() & (APPLIED | NOT_APPLIED.keys())
    assert set(ALIASES.values()) <= APPLIED
    assert len(KNOWN) > 180


@pytest.mark.parametrize("name", sorted(NOT_APPLIED))
def test_every_option_that_does_not_apply_has_a_warning(name: str) -> None:
    assert len(load(f"workload: pausepod\n{name}: 1").warnings) == 2

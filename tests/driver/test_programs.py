"""What a plan adds where pods are really to do something."""

from __future__ import annotations

import json
from typing import Any

import pytest

from plimsoll.driver.plan import Plan, build_plan
from plimsoll.kube.resources import Object
from plimsoll.scenario.loading import load_scenario, parse_scenario
from plimsoll.workloads.coordination import Coordination
from plimsoll.workloads.programs import (
    client,
    cpu_soak,
    dns_lookups,
    log_writer,
    memory_soak,
    pause,
    small_files,
    volume_reader,
)
from plimsoll.workloads.programs import coordinator as coordinator_program
from plimsoll.workloads.programs import server as server_program

Fields = dict[str, Any]
PARSERS = {
    "client": client.parser,
    "coordinator": coordinator_program.parser,
    "cpu_soak": cpu_soak.parser,
    "dns_lookups": dns_lookups.parser,
    "log_writer": log_writer.parser,
    "memory_soak": memory_soak.parser,
    "pause": pause.parser,
    "server": server_program.parser,
    "small_files": small_files.parser,
    "volume_reader": volume_reader.parser,
}
TALKING: list[Fields] = [
    {"kind": "Service", "name": "server", "port": 1234},
    {"kind": "Pod", "name": "server", "pod": {"role": "server", "containers": 2}},
    {
        "kind": "Deployment",
        "name": "client",
        "replicas": 3,
        "pod": {"role": "client", "server": "server", "containers": 2},
    },
]
EXCHANGE: Fields = {"bytesPerSecond": "100kB", "seconds": 30, "clients": 4}
WORKLOADS: list[Fields] = [
    {"kind": "sleep"},
    {"kind": "cpuSoak", "share": 0.25},
    {"kind": "memorySoak", "bytes": "64Mi"},
    {"kind": "files", "sync": True},
    {"kind": "logger"},
    {"kind": "dns", "names": ["a.example", "b.example"]},
    {"kind": "reader"},
]


def plan(*objects: Fields, deliver_programs: bool = True, **job: Any) -> Plan:
    written = {"cluster": {"nodes": 2}, "load": {"jobs": [{"name": "job", "objects": list(objects), **job}]}}
    return build_plan(parse_scenario(json.dumps(written), "f.yaml").scenario, "r", deliver_programs=deliver_programs)


def named(found: Plan, kind: str, name: str) -> Object:
    (manifest,) = (each for each in found.manifests() if (each["kind"], each["metadata"]["name"]) == (kind, name))
    return manifest


def started(container: Object) -> tuple[str, Any]:
    """The program that a container starts, and the arguments that it understands."""
    python, path = container["command"]
    assert python == "python3"
    program = path.removeprefix("/plimsoll/").removesuffix(".py")
    return program, PARSERS[program]().parse_args(container.get("args", []))


def test_clients_are_told_whom_to_talk_to_and_how() -> None:
    spec = named(plan(*TALKING, exchange=EXCHANGE), "Deployment", "client")["spec"]["template"]["spec"]

    for container in spec["containers"]:
        program, arguments = started(container)
        assert program == "client"
        assert arguments.server == ("server", 1234)
        assert (arguments.rate, arguments.seconds, arguments.clients, arguments.idle) == (100_000, 30, 4, True)


def test_the_first_container_of_a_server_serves_and_the_others_only_are_there() -> None:
    containers = named(plan(*TALKING, exchange=EXCHANGE), "Pod", "server")["spec"]["containers"]

    assert [started(container)[0] for container in containers] == ["server", "pause"]
    assert started(containers[0])[1].port == 1234


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda workload: str(workload["kind"]))
def test_every_workload_is_a_program_that_understands_its_arguments(workload: Fields) -> None:
    pod = {"kind": "Pod", "name": "it", "pod": {"workload": {**workload, "seconds": 7}, "configMaps": "all"}}
    found = plan({"kind": "ConfigMap", "name": "settings"}, pod)
    (container,) = named(found, "Pod", "it")["spec"]["containers"]

    _, arguments = started(container)

    assert arguments.seconds == 7
    assert arguments.idle


def test_a_reader_reads_what_its_pod_mounts() -> None:
    pod = {"kind": "Pod", "name": "it", "pod": {"workload": {"kind": "reader"}, "configMaps": "all", "secrets": "all"}}
    found = plan({"kind": "ConfigMap", "name": "settings"}, {"kind": "Secret", "count": 2}, pod)
    spec = named(found, "Pod", "it")["spec"]

    mounted = [mount["mountPath"] for mount in spec["containers"][0]["volumeMounts"]]
    assert started(spec["containers"][0])[1].path == mounted[:3]


def test_the_coordinator_expects_every_container_that_reports() -> None:
    worker = {"kind": "Pod", "name": "worker", "count": 2, "pod": {"workload": {"kind": "sleep"}}}
    found = plan(*TALKING, worker, exchange=EXCHANGE, namespaces=5, barrier={"quorum": 0.9, "patience": 30})
    _, arguments = started(named(found, "Pod", "plimsoll-coordinator")["spec"]["containers"][0])

    assert arguments.expected == 5 * (3 * 2 + 2)
    assert (arguments.quorum, arguments.patience, arguments.timeout) == (0.9, 30, 1800)


@pytest.mark.parametrize("program", ["coordinator", "server"])
def test_what_listens_does_so_on_its_pods_address_only(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLIMSOLL_POD_IP", "10.1.2.3")
    needed = ["--expected", "1"] if program == "coordinator" else []

    assert PARSERS[program]().parse_args(needed).address == "10.1.2.3"


def test_workers_wait_longer_than_the_coordinator_and_only_at_a_barrier() -> None:
    waits = []
    jobs: list[Fields] = [{"barrier": {"timeout": 100}}, {}]
    for job in jobs:
        spec = named(plan(*TALKING, exchange=EXCHANGE, **job), "Deployment", "client")["spec"]["template"]["spec"]
        values = {each["name"]: each.get("value") for each in spec["containers"][0]["env"]}
        assert values["PLIMSOLL_COORDINATOR"] == "plimsoll-coordinator.job-coordinator.svc:7460"
        assert values["PLIMSOLL_CONTAINERS"] == "2"
        waits.append(values["PLIMSOLL_START_WITHIN"])

    assert waits == ["160", "0"]


def test_programs_are_in_every_namespace_that_needs_them_before_its_pods() -> None:
    found = plan(*TALKING, exchange=EXCHANGE, namespaces=3)
    maps = [each for each in found.manifests() if each["kind"] == "ConfigMap"]

    assert [each["metadata"]["namespace"] for each in maps] == ["job-coordinator", "job-0", "job-1", "job-2"]
    assert all(each["immutable"] for each in maps)
    assert {"client.py", "server.py", "pause.py", "session.py"} <= maps[1]["data"].keys()
    kinds = [phase.name for phase in found.phases]
    assert kinds.index("Create config maps") < kinds.index("Create pods")


def test_everything_carries_the_label_of_the_run() -> None:
    for manifest in plan(*TALKING, exchange=EXCHANGE).manifests():
        assert manifest["metadata"]["labels"]["plimsoll.dev/run"] == "r"


def test_the_coordinator_is_no_part_of_the_load() -> None:
    found = plan(*TALKING, exchange=EXCHANGE)

    assert found.pods == plan(*TALKING, exchange=EXCHANGE, deliver_programs=False).pods == 4
    assert found.coordinations == (
        Coordination("job", "job-coordinator", "plimsoll-coordinator", "coordinator", work_seconds=30.0),
    )


def test_pods_that_do_nothing_need_no_programs() -> None:
    found = plan({"kind": "Pod"})

    assert {each["kind"] for each in found.manifests()} == {"Namespace", "Pod"}
    assert named(found, "Pod", "pod")["spec"]["containers"][0]["image"] == "registry.k8s.io/pause:3.10"
    assert found.coordinations == ()


def test_images_are_the_users_where_there_is_one() -> None:
    own = {"kind": "Pod", "name": "own", "pod": {"image": "mine:1", "workload": {"kind": "sleep"}}}
    other = {"kind": "Pod", "name": "other", "pod": {"workload": {"kind": "sleep"}}}
    found = plan(own, other)

    images = {name: named(found, "Pod", name)["spec"]["containers"][0]["image"] for name in ("own", "other")}
    assert images == {"own": "mine:1", "other": "docker.io/library/python:3.13-slim"}


def test_probes_of_programs_run_what_their_image_has() -> None:
    pod = {"kind": "Pod", "name": "it", "pod": {"workload": {"kind": "sleep"}, "probes": {"readiness": {}}}}
    (container,) = named(plan(pod), "Pod", "it")["spec"]["containers"]

    assert container["readinessProbe"]["exec"]["command"] == ["true"]


def test_in_virtual_time_pods_say_what_they_would_do() -> None:
    worker = {"kind": "Pod", "name": "worker", "pod": {"workload": {"kind": "cpuSoak", "seconds": 90}}}
    found = plan(*TALKING, worker, exchange=EXCHANGE, deliver_programs=False)

    annotations = named(found, "Pod", "worker")["metadata"]["annotations"]
    assert annotations["plimsoll.dev/role"] == "worker"
    assert json.loads(annotations["plimsoll.dev/workload"]) == {"kind": "cpuSoak", "seconds": 90.0}
    client_annotations = named(found, "Deployment", "client")["spec"]["template"]["metadata"]["annotations"]
    assert json.loads(client_annotations["plimsoll.dev/exchange"])["clients"] == 8
    assert [phase.duration_seconds for phase in found.phases if phase.kind == "exchange"] == [90.0]


def test_a_job_of_workloads_alone_runs_them() -> None:
    found = plan({"kind": "Pod", "pod": {"workload": {"kind": "sleep", "seconds": 5}}})

    assert [phase.name for phase in found.phases if phase.kind == "exchange"] == ["Run workloads"]


def test_the_main_scenario_can_be_delivered() -> None:
    found = build_plan(load_scenario("openshift/500-pods-per-node").scenario, "r", deliver_programs=True)

    assert len(found.coordinations) == 1
    assert found.counts()["ConfigMap"] == found.counts()["Namespace"]

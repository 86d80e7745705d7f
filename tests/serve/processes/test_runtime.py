"""Pods of a simulated cluster that run as processes of this machine."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import uvloop

from plimsoll.kube.resources import CONFIGMAPS, PODS, SECRETS, SERVICES, Object
from tests.serve.processes.running import Bench, eventually, running

PYTHON = sys.executable


def on_a_bench(test: Callable[[Bench], Awaitable[None]]) -> None:
    async def main() -> None:
        async with running() as bench:
            await test(bench)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())


def phase_is(phase: str) -> Callable[[Object], bool]:
    return lambda pod: pod["status"].get("phase") == phase


def connects(host: str) -> bool:
    try:
        socket.create_connection((host, 8123), timeout=1).close()
    except OSError:
        return False
    return True


def only(pod: Object) -> Object:
    (status,) = pod["status"].get("containerStatuses") or [{"state": {}}]
    return dict(status)


def test_a_pod_runs_its_command_and_ends_with_its_exit_code() -> None:
    async def story(bench: Bench) -> None:
        pod = bench.pod("good", "sh", "-c", "echo $GREETING; exit 0", restartPolicy="Never",
                        container_env=[{"name": "GREETING", "value": "hello"}])  # fmt: skip
        bench.pod("bad", "sh", "-c", "exit 3", restartPolicy="Never")

        good = await bench.until("good", phase_is("Succeeded"))
        bad = await bench.until("bad", phase_is("Failed"))

        assert bench.log(pod) == "hello\n"
        assert only(good)["state"]["terminated"]["exitCode"] == 0
        assert only(bad)["state"]["terminated"]["exitCode"] == 3
        assert only(bad)["state"]["terminated"]["reason"] == "Error"

    on_a_bench(story)


def test_every_pod_has_an_address_of_its_own_on_this_machine() -> None:
    async def story(bench: Bench) -> None:
        serve = "import socket, os, sys; s = socket.create_server((sys.argv[1], 8123)); s.accept()"
        fields = [{"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}]
        for name in ("a", "b"):
            bench.pod(name, PYTHON, "-c", serve, container_args=["$(IP)"], container_env=fields)
        pods = [await bench.until(name, phase_is("Running")) for name in ("a", "b")]
        addresses = {pod["status"]["podIP"] for pod in pods}

        assert len(addresses) == 2
        for address in addresses:
            assert address.startswith("127.")

            await bench.eventually(partial(connects, address))

    on_a_bench(story)


def test_a_container_that_keeps_ending_is_started_again_and_again() -> None:
    async def story(bench: Bench) -> None:
        pod = bench.pod("crashing", "sh", "-c", "echo once more; exit 1")

        found = await bench.until("crashing", lambda pod: only(pod).get("restartCount", 0) >= 2)

        assert found["status"]["phase"] == "Running"
        assert only(found)["lastState"]["terminated"]["exitCode"] == 1
        assert bench.log(pod, previous=True) == "once more\n"

    on_a_bench(story)


def test_a_deleted_pod_gets_sigterm_and_time_to_obey() -> None:
    async def story(bench: Bench) -> None:
        program = "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done"
        pod = bench.pod("obedient", "sh", "-c", program, terminationGracePeriodSeconds=20)
        await bench.eventually(lambda: bench.log(pod), lambda log: "up" in log)
        log = bench.runtime.log(pod["metadata"]["uid"], "main")
        assert log is not None
        lines = log.follow()

        bench.delete("obedient")

        assert (await lines.get() or b"").endswith(b"bye\n")
        await bench.eventually(lambda: bench.find("obedient") is None)

    on_a_bench(story)


def test_a_pod_that_does_not_obey_is_killed_with_all_that_it_started() -> None:
    async def story(bench: Bench) -> None:
        program = "trap '' TERM; sh -c 'echo $$$$; exec sleep 600' & wait; wait"
        pod = bench.pod("stubborn", "sh", "-c", program, terminationGracePeriodSeconds=0)
        log = await bench.eventually(lambda: bench.log(pod))
        grandchild = int(log)

        bench.delete("stubborn")

        await bench.eventually(lambda: bench.find("stubborn") is None)
        await bench.eventually(lambda: not is_alive(grandchild))

    on_a_bench(story)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_config_maps_and_secrets_are_files_that_follow_their_objects() -> None:
    async def story(bench: Bench) -> None:
        bench.create(CONFIGMAPS, {"metadata": {"name": "settings"}, "data": {"color": "red", "size": "1"}})
        bench.create(SECRETS, {"metadata": {"name": "key"}, "data": {"key": "c2VjcmV0"}})
        program = "while :; do cat /etc/a/colour /etc/b/key; ls /etc/a; sleep 0.05; done"
        pod = bench.pod(
            "reader", "sh", "-c", program.replace("/etc/a", "$A").replace("/etc/b", "$B"),
            volumes=[
                {"name": "a", "configMap": {"name": "settings", "items": [{"key": "color", "path": "colour"}]}},
                {"name": "b", "secret": {"secretName": "key"}},
            ],
            container_volumeMounts=[{"name": "a", "mountPath": "/etc/a"}, {"name": "b", "mountPath": "/etc/b"}],
            container_env=[{"name": "A", "value": "/etc/a"}, {"name": "B", "value": "/etc/b"}],
        )  # fmt: skip
        await bench.eventually(lambda: bench.log(pod), lambda log: "redsecretcolour\n" in log)

        bench.change(CONFIGMAPS, "settings", {"data": {"color": "blue"}})

        await bench.eventually(lambda: bench.log(pod), lambda log: "bluesecretcolour\n" in log)

    on_a_bench(story)


def test_a_pod_without_its_config_map_waits_for_it() -> None:
    async def story(bench: Bench) -> None:
        source = {"configMapKeyRef": {"name": "late", "key": "word"}}
        pod = bench.pod("patient", "sh", "-c", "echo $WORD", restartPolicy="Never",
                        container_env=[{"name": "WORD", "valueFrom": source}])  # fmt: skip
        error = {"reason": "CreateContainerConfigError", "message": 'key "word" of configmap "late" not found'}
        await bench.until("patient", lambda pod: only(pod)["state"] == {"waiting": error})

        bench.create(CONFIGMAPS, {"metadata": {"name": "late"}, "data": {"word": "there"}})

        await bench.until("patient", phase_is("Succeeded"))
        assert bench.log(pod) == "there\n"

    on_a_bench(story)


def test_containers_that_initialise_run_first_and_one_by_one() -> None:
    async def story(bench: Bench) -> None:
        mounts = [{"name": "work", "mountPath": "/shared"}]
        steps = [
            {"name": name, "image": "none", "volumeMounts": mounts,
             "command": ["sh", "-c", 'echo "$0" >> "$1"', name, "/shared/steps"]}
            for name in ("init-1", "init-2")
        ]  # fmt: skip
        pod = bench.pod(
            "ordered", "cat", "/shared/steps", restartPolicy="Never", initContainers=steps,
            volumes=[{"name": "work", "emptyDir": {}}],
            container_volumeMounts=mounts,
        )  # fmt: skip

        await bench.until("ordered", phase_is("Succeeded"))

        assert bench.log(pod) == "init-1\ninit-2\n"

    on_a_bench(story)


def test_a_pod_is_ready_when_its_probe_says_so() -> None:
    async def story(bench: Bench) -> None:
        bench.create(CONFIGMAPS, {"metadata": {"name": "gate"}, "data": {"shut": ""}})
        bench.pod(
            "slow", "sleep", "600", volumes=[{"name": "gate", "configMap": {"name": "gate"}}],
            container_volumeMounts=[{"name": "gate", "mountPath": "/gate"}],
            container_readinessProbe={"exec": {"command": ["test", "-e", "/gate/open"]}, "periodSeconds": 0.05},
        )  # fmt: skip
        shut = await bench.until("slow", phase_is("Running"))
        assert not only(shut)["ready"]

        bench.change(CONFIGMAPS, "gate", {"data": {"open": ""}})

        await bench.until("slow", lambda pod: bool(only(pod)["ready"]))

    on_a_bench(story)


def test_a_container_without_a_command_does_nothing_and_says_so() -> None:
    async def story(bench: Bench) -> None:
        pod = bench.pod("pausing", container_image="registry.example/app:1")

        found = await bench.until("pausing", phase_is("Running"))

        assert only(found)["ready"]
        assert "registry.example/app:1 is not run" in bench.log(pod)

    on_a_bench(story)


def test_a_command_that_does_not_exist_is_reported_as_such() -> None:
    async def story(bench: Bench) -> None:
        pod = bench.pod("lost", "/nowhere/program", restartPolicy="Never")

        found = await bench.until("lost", phase_is("Failed"))

        assert only(found)["state"]["terminated"]["reason"] == "StartError"
        assert "cannot execute /nowhere/program" in bench.log(pod)

    on_a_bench(story)


def test_memory_beyond_the_limit_is_refused() -> None:
    async def story(bench: Bench) -> None:
        program = "bytearray(200_000_000)"
        pod = bench.pod("hungry", PYTHON, "-S", "-c", program, restartPolicy="Never",
                        container_resources={"limits": {"memory": "50Mi"}})  # fmt: skip

        await bench.until("hungry", phase_is("Failed"))

        assert "MemoryError" in bench.log(pod)

    on_a_bench(story)


def test_services_are_found_by_name_in_a_file() -> None:
    async def story(bench: Bench) -> None:
        bench.create(SERVICES, {"metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": []}})
        container = {"name": "main", "image": "none", "command": ["sleep", "600"]}
        bench.create(PODS, {"metadata": {"name": "web", "labels": {"app": "web"}}, "spec": {"containers": [container]}})
        client = bench.pod("client", "sh", "-c", 'while ! grep web.ns.svc "$PLIMSOLL_HOSTS"; do sleep 0.05; done',
                           restartPolicy="Never")  # fmt: skip
        await bench.until("client", phase_is("Succeeded"))
        web = bench.find("web")
        assert web is not None
        assert bench.log(client).startswith(web["status"]["podIP"] + " ")

    on_a_bench(story)


def test_leaving_the_runtime_ends_every_process_and_removes_every_file() -> None:
    pids: list[int] = []
    directories: list[Path] = []

    async def story(bench: Bench) -> None:
        pod = bench.pod("going", "sh", "-c", "echo $$$$; pwd; exec sleep 600")
        log = await bench.eventually(lambda: bench.log(pod), lambda log: log.count("\n") == 2)
        pids.append(int(log.split()[0]))
        directories.append(Path(log.split()[1]))
        assert is_alive(pids[0])

    on_a_bench(story)

    assert not is_alive(pids[0])
    assert not directories[0].exists()


CRASH = """
import asyncio, os, sys
from tests.serve.processes.running import running

async def main():
    async with running() as bench:
        pod = bench.pod("orphan", "sh", "-c", "sleep 600 & echo $!; wait")
        log = await bench.eventually(lambda: bench.log(pod))
        print(log.strip(), flush=True)
        os.kill(os.getpid(), 9)

asyncio.run(main())
"""


def test_a_crash_of_the_server_leaves_no_process_behind(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    crashed = subprocess.run(
        [PYTHON, "-c", CRASH], capture_output=True, text=True, timeout=60, check=False, env=environment
    )
    grandchild = int(crashed.stdout)

    asyncio.run(eventually(lambda: not is_alive(grandchild)))
    assert crashed.returncode == -9

"""Workers that are pods: what they are made of, and how their leader follows them."""

from __future__ import annotations

import asyncio

from plimsoll.driver.plan import build_plan
from plimsoll.experiment.remote.permissions import rights_of
from plimsoll.experiment.remote.workers.messages import Order, Progress, encode, read_order
from plimsoll.experiment.remote.workers.podmanifests import ORDER, Site, creation
from plimsoll.experiment.remote.workers.pods import WorkerPod
from plimsoll.kube.labels import RUN_LABEL
from plimsoll.kube.resources import Object
from plimsoll.scenario.loading import parse_scenario
from tests.experiment.remote.workers.test_share import SCENARIO

PLAN = build_plan(parse_scenario(SCENARIO, "small.yaml").scenario, "r")
SITE = Site("r", "part-2", "registry.example/plimsoll:1", 3, creation(rights_of(PLAN)))
THE_ORDER = Order({"name": "a"}, "r", 0, 3, "in-cluster", None, 10, None, 1, 12.5, "1.0")
OBJECTS = [body for _, _, body in SITE.objects(THE_ORDER)]


def of_kind(kind: str) -> Object:
    return next(body for body in OBJECTS if body["kind"] == kind)


def pod(number: int, uid: str) -> Object:
    annotations = {"batch.kubernetes.io/job-completion-index": str(number)}
    return {"metadata": {"name": f"worker-{number}", "uid": uid, "annotations": annotations}, "status": {}}


def test_all_that_workers_need_carries_the_runs_label_and_their_pods_do_not() -> None:
    assert all(body["metadata"]["labels"] == {RUN_LABEL: "r"} for body in OBJECTS)
    assert RUN_LABEL not in of_kind("Job")["spec"]["template"]["metadata"]["labels"]


def test_each_part_of_a_run_has_a_place_of_its_own() -> None:
    other = Site("r", "part-3", SITE.image, 3, SITE.rights)
    assert other.name != SITE.name
    assert of_kind("ServiceAccount")["metadata"]["namespace"] == of_kind("Namespace")["metadata"]["name"] == SITE.name


def test_workers_may_create_and_look_and_nothing_else() -> None:
    rules = of_kind("ClusterRole")["rules"]
    assert {verb for rule in rules for verb in rule["verbs"]} == {"create", "get"}
    assert {plural for rule in rules for plural in rule["resources"]} == {"namespaces", "secrets"}
    assert of_kind("Role")["rules"] == [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["list", "watch"]}]


def test_a_lost_worker_is_not_replaced_and_takes_nobody_with_it() -> None:
    spec = of_kind("Job")["spec"]
    assert (spec["completionMode"], spec["completions"], spec["parallelism"]) == ("Indexed", 3, 3)
    assert spec["backoffLimitPerIndex"] == 0
    assert spec["template"]["spec"]["restartPolicy"] == "Never"


def test_an_order_arrives_by_config_map() -> None:
    assert read_order(of_kind("ConfigMap")["data"][ORDER].encode()) == THE_ORDER


def test_a_log_that_is_read_again_says_nothing_twice() -> None:
    worker = WorkerPod(0)
    lines = [encode(Progress(number, sent=number)) for number in range(3)]
    for line in (*lines[:2], *lines):
        worker.take(line)
    assert [worker.lines.get_nowait() for _ in lines] == lines
    assert worker.lines.empty()


def test_what_a_worker_died_of_is_told() -> None:
    async def main() -> str:
        worker = WorkerPod(1)
        ended = {"terminated": {"reason": "Error", "exitCode": 1}}
        worker.pod = {**pod(1, "a"), "status": {"phase": "Failed", "containerStatuses": [{"state": ended}]}}
        for line in (b"Traceback:", b"No module named plimsoll", b""):
            worker.take(line)
        return await worker.fate()

    assert asyncio.run(main()) == "(pod worker-1) is Failed, Error with exit code 1, No module named plimsoll"


def test_a_pod_in_the_place_of_a_lost_one_is_not_the_worker() -> None:
    worker = WorkerPod(1)
    assert worker.is_at(pod(1, "a"))
    assert not worker.is_at(pod(0, "b"))
    worker.pod = pod(1, "a")
    assert not worker.is_at(pod(1, "c"))

from __future__ import annotations

import re

import pytest

from plimsoll.serve.metrics.counting import Durations
from plimsoll.serve.metrics.exposition import Family, Sample, histogram, render
from tests.serve.frontends import ALICE, Served, served

LINE = re.compile(r'[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? [-+0-9.e]+')
POD = {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i"}]}}


@pytest.fixture(scope="module")
def api() -> Served:
    api = served()
    assert api.ask("POST", "/api/v1/namespaces/default/pods", POD).status == 201
    api.clock[0] += 30
    while api.pacer.lag_seconds > 0 or api.cluster.kernel.now < api.clock[0]:
        api.pacer.catch_up()
    return api


def lines(page: bytes) -> list[str]:
    return [line for line in page.decode().splitlines() if not line.startswith("#")]


def test_a_histogram_counts_what_is_below_each_bound() -> None:
    durations = Durations()
    durations.add(0.1, 2, 0.2)
    durations.add(3.0, 1, 3.0)
    samples = histogram(durations.counts, durations.total_seconds, {"verb": "GET"}, (0.1, 1.0))
    assert [(sample.suffix, sample.labels.get("le"), sample.value) for sample in samples] == [
        ("_bucket", "0.1", 2),
        ("_bucket", "1", 2),
        ("_bucket", "+Inf", 3),
        ("_sum", None, 3.2),
        ("_count", None, 3),
    ]


def test_labels_are_escaped() -> None:
    page = render([Family("x", "gauge", "Text.", [Sample(1.5, {"a": 'b"\\\n'})])])
    assert page == b'# HELP x Text.\n# TYPE x gauge\nx{a="b\\"\\\\\\n"} 1.5\n'


def test_the_control_plane_tells_what_it_did(api: Served) -> None:
    page = api.ask("GET", "/metrics")
    assert page.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert all(LINE.fullmatch(line) for line in lines(page.body))
    assert 'apiserver_storage_objects{resource="pods"} 1' in lines(page.body)
    assert 'scheduler_pending_pods{queue="active"} 0' in lines(page.body)


def test_metrics_are_not_for_everybody(api: Served) -> None:
    assert api.ask("GET", "/metrics", token=ALICE).status == 403


@pytest.mark.parametrize("page", ["metrics", "metrics/resource"])
def test_every_kubelet_has_metrics(api: Served, page: str) -> None:
    reply = api.ask("GET", f"/api/v1/nodes/worker-0/proxy/{page}")
    assert reply.status == 200
    assert all(LINE.fullmatch(line) for line in lines(reply.body))


def test_a_kubelet_tells_how_it_is_configured_and_what_it_runs(api: Served) -> None:
    config = api.ask("GET", "/api/v1/nodes/worker-0/proxy/configz").json["kubeletconfig"]
    assert config["maxPods"] > 0
    assert api.ask("GET", "/api/v1/nodes/worker-0/proxy/healthz").body == b"ok"
    found = [api.ask("GET", f"/api/v1/nodes/worker-{n}/proxy/pods").json["items"] for n in range(2)]
    assert sum(map(len, found)) == 1
    summaries = [api.ask("GET", f"/api/v1/nodes/worker-{n}/proxy/stats/summary").json for n in range(2)]
    assert sum(len(summary["pods"]) for summary in summaries) == 1


def test_a_node_that_is_not_there_has_no_kubelet(api: Served) -> None:
    assert api.ask("GET", "/api/v1/nodes/nowhere/proxy/metrics").status == 404
    assert api.ask("GET", "/api/v1/nodes/worker-0/proxy/nonsense").status == 404
    assert api.ask("GET", "/api/v1/nodes/worker-0:1/proxy/metrics").status == 503


@pytest.mark.parametrize("subresource", ["exec", "attach", "portforward"])
def test_what_simulated_containers_cannot_do_is_said(api: Served, subresource: str) -> None:
    reply = api.ask("GET", f"/api/v1/namespaces/default/pods/p/{subresource}?command=sh")
    assert (reply.status, reply.json["reason"]) == (400, "BadRequest")

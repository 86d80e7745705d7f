"""Scraping a cluster that answers as told, in virtual time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

from plimsoll.cluster.port import Listing
from plimsoll.errors import ApiError
from plimsoll.kube.resources import NODES, PODS, Object, Resource
from plimsoll.observe.scraping.scraper import MOST_NODES, Scraper
from plimsoll.observe.scraping.targets import evenly
from tests.driver.in_virtual_time import run
from tests.observe.recorder import Recorder

SERVER = """\
apiserver_request_total{verb="LIST",resource="pods",code="200"} %d
apiserver_longrunning_requests{verb="WATCH"} 3
"""
KUBELET = "kubelet_running_pods %d\n"
CONFIGZ = json.dumps({"kubeletconfig": {"maxPods": 110}})


class FakeCluster:
    """Lists nodes and pods, and serves pages; an exception in place of a page is raised."""

    def __init__(self, nodes: int, pages: Mapping[str, str | Exception], pods: Sequence[Object] = ()) -> None:
        self.listings = {NODES: [{"metadata": {"name": f"n{index}"}} for index in range(nodes)], PODS: list(pods)}
        self.pages = pages
        self.asked: list[str] = []

    async def list(self, resource: Resource, namespace: str | None = None) -> Listing:
        return Listing(self.listings[resource])

    async def read(self, path: str) -> bytes:
        self.asked.append(path)
        page = self.pages.get(path, ApiError(404, "NotFound", ""))
        if isinstance(page, Exception):
            raise page
        return (page % len(self.asked) if "%" in page else page).encode()


def scraped(cluster: FakeCluster, rounds: int = 3) -> Recorder:
    recorder = Recorder()

    async def main() -> None:
        scraper = Scraper(cast("Any", cluster), cluster, recorder, 10.0, 0.0)
        async with scraper.scraping():
            await asyncio.sleep(10.0 * rounds - 5.0)

    run(main())
    return recorder


def named(recorder: Recorder) -> set[str]:
    return {series for _, series, _ in recorder.samples}


def test_settings_and_metrics_become_series() -> None:
    node = "/api/v1/nodes/n0/proxy"
    recorder = scraped(FakeCluster(1, {"/metrics": SERVER, f"{node}/metrics": KUBELET, f"{node}/configz": CONFIGZ}))
    assert {"config.kubelet.maxPods", "kubelet.pods", "apiserver.watches", "apiserver.requestsPerSecond"} <= named(
        recorder
    )


def test_a_value_is_reported_when_it_changes() -> None:
    recorder = scraped(FakeCluster(0, {"/metrics": SERVER}), rounds=5)
    assert [series for _, series, _ in recorder.samples].count("apiserver.watches") == 1


def test_what_cannot_be_had_is_named_once_and_the_rest_goes_on() -> None:
    refused = ApiError(403, "Forbidden", "")
    pages: dict[str, str | Exception] = {"/metrics": SERVER}
    for index in range(3):
        pages |= {f"/api/v1/nodes/n{index}/proxy/{page}": refused for page in ("metrics", "configz")}
    recorder = scraped(FakeCluster(3, pages))
    assert "apiserver.watches" in named(recorder)
    assert sorted(recorder.logs) == [
        "Command lines of the control plane are not shown by pods of this cluster",
        "Metrics of scheduler and controllers are not reachable: they are no pods of this cluster",
        "No configurations of kubelets: 403 Forbidden",
        "No kubelets: 403 Forbidden",
    ]


def test_a_network_that_fails_and_a_page_that_makes_no_sense_are_named_too() -> None:
    node = "/api/v1/nodes/n0/proxy"
    pages: dict[str, str | Exception] = {
        "/metrics": ConnectionError(),
        f"{node}/metrics": "kubelet_running_pods many\n",
        f"{node}/configz": "<html>",
    }
    recorder = scraped(FakeCluster(1, pages))
    assert "No API server: ConnectionError" in recorder.logs
    assert any(line.startswith("Metrics of kubelets are malformed: ") for line in recorder.logs)


def test_a_control_plane_in_one_process_is_read_from_one_page() -> None:
    recorder = scraped(FakeCluster(0, {"/metrics": SERVER + 'scheduler_pending_pods{queue="active"} 4\n'}))
    assert "scheduler.queue" in named(recorder)


def test_static_pods_are_asked_by_way_of_the_api_server() -> None:
    labels = {"component": "kube-scheduler"}
    metadata = {"name": "kube-scheduler-m1", "namespace": "kube-system", "labels": labels}
    pod = {"metadata": metadata, "spec": {"containers": [{"command": ["kube-scheduler", "--kube-api-qps=100"]}]}}
    path = "/api/v1/namespaces/kube-system/pods/https:kube-scheduler-m1:10259/proxy/metrics"
    page = 'scheduler_pending_pods{queue="active"} 4\n'
    recorder = scraped(FakeCluster(0, {"/metrics": SERVER, path: page}, [pod]))
    assert {"scheduler.queue", "config.scheduler.qps"} <= named(recorder)


def test_of_many_nodes_some_from_all_along_are_asked() -> None:
    assert evenly(range(10), 20) == list(range(10))
    assert evenly(range(1000), 4) == [0, 250, 500, 750]
    cluster = FakeCluster(3 * MOST_NODES, {"/metrics": SERVER})
    recorder = scraped(cluster, rounds=1)
    assert f"Metrics of {MOST_NODES} of {3 * MOST_NODES} nodes are read" in recorder.logs
    assert sum("configz" in path for path in cluster.asked) == MOST_NODES

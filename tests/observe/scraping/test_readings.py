from __future__ import annotations

import pytest

from plimsoll.observe.scraping.exposition import ExpositionError
from plimsoll.observe.scraping.metricmap import RULES
from plimsoll.observe.scraping.readings import PageReader, Value
from plimsoll.observe.scraping.targets import rules_of
from plimsoll.telemetry.series import SERIES


class Reader:
    """Reads pages ten seconds apart."""

    def __init__(self, *series: str, node: str = "") -> None:
        self._reader = PageReader(
            [rule for rule in RULES if rule.series in series and not rule.called.startswith(("kube-s", "kube-c"))], node
        )
        self._seconds = 0.0

    def read(self, page: str) -> list[Value]:
        self._seconds += 10.0
        return self._reader.read(page.encode(), self._seconds, 1_000_000.0 + self._seconds)


def requests(get: float, patch: float, post: float, started: float = 1.0) -> str:
    return f"""\
process_start_time_seconds {started}
rest_client_requests_total{{code="200",host="api:6443",method="GET"}} {get}
rest_client_requests_total{{code="200",host="api:6443",method="PATCH"}} {patch}
rest_client_requests_total{{code="201",host="api:6443",method="POST"}} {post}
"""


def test_a_counter_becomes_a_rate_once_there_is_something_to_compare_with() -> None:
    reader = Reader("kubelet.requestsPerSecond", node="n1")
    assert reader.read(requests(1000, 50, 7)) == []
    assert reader.read(requests(1040, 60, 99)) == [Value("kubelet.requestsPerSecond", "n1", 5.0)]


def test_processes_behind_one_address_are_compared_with_themselves() -> None:
    reader = Reader("kubelet.requestsPerSecond")
    reader.read(requests(1000, 0, 0, started=1.0))
    assert reader.read(requests(5000, 0, 0, started=2.0)) == []
    assert reader.read(requests(1040, 0, 0, started=1.0)) == [Value("kubelet.requestsPerSecond", "", 2.0)]


def test_a_counter_that_began_anew_has_grown_by_what_it_shows() -> None:
    reader = Reader("kubelet.requestsPerSecond")
    reader.read(requests(1000, 0, 0))
    assert reader.read(requests(30, 0, 0)) == [Value("kubelet.requestsPerSecond", "", 3.0)]


def test_a_histogram_becomes_the_mean_of_what_came_since() -> None:
    reader = Reader("controller.queueSeconds")
    page = 'workqueue_queue_duration_seconds_sum{{name="{0}"}} {1}\nworkqueue_queue_duration_seconds_count{{name="{0}"}} {2}\n'
    reader.read(page.format("replicaset", 5, 10))
    new = page.format("replicaset", 11, 13) + page.format("job", 2, 4)
    assert reader.read(new) == [
        Value("controller.queueSeconds", "replicaset", 2.0),
        Value("controller.queueSeconds", "job", 0.5),
    ]
    assert reader.read(new) == [
        Value("controller.queueSeconds", "replicaset", 0.0),
        Value("controller.queueSeconds", "job", 0.0),
    ]


def test_the_newest_name_of_a_metric_counts_and_gauges_add_up() -> None:
    reader = Reader("apiserver.watches", "apiserver.storageObjects", "apiserver.inflight")
    page = """\
apiserver_longrunning_requests{verb="WATCH",resource="pods"} 3
apiserver_longrunning_requests{verb="WATCH",resource="secrets"} 4
apiserver_longrunning_requests{verb="CONNECT",resource="pods"} 9
apiserver_longrunning_gauge{verb="WATCH"} 100
apiserver_storage_objects{resource="deployments.apps"} 5
apiserver_current_inflight_requests{request_kind="readOnly"} 2
"""
    assert set(reader.read(page)) == {
        Value("apiserver.watches", "", 7),
        Value("apiserver.storageObjects", "deployments.apps", 5),
        Value("apiserver.inflight", "readonly", 2),
    }
    assert reader.read('apiserver_resource_objects{group="apps",resource="deployments"} 6\n') == [
        Value("apiserver.storageObjects", "deployments.apps", 6)
    ]


def test_the_cpu_of_a_server_is_told_in_cores_and_as_a_share_of_those_that_it_has() -> None:
    reader = Reader("apiserver.utilization", "masters.cpuCores")
    page = "process_cpu_seconds_total {}\ngo_sched_gomaxprocs_threads 8\n"
    reader.read(page.format(100))
    assert reader.read(page.format(120)) == [
        Value("apiserver.utilization", "", 0.25),
        Value("masters.cpuCores", "kube-apiserver", 2.0),
    ]


def test_a_moment_becomes_the_time_since() -> None:
    assert Reader("kubelet.plegLastSeenSeconds", node="n").read("kubelet_pleg_last_seen_seconds 1000004\n") == [
        Value("kubelet.plegLastSeenSeconds", "n", 6.0)
    ]


def test_components_of_one_process_are_told_apart_where_a_label_says_which() -> None:
    name = "rest_client_rate_limiter_duration_seconds"
    labels = '{component="kube-controller-manager",verb="POST"}'
    reader = Reader("scheduler.limiterWaitSeconds", "controllers.limiterWaitSeconds")
    reader.read(f"{name}_sum{labels} 0\n{name}_count{labels} 0\n")
    assert Value("controllers.limiterWaitSeconds", "", 2.0) in reader.read(
        f"{name}_sum{labels} 8\n{name}_count{labels} 4\n"
    )


def test_a_page_that_breaks_the_format_is_refused() -> None:
    with pytest.raises(ExpositionError):
        Reader("apiserver.watches").read("apiserver_longrunning_requests{verb=WATCH} 3\n")


def test_every_row_of_the_table_is_a_series_that_a_real_cluster_shows() -> None:
    for rule in RULES:
        assert SERIES[rule.series].shown_by, rule.series
        assert rule in rules_of(rule.component)

"""Which metric of a real cluster is which series: one table.

Metrics are renamed now and then; each row names them newest first, and the first that a page has counts. Sources:
test/instrumentation/documentation/documentation-list.yaml of Kubernetes 1.36, and the change logs for the older names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Component = Literal["kubelet", "apiserver", "scheduler", "controllers"]
Reading = Literal["gauge", "greatest", "rate", "share", "mean", "age"]
"""How samples become a value: the sum of gauges, the greatest of them, the growth of counters per second, that as a share
of CPUS, the growth of a histogram's or summary's sum over that of its count, or the time since a Unix time."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One series from one page of metrics."""

    series: str
    component: Component
    reading: Reading
    metrics: tuple[str, ...]
    where: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Values that a label must have, where the sample has the label at all."""
    instance: tuple[str, ...] = ()
    """The labels whose values make the instance, joined by dots; without any it is the node, or empty."""
    called: str = ""
    """The instance, where it is always the same."""


PROCESS_START = "process_start_time_seconds"
"""Tells one process from another behind the same address: API servers take turns behind a load balancer."""

CPU_SECONDS = "process_cpu_seconds_total"
CPUS = "go_sched_gomaxprocs_threads"
_OWN_REQUESTS = {"method": frozenset({"GET", "PATCH", "DELETE"})}
_OWN_WAITS = {"verb": frozenset({"GET", "LIST", "PATCH", "DELETE"})}
_WATCHES = {"verb": frozenset({"WATCH", "WATCHLIST"})}
_REQUESTS = ("apiserver_request_total", "apiserver_request_count")
_LEVEL = ("priority_level",)
_WAITS = ("rest_client_rate_limiter_duration_seconds",)


def _component(name: str) -> dict[str, frozenset[str]]:
    """Where several components are one process, as in a served simulation, a label may tell them apart."""
    return {"component": frozenset({name})}


RULES = (
    Rule("kubelet.requestsPerSecond", "kubelet", "rate", ("rest_client_requests_total",), _OWN_REQUESTS),
    Rule("kubelet.limiterWaitSeconds", "kubelet", "mean", _WAITS, _OWN_WAITS),
    Rule("kubelet.statusSyncSeconds", "kubelet", "mean", ("kubelet_pod_status_sync_duration_seconds",)),
    Rule("kubelet.pods", "kubelet", "gauge", ("kubelet_running_pods", "kubelet_running_pod_count")),
    Rule("kubelet.plegLastSeenSeconds", "kubelet", "age", ("kubelet_pleg_last_seen_seconds",)),
    Rule("kubelet.plegRelistSeconds", "kubelet", "mean", ("kubelet_pleg_relist_duration_seconds",)),
    Rule("kubelet.imagePullSeconds", "kubelet", "mean", ("kubelet_image_pull_duration_seconds",)),
    Rule("apiserver.utilization", "apiserver", "share", (CPU_SECONDS,)),
    Rule("config.apiserver.cores", "apiserver", "gauge", (CPUS,)),
    Rule("masters.cpuCores", "apiserver", "rate", (CPU_SECONDS,), called="kube-apiserver"),
    Rule("masters.cpuCores", "scheduler", "rate", (CPU_SECONDS,), called="kube-scheduler"),
    Rule("masters.cpuCores", "controllers", "rate", (CPU_SECONDS,), called="kube-controller-manager"),
    Rule("apiserver.requestsPerSecond", "apiserver", "rate", _REQUESTS),
    Rule("apiserver.refusedPerSecond", "apiserver", "rate", _REQUESTS, {"code": frozenset({"429"})}),
    Rule("apiserver.watchStartsPerSecond", "apiserver", "rate", _REQUESTS, _WATCHES),
    Rule(
        "apiserver.watches",
        "apiserver",
        "gauge",
        ("apiserver_longrunning_requests", "apiserver_longrunning_gauge"),
        _WATCHES,
    ),
    Rule(
        "apiserver.inflight",
        "apiserver",
        "gauge",
        ("apiserver_current_inflight_requests",),
        instance=("request_kind",),
    ),
    Rule(
        "apiserver.seats",
        "apiserver",
        "gauge",
        ("apiserver_flowcontrol_current_executing_seats", "apiserver_flowcontrol_request_concurrency_in_use"),
        instance=_LEVEL,
    ),
    Rule("apiserver.seatLimit", "apiserver", "gauge", ("apiserver_flowcontrol_current_limit_seats",), instance=_LEVEL),
    Rule(
        "apiserver.seatQueue",
        "apiserver",
        "gauge",
        ("apiserver_flowcontrol_current_inqueue_requests",),
        instance=_LEVEL,
    ),
    Rule(
        "apiserver.rejectedPerSecond",
        "apiserver",
        "rate",
        ("apiserver_flowcontrol_rejected_requests_total",),
        instance=_LEVEL,
    ),
    Rule(
        "apiserver.storageObjects",
        "apiserver",
        "gauge",
        ("apiserver_resource_objects", "apiserver_storage_objects", "etcd_object_counts"),
        instance=("resource", "group"),
    ),
    Rule(
        "apiserver.storageBytes",
        "apiserver",
        "greatest",
        (
            "apiserver_storage_size_bytes",
            "apiserver_storage_db_total_size_in_bytes",
            "etcd_db_total_size_in_bytes",
        ),
    ),
    Rule("scheduler.queue", "scheduler", "gauge", ("scheduler_pending_pods",), {"queue": frozenset({"active"})}),
    Rule(
        "scheduler.unschedulable",
        "scheduler",
        "gauge",
        ("scheduler_pending_pods",),
        {"queue": frozenset({"unschedulable"})},
    ),
    Rule("scheduler.algorithmSeconds", "scheduler", "mean", ("scheduler_scheduling_algorithm_duration_seconds",)),
    Rule("scheduler.cyclesPerSecond", "scheduler", "rate", ("scheduler_schedule_attempts_total",)),
    Rule("scheduler.limiterWaitSeconds", "scheduler", "mean", _WAITS, _component("kube-scheduler")),
    Rule("controller.queue", "controllers", "gauge", ("workqueue_depth",), instance=("name",)),
    Rule("controller.queueSeconds", "controllers", "mean", ("workqueue_queue_duration_seconds",), instance=("name",)),
    Rule("controllers.limiterWaitSeconds", "controllers", "mean", _WAITS, _component("kube-controller-manager")),
)
"""Every series that is read off metrics."""


def names_of(rules: tuple[Rule, ...]) -> frozenset[str]:
    """The names of the samples that these rules read."""
    return frozenset((PROCESS_START, CPUS)) | frozenset(
        name
        for rule in rules
        for metric in rule.metrics
        for name in ((f"{metric}_sum", f"{metric}_count") if rule.reading == "mean" else (metric,))
    )

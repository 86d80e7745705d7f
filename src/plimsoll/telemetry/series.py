"""The series of samples: what each means, and what shows the same of a real cluster.

A simulation and an observer of a real cluster report under the same names. A series without a ``shown_by`` is known to a
simulation only: reports may plot it, and a diagnosis may not use it. Where a version of Kubernetes does not show a
series yet, a simulated cluster of that version does not report it either.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Series:
    """One series; rates are over the sampling interval that ends at the sample."""

    name: str
    unit: str
    instance: str
    """What the instances are; empty where there is only one."""
    meaning: str
    shown_by: str = ""
    """The metric, the API or the log that shows it on a real cluster."""


_PODS = (
    Series("pods.pending", "pods", "", "Not bound to a node yet", "watch of pods"),
    Series("pods.containerCreating", "pods", "", "On a node, nothing running yet", "watch of pods"),
    Series("pods.running", "pods", "", "Phase Running", "watch of pods"),
    Series("pods.completed", "pods", "", "All work done", "watch of pods"),
    Series("pods.terminating", "pods", "", "Asked to go", "watch of pods"),
    Series("pods.error", "pods", "", "A container waits to be restarted", "watch of pods"),
    Series("pods.failed", "pods", "", "Phase Failed", "watch of pods"),
    Series("namespaces.active", "namespaces", "", "Of the run", "watch of namespaces"),
    Series("namespaces.terminating", "namespaces", "", "Of the run", "watch of namespaces"),
    Series("nodes.ready", "nodes", "", "Condition Ready", "watch of nodes"),
    Series("nodes.notReady", "nodes", "", "Condition Ready is not True", "watch of nodes"),
)

_KUBELETS = (
    Series("kubelet.throttleSeconds", "s", "node", "Worst wait at the main client's own limiter"),
    Series("kubelet.statusQueue", "pods", "node", "Pods whose latest status the API does not have yet"),
    Series("kubelet.pods", "pods", "node", "Pods on the node", "kubelet_running_pods"),
    Series(
        "kubelet.requestsPerSecond", "1/s", "node", "Requests that a limiter applies to", "rest_client_requests_total"
    ),
    Series(
        "kubelet.limiterWaitSeconds",
        "s",
        "node",
        "Worst wait of the interval at the limiter",
        "rest_client_rate_limiter_duration_seconds",
    ),
    Series(
        "kubelet.statusSyncSeconds",
        "s",
        "node",
        "Mean time from a status until the API has it",
        "kubelet_pod_status_sync_duration_seconds",
    ),
    Series(
        "kubelet.plegLastSeenSeconds", "s", "node", "Since the last complete relist", "kubelet_pleg_last_seen_seconds"
    ),
)

_CONTROL_PLANE = (
    Series("apiserver.utilization", "share", "", "Of the cores that serve requests", "process_cpu_seconds_total"),
    Series(
        "apiserver.inflight",
        "requests",
        "readonly or mutating",
        "Arrived and not answered",
        "apiserver_current_inflight_requests",
    ),
    Series("apiserver.watches", "watches", "", "Open", 'apiserver_longrunning_requests{verb="WATCH"}'),
    Series("apiserver.watchStartsPerSecond", "1/s", "", "Watches begun", 'apiserver_request_total{verb="WATCH"}'),
    Series(
        "apiserver.connectionsPerSecond",
        "1/s",
        "",
        "Connections accepted, each with a TLS handshake",
        "node_netstat_Tcp_PassiveOpens",
    ),
    Series("masters.utilization", "share", "machine", "Of a master's cores", "node_cpu_seconds_total"),
    Series(
        "masters.cpuCores",
        "cores",
        "component",
        "CPU that a component of the control plane uses",
        "process_cpu_seconds_total",
    ),
    Series("scheduler.queue", "pods", "", "In the active queue", 'scheduler_pending_pods{queue="active"}'),
    Series(
        "scheduler.unschedulable", "pods", "", "No node takes them", 'scheduler_pending_pods{queue="unschedulable"}'
    ),
    Series(
        "scheduler.algorithmSeconds",
        "s",
        "",
        "Mean time of a scheduling cycle",
        "scheduler_scheduling_algorithm_duration_seconds",
    ),
    Series("controller.queue", "keys", "controller", "Waiting in the work queue", "workqueue_depth"),
)

_NETWORK = (
    Series("network.sendBitsPerSecond", "bit/s", "node", "Sent by the node", "node_network_transmit_bytes_total"),
    Series("network.receiveBitsPerSecond", "bit/s", "node", "Received by the node", "node_network_receive_bytes_total"),
    Series("exchange.activeFlows", "flows", "", "Clients that still exchange data", "results of the programs in pods"),
    Series("clock.offsetLowest", "s", "", "The cluster's clock is at least this far ahead", "Date header of answers"),
    Series("clock.offsetHighest", "s", "", "The cluster's clock is at most this far ahead", "Date header of answers"),
)

SERIES = {series.name: series for series in (*_PODS, *_KUBELETS, *_CONTROL_PLANE, *_NETWORK)}
"""All of them by name."""

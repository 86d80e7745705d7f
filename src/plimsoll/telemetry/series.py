"""The series of samples: what each means, and what shows the same of a real cluster.

A simulation and an observer of a real cluster report under the same names. A series without a ``shown_by`` is known to a
simulation only: reports may plot it, and a diagnosis may not use it. Where a version of Kubernetes does not show a
series yet, a simulated cluster of that version does not report it either.
"""

from __future__ import annotations

from plimsoll.telemetry.dnsseries import DNS
from plimsoll.telemetry.seriesrow import Series

__all__ = ["SERIES", "STRATEGIES", "Series"]

_PODS = (
    Series("pods.pending", "pods", "", "Not bound to a node yet", "watch of pods"),
    Series("pods.containerCreating", "pods", "", "On a node, nothing running yet", "watch of pods"),
    Series("pods.running", "pods", "", "Phase Running", "watch of pods"),
    Series("pods.completed", "pods", "", "All work done", "watch of pods"),
    Series("pods.terminating", "pods", "", "Asked to go", "watch of pods"),
    Series("pods.error", "pods", "", "A container waits to be restarted", "watch of pods"),
    Series("pods.failed", "pods", "", "Phase Failed", "watch of pods"),
    Series(
        "pods.antiAffinityViolated",
        "pods",
        "",
        "Share a place with a pod that their own required anti-affinity keeps away",
        "watch of pods and nodes",
    ),
    Series("namespaces.active", "namespaces", "", "Of the run", "watch of namespaces"),
    Series("namespaces.terminating", "namespaces", "", "Of the run", "watch of namespaces"),
    Series("nodes.ready", "nodes", "", "Condition Ready", "watch of nodes"),
    Series("nodes.notReady", "nodes", "", "Condition Ready is not True", "watch of nodes"),
)

_KUBELETS = (
    Series("kubelet.throttleSeconds", "s", "node", "Worst wait at the main client's own limiter"),
    Series("kubelet.statusQueue", "pods", "node", "Pods whose latest status the API does not have yet"),
    Series("kubelet.pods", "pods", "node", "Pods on the node, the platform's own among them", "kubelet_running_pods"),
    Series(
        "kubelet.requestsPerSecond",
        "1/s",
        "node",
        "Requests of the main client, starts of watches among them, POSTs not",
        'rest_client_requests_total{method=~"GET|PATCH|DELETE"}; POST is for events most of all, PUT for leases',
    ),
    Series(
        "kubelet.limiterWaitSeconds",
        "s",
        "node",
        "Mean wait at the main client's limiter of the requests that it let through; zero where there were none",
        "rest_client_rate_limiter_duration_seconds, since 1.18 or so",
    ),
    Series(
        "kubelet.statusSyncSeconds",
        "s",
        "node",
        "Mean time from a pod's first unsent change until the API has it; zero where nothing was sent",
        "kubelet_pod_status_sync_duration_seconds, since 1.26",
    ),
    Series(
        "kubelet.plegLastSeenSeconds", "s", "node", "Since the last complete relist", "kubelet_pleg_last_seen_seconds"
    ),
    Series(
        "kubelet.plegRelistSeconds",
        "s",
        "node",
        "How long the last complete relist took",
        "kubelet_pleg_relist_duration_seconds",
    ),
    Series(
        "kubelet.imagePullSeconds",
        "s",
        "node",
        "Mean time from wanting an image until it was there",
        "kubelet_image_pull_duration_seconds, the events Pulling and Pulled",
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
    Series(
        "apiserver.refusedPerSecond",
        "1/s",
        "",
        "Requests answered with 429",
        'apiserver_request_total{code="429"}, apiserver_dropped_requests_total before 1.20',
    ),
    Series(
        "apiserver.seats",
        "seats",
        "priority level",
        "Held by requests that are being served",
        "apiserver_flowcontrol_current_executing_seats, apiserver_flowcontrol_request_concurrency_in_use before 1.31",
    ),
    Series(
        "apiserver.seatLimit",
        "seats",
        "priority level",
        "That the level has at present, with what it has borrowed and without what it has lent",
        "apiserver_flowcontrol_current_limit_seats",
    ),
    Series(
        "apiserver.seatQueue",
        "requests",
        "priority level",
        "That wait for a seat",
        "apiserver_flowcontrol_current_inqueue_requests",
    ),
    Series(
        "apiserver.rejectedPerSecond",
        "1/s",
        "priority level",
        "Answered with 429, because the queues are full or after a wait of 15 s",
        "apiserver_flowcontrol_rejected_requests_total",
    ),
    Series(
        "apiserver.watches",
        "watches",
        "",
        "Open, of kubelets and kube-proxies",
        'apiserver_longrunning_requests{verb="WATCH"}',
    ),
    Series("apiserver.watchStartsPerSecond", "1/s", "", "Watches begun", 'apiserver_request_total{verb="WATCH"}'),
    Series(
        "apiserver.connectionsPerSecond",
        "1/s",
        "",
        "Connections accepted, each with a TLS handshake",
        "node_netstat_Tcp_PassiveOpens",
    ),
    Series(
        "apiserver.watchEventsPerSecond",
        "1/s",
        "",
        "Events that go to every node, times the nodes",
        "apiserver_watch_events_total",
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
    Series("scheduler.cyclesPerSecond", "1/s", "", "Scheduling cycles", "scheduler_schedule_attempts_total"),
    Series(
        "scheduler.limiterWaitSeconds",
        "s",
        "",
        "Mean wait at the limiters of its clients",
        "rest_client_rate_limiter_duration_seconds of the scheduler",
    ),
    Series("controller.queue", "keys", "controller", "Waiting in the work queue", "workqueue_depth"),
    Series(
        "controller.queueSeconds",
        "s",
        "controller",
        "Mean wait of the keys that workers took; zero where they took none",
        "workqueue_queue_duration_seconds",
    ),
    Series(
        "controllers.limiterWaitSeconds",
        "s",
        "",
        "Mean wait at the limiters of all controllers' clients",
        "rest_client_rate_limiter_duration_seconds of the controller manager",
    ),
    Series("apiserver.requestsPerSecond", "1/s", "", "Requests answered", "apiserver_request_total"),
    Series(
        "apiserver.storageObjects",
        "objects",
        "resource",
        "Live objects; the resource with its group, such as deployments.apps",
        "apiserver_storage_objects, etcd_object_counts before 1.21",
    ),
    Series(
        "apiserver.storageBytes",
        "bytes",
        "",
        "Size of the live objects in etcd; simulated: an estimate from their JSON",
        "apiserver_storage_size_bytes, etcd_db_total_size_in_bytes before 1.28",
    ),
)

_NETWORK = (
    Series("network.sendBitsPerSecond", "bit/s", "node", "Sent by the node", "node_network_transmit_bytes_total"),
    Series("network.receiveBitsPerSecond", "bit/s", "node", "Received by the node", "node_network_receive_bytes_total"),
    Series("exchange.activeFlows", "flows", "", "Clients that still exchange data", "results of the programs in pods"),
    Series("clock.offsetLowest", "s", "", "The cluster's clock is at least this far ahead", "Date header of answers"),
    Series("clock.offsetHighest", "s", "", "The cluster's clock is at most this far ahead", "Date header of answers"),
)

STRATEGIES = ("Get", "Cache", "Watch")
"""Values of config.kubelet.configMapAndSecretChangeDetectionStrategy, which is their place in here: samples are numbers."""

_CONFIGZ = "/configz of the kubelet"
_KUBELET_FLAG = "logging.verbosity in /configz of the kubelet, or its command line"
_SCHEDULER = "/configz or command line of the scheduler"
_MANAGER = "command line of the controller manager"

_CONFIGURATION = (
    Series("node.maxPods", "pods", "node", "Most pods on a node", "status.allocatable.pods of the node"),
    Series("node.networkBitsPerSecond", "bit/s", "node", "Speed of its interface", "node_network_speed_bytes"),
    Series("node.podAddresses", "addresses", "node", "That pods of a node can have", "spec.podCIDR of the node"),
    Series("config.kubelet.maxPods", "pods", "node", "maxPods", _CONFIGZ),
    Series("config.kubelet.kubeAPIQPS", "1/s", "node", "Limit of the main client", _CONFIGZ),
    Series("config.kubelet.kubeAPIBurst", "requests", "node", "Burst of the main client", _CONFIGZ),
    Series("config.kubelet.eventRecordQPS", "1/s", "node", "Limit of the event client", _CONFIGZ),
    Series("config.kubelet.eventBurst", "requests", "node", "Burst of the event client", _CONFIGZ),
    Series("config.kubelet.configMapAndSecretChangeDetectionStrategy", "", "node", "0 Get, 1 Cache, 2 Watch", _CONFIGZ),
    Series("config.kubelet.serializeImagePulls", "", "node", "1: one image at a time", _CONFIGZ),
    Series("config.kubelet.syncFrequencySeconds", "s", "node", "syncFrequency", _CONFIGZ),
    Series("config.kubelet.verbosity", "", "node", "--v", _KUBELET_FLAG),
    Series(
        "config.apiserver.maxReadsInFlight",
        "requests",
        "",
        "--max-requests-inflight of all API servers together",
        "command line of the API servers",
    ),
    Series(
        "config.apiserver.maxMutatingInFlight",
        "requests",
        "",
        "--max-mutating-requests-inflight of all API servers together",
        "command line of the API servers",
    ),
    Series("config.apiserver.cores", "CPUs", "", "Of all API servers", "go_sched_gomaxprocs_threads"),
    Series(
        "config.proxy.idleTimeoutSeconds", "s", "", "Of proxies to the API; 0: never", "proxy_timeout in nginx.conf"
    ),
    Series("config.masters.count", "machines", "", "That run an API server", "kubectl get pods -n kube-system -o wide"),
    Series("config.masters.coresPerMaster", "cores", "", "Of a master", "lscpu"),
    Series("config.masters.virtualMachines", "", "", "1: masters are virtual", "systemd-detect-virt"),
    Series(
        "config.masters.schedulerPlacement",
        "",
        "",
        "1: on a machine without an API server",
        "kubectl get pods -n kube-system -o wide",
    ),
    Series("config.scheduler.qps", "1/s", "", "--kube-api-qps", _SCHEDULER),
    Series("config.scheduler.burst", "requests", "", "--kube-api-burst", _SCHEDULER),
    Series("config.controllers.qps", "1/s", "", "--kube-api-qps, each controller's own", _MANAGER),
    Series("config.controllers.burst", "requests", "", "--kube-api-burst, each controller's own", _MANAGER),
    Series("config.controllers.deploymentWorkers", "", "", "--concurrent-deployment-syncs", _MANAGER),
    Series("config.controllers.replicasetWorkers", "", "", "--concurrent-replicaset-syncs", _MANAGER),
    Series("config.controllers.namespaceWorkers", "", "", "--concurrent-namespace-syncs", _MANAGER),
    Series("config.controllers.verbosity", "", "", "--v", _MANAGER),
    Series(
        "config.monitoring.retentionSeconds",
        "s",
        "",
        "How long Prometheus keeps samples",
        "--storage.tsdb.retention.time",
    ),
    Series("config.monitoring.remoteWrite", "", "", "1 where samples are kept elsewhere, too", "remote_write"),
    Series("config.network.hostPrefix", "bits", "", "Prefix of a node's pod CIDR", "--node-cidr-mask-size"),
)
"""Constants of a run, reported at its start; the instance is empty where all nodes are alike."""

_DATABASE = (
    Series(
        "database.transactionsPerSecond", "1/s", "", "Transactions that ended", "mysql_global_status_commands_total"
    ),
    Series(
        "database.conflictsPerSecond",
        "1/s",
        "",
        "Attempts that another member's write has cost",
        "mysql_global_status_wsrep_local_cert_failures, mysql_global_status_wsrep_local_bf_aborts",
    ),
    Series("database.failedPerSecond", "1/s", "", "Transactions that failed for good", "errors in the services' logs"),
    Series("database.transactionSeconds", "s", "", "Mean time of a transaction with its retries"),
    Series("database.transactions", "transactions", "", "Ended so far", "mysql_global_status_commands_total"),
    Series("database.failed", "transactions", "", "Failed for good so far", "errors in the services' logs"),
    Series("database.retries", "attempts", "", "Made again so far", "oslo_db.api's log at DEBUG"),
    Series(
        "database.certificationFailures",
        "transactions",
        "member",
        "Lost at COMMIT so far",
        "mysql_global_status_wsrep_local_cert_failures",
    ),
    Series(
        "database.bruteForceAborts",
        "transactions",
        "member",
        "Aborted to make way for a write of another member so far",
        "mysql_global_status_wsrep_local_bf_aborts",
    ),
)

_MIGRATION = (
    Series("migration.active", "migrations", "", "Begun and not over", "Nova's server migrations API"),
    Series("migration.queued", "migrations", "", "Waiting for their source node", "Nova's server migrations API"),
    Series("migration.completed", "migrations", "", "So far", "Nova's server migrations API, nova-compute's log"),
    Series("migration.failed", "migrations", "", "So far", "Nova's server migrations API, nova-compute's log"),
    Series("migration.failedPerMinute", "1/min", "", "Failed", "Nova's server migrations API, nova-compute's log"),
    Series("migration.seconds", "s", "", "Each one that completed then took", "Nova's server migrations API"),
    Series(
        "migration.sendBitsPerSecond",
        "bit/s",
        "interface",
        "Sent by migrations through that interface of all nodes",
        "node_network_transmit_bytes_total{device}",
    ),
)

_MONITORING = (
    Series("monitoring.headSeries", "series", "", "In the head; zero while it is down", "prometheus_tsdb_head_series"),
    Series("monitoring.memoryBytes", "bytes", "", "Resident memory of Prometheus", "process_resident_memory_bytes"),
    Series(
        "monitoring.availableBytes",
        "bytes",
        "",
        "What it may take at most",
        "kube_pod_container_resource_limits, node_memory_MemTotal_bytes",
    ),
    Series("monitoring.restarts", "restarts", "", "So far", "kube_pod_container_status_restarts_total"),
    Series("monitoring.lostSeconds", "s", "", "Without scrapes so far", "gaps of the series `up`"),
    Series(
        "monitoring.historySeconds",
        "s",
        "",
        "How far back any store answers",
        "prometheus_tsdb_lowest_timestamp_seconds, or the store outside",
    ),
    Series(
        "monitoring.querySeconds",
        "s",
        "",
        "A dashboard's query over all that it remembers",
        "prometheus_engine_query_duration_seconds",
    ),
)

ALL = (
    *_PODS,
    *_KUBELETS,
    *_CONTROL_PLANE,
    *_NETWORK,
    *DNS,
    *_DATABASE,
    *_MIGRATION,
    *_MONITORING,
    *_CONFIGURATION,
)

SERIES = {series.name: series for series in ALL}
"""All of them by name."""

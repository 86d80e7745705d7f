"""The constants that shape a simulated cluster, by component. Values and sources stand in ``profiles/*.yaml``.

A setting's public name is its component and its camel-case name, e.g. ``kubelet.maxPods``; names that Kubernetes has
for a setting are used as they are. Zero means "costs nothing" for durations and "no limit" for limits, unless a field
says otherwise.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Seconds = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=0)]
Rate = Annotated[float, Field(description="Requests per second; zero or less is unlimited, as in client-go.")]


def setting_name(field_name: str) -> str:
    """Camel case as Kubernetes writes it: ``kube_api_qps`` is ``kubeAPIQPS``."""
    name = to_camel(field_name)
    return {"kubeApiQps": "kubeAPIQPS", "kubeApiBurst": "kubeAPIBurst", "eventQps": "eventRecordQPS"}.get(name, name)


class Settings(BaseModel):
    """Base of every component's settings: frozen, and strict about names."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=setting_name, populate_by_name=True)


class ApiServerSettings(Settings):
    """The API servers and etcd behind them, taken together."""

    cores: Annotated[int, Field(ge=1, le=4096, description="Cores that serve requests, over all API servers.")]
    max_reads_in_flight: Count = Field(description="--max-requests-inflight, over all API servers.")
    max_mutating_in_flight: Count = Field(description="--max-mutating-requests-inflight, over all API servers.")
    read_cpu_seconds: Seconds = Field(description="CPU of one GET.")
    list_cpu_seconds: Seconds = Field(description="CPU of one LIST of a few objects.")
    write_cpu_seconds: Seconds = Field(description="CPU of one create, update, patch or delete.")
    event_cpu_seconds: Seconds = Field(description="CPU of writing one Event.")
    watch_cpu_seconds: Seconds = Field(description="CPU of starting one WATCH.")
    etcd_read_seconds: Seconds = Field(description="Latency of a quorum read.")
    etcd_write_seconds: Seconds = Field(description="Latency of a committed write.")
    network_seconds: Seconds = Field(description="Round trip between a client and the API server.")
    watch_delivery_seconds: Seconds = Field(description="From commit until watchers have the event.")


class ThrottleLogRule(Settings):
    """When a client writes a line about a request that its limiter held back."""

    over_seconds: Seconds
    verbosity: Annotated[int, Field(ge=0, le=10)]
    below_verbosity: Annotated[
        int, Field(ge=1, le=11, description="Clients that run at this -v or more do without.")
    ] = 11
    every_seconds: Seconds = Field(description="At most one line in this long; zero writes each.")


class KubeletSettings(Settings):
    """One kubelet: its clients, loops, limits and the behaviour that changed between versions."""

    max_pods: Annotated[int, Field(ge=1, le=100_000)]
    kube_api_qps: Rate = Field(description="Limit of the main client: pods, secrets, config maps, tokens.")
    kube_api_burst: Count
    event_qps: Rate = Field(description="Limit of the event client.")
    event_burst: Count
    config_map_and_secret_change_detection_strategy: Literal["Get", "Cache", "Watch"]
    secret_ttl_seconds: Seconds = Field(description="TTL of the Cache strategy where no node annotation sets one.")
    ttl_controller: bool = Field(description="The controller manager annotates nodes with a TTL by cluster size.")
    drop_cache_on_pod_update: bool = Field(description="Every update of a pod drops the cached objects it refers to.")
    watch_list: bool = Field(description="Reflectors start with a streaming WATCH, which no limiter holds back.")
    watch_timeout_seconds: Seconds = Field(description="Mean life of one watch; each end costs a new WATCH.")
    sync_frequency_seconds: Annotated[
        float, Field(ge=1, description="A pod is synced again 1 to 1.5 times this long after the end of its last sync.")
    ]
    status_updates_by_channel: bool = Field(description="Status updates queue one by one instead of in passes.")
    status_full_pass_seconds: Annotated[float, Field(gt=0, description="Period of the pass over every status.")]
    patch_unchanged_status: bool = Field(description="A status is sent even if the API server has the same.")
    reconciler_seconds: Seconds = Field(description="Period of the volume manager's loops.")
    mount_poll_seconds: Seconds = Field(description="How often a starting pod looks whether its volumes are mounted.")
    mount_seconds: Seconds = Field(description="Mounting one volume once its payload is there.")
    pleg_relist_seconds: Seconds = Field(description="Period in which the kubelet asks the runtime what changed.")
    pleg_on_demand_seconds: Seconds = Field(
        description="Delay of a relist asked for at once; zero where there is none."
    )
    token_requests: bool = Field(description="Service account tokens are requested per pod instead of read as secrets.")
    lease_seconds: Seconds = Field(description="Period of the node lease renewal.")
    node_status_report_seconds: Seconds = Field(description="Period of an unchanged node status report.")
    control_pods: Count = Field(description="Pods of the platform itself on every worker; they count against maxPods.")
    base_requests_per_second: Seconds = Field(description="Requests of the main client for the control pods.")
    verbosity: Annotated[int, Field(ge=0, le=10)] = Field(description="Log level, --v.")


class RuntimeSettings(Settings):
    """The container runtime and the network plugin of one node."""

    sandbox_seconds: Seconds = Field(description="Pod sandbox with its network, mean.")
    container_seconds: Seconds = Field(description="Create and start one container, mean.")
    jitter: Annotated[float, Field(ge=0, lt=1, description="Each duration is drawn from mean x (1 +- jitter).")]
    parallelism: Count = Field(description="Pod starts at the same time on one node; zero is unlimited.")
    stop_seconds: Seconds = Field(description="Stopping a container that obeys SIGTERM, and removing its sandbox.")


class SchedulerSettings(Settings):
    """kube-scheduler."""

    qps: Rate
    burst: Count
    cycle_seconds: Seconds = Field(description="One scheduling cycle, apart from what nodes cost.")
    cycle_seconds_per_node: Seconds = Field(description="Added for every node that is looked at.")
    default_spreading: Literal["none", "selector", "topology"] = Field(
        description="How pods of one controller are kept apart where their template says nothing."
    )
    equal_score_weights: bool = Field(description="All score plugins count alike, as before 1.23.")
    legacy_messages: bool = Field(description="FailedScheduling is worded as before 1.22.")
    initial_backoff_seconds: Seconds
    max_backoff_seconds: Seconds
    unschedulable_flush_seconds: Seconds


class ControllerSettings(Settings):
    """kube-controller-manager: each controller has a client with these limits."""

    qps: Rate
    burst: Count
    deployment_workers: Annotated[int, Field(ge=1)]
    replicaset_workers: Annotated[int, Field(ge=1)]
    namespace_workers: Annotated[int, Field(ge=1)]
    garbage_collector_workers: Annotated[int, Field(ge=1)]
    burst_replicas: Annotated[int, Field(ge=1, description="Most pods a replica set creates or deletes in one sync.")]
    slow_start_initial: Annotated[int, Field(ge=1, description="Size of the first batch of creates; then it doubles.")]
    namespace_qps_factor: Rate = Field(description="The namespace controller's client, as a multiple of qps.")
    namespace_burst_factor: Rate
    garbage_collector_qps_factor: Rate
    namespace_deletion_delay_seconds: Seconds = Field(description="From deletion to the first sync of a namespace.")
    namespaced_resource_types: Count = Field(description="Deletable namespaced resource types that discovery lists.")
    ordered_namespace_deletion: bool = Field(description="Pods are removed before other types are looked at.")
    node_monitor_period_seconds: Seconds
    node_monitor_grace_seconds: Seconds
    eviction_nodes_per_second: Seconds
    verbosity: Annotated[int, Field(ge=0, le=10)]


class NamespaceSettings(Settings):
    """What the platform puts into every new namespace."""

    service_accounts: tuple[str, ...]
    token_secrets_per_account: Count
    pull_secrets_per_account: Count
    role_bindings: Count
    config_maps: tuple[str, ...]
    namespace_updates: Count = Field(description="Writes to the Namespace itself, e.g. annotations for SCC.")
    mounts_token_secret: bool = Field(description="Pods mount the token secret of their service account.")


class NetworkSettings(Settings):
    """Pod addresses and the nodes' network."""

    cluster_network: str
    host_prefix: Annotated[int, Field(ge=8, le=30)]
    reserved_addresses: Count = Field(description="Addresses of a node's subnet that pods cannot have.")
    settling_seconds: Seconds = Field(description="Time in which a saturated interface's shares adapt to a change.")
    sandbox_retry_seconds: Seconds = Field(description="Back-off after the plugin had no address left.")


class LoggingSettings(Settings):
    """How clients report that their own limiter held a request back."""

    throttle: tuple[ThrottleLogRule, ...]
    throttle_message: str = Field(description="Text of the line; {seconds}, {verb} and {url} are filled in.")

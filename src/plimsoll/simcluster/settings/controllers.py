"""kube-controller-manager, and what it puts into namespaces."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from plimsoll.simcluster.settings.setting import Count, Rate, Seconds, Settings


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

"""Prometheus: its memory and how long it remembers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from plimsoll.simcluster.settings.setting import Count, Seconds, Settings

Bytes = Annotated[float, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]


class MonitoringSettings(Settings):
    """One Prometheus that scrapes the whole cluster, on a node of its own."""

    enabled: bool = Field(description="There is a Prometheus; without one nothing of this costs anything.")
    base_series: Count = Field(description="Series of the control plane and of the monitoring itself.")
    series_per_node: Count = Field(description="Of node exporter, kubelet and proxy.")
    series_per_namespace: Count = Field(description="Of kube-state-metrics.")
    series_per_pod: Count = Field(description="Of cAdvisor, kubelet and kube-state-metrics; each new pod has new ones.")
    scrape_interval_seconds: Positive
    block_seconds: Positive = Field(description="Length of a head block: dead series leave when it is cut off.")
    bytes_per_series: Bytes = Field(
        description="Memory of a series in the head, with what the garbage collector keeps."
    )
    bytes_per_sample_in_memory: Bytes = Field(description="Of a sample in the head, likewise.")
    samples_in_memory_seconds: Seconds = Field(description="How long samples stay in memory before they are mapped.")
    base_bytes: Bytes = Field(description="Memory of an empty Prometheus.")
    query_spike_share: Annotated[float, Field(ge=0)] = Field(
        description="Memory that rules and dashboards take at most for a moment, as a share of the rest."
    )
    memory_limit_bytes: Bytes = Field(description="Limit of its container; zero is none.")
    node_memory_bytes: Positive = Field(description="Memory of the node it runs on.")
    replay_seconds_per_million_series: Seconds = Field(description="Reading the write-ahead log after a crash.")
    retention_seconds: Positive = Field(description="--storage.tsdb.retention.time")
    retention_bytes: Bytes = Field(description="--storage.tsdb.retention.size; zero is no limit.")
    bytes_per_sample_on_disk: Positive
    remote_write: bool = Field(description="A copy of every sample goes to a store outside that keeps it for good.")
    query_series: Count = Field(description="Series that the query of a dashboard touches.")
    query_base_seconds: Seconds
    query_seconds_per_million_samples: Seconds

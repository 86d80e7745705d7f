"""kube-scheduler."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from plimsoll.simcluster.settings.setting import Count, Rate, Seconds, Settings


class SchedulerSettings(Settings):
    """kube-scheduler."""

    qps: Rate
    burst: Count
    separate_event_client: bool = Field(description="Events pass a limiter of their own, not that of bindings.")
    cycle_seconds: Seconds = Field(description="One scheduling cycle, apart from what nodes cost.")
    cycle_seconds_per_node: Seconds = Field(description="Added for every node that is looked at.")
    percentage_of_nodes_to_score: Annotated[int, Field(ge=0, le=100)] = Field(
        description="Enough feasible nodes are found at this share of all; zero lets it fall with the cluster's size."
    )
    parallelism: Annotated[int, Field(ge=1)] = Field(
        description="Goroutines among which the work of a cycle is divided."
    )
    anti_affinity_cost_seconds: Seconds = Field(
        description="CPU for every pair of a node and a placed pod whose required anti-affinity is looked at."
    )
    anti_affinity_pod_cost_seconds: Seconds = Field(
        description="CPU for every placed pod whose required anti-affinity is looked at, however many nodes there are."
    )
    assume_ttl_seconds: Seconds = Field(
        description="A placement that no watch has confirmed for so long is forgotten; zero is never."
    )
    assume_ttl_from_binding: bool = Field(description="That time runs from the end of the binding, not from its start.")
    default_spreading: Literal["none", "selector", "topology"] = Field(
        description="How pods of one controller are kept apart where their template says nothing."
    )
    equal_score_weights: bool = Field(description="All score plugins count alike, as before 1.23.")
    legacy_messages: bool = Field(description="FailedScheduling is worded as before 1.22.")
    initial_backoff_seconds: Seconds
    max_backoff_seconds: Seconds
    unschedulable_flush_seconds: Seconds

"""kube-scheduler."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from plimsoll.simcluster.settings.setting import Count, Rate, Seconds, Settings


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

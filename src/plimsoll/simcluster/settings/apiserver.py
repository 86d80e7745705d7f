"""What the API servers cost, and their limits."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from plimsoll.simcluster.settings.setting import Count, Seconds, Settings


class ApiServerSettings(Settings):
    """The API servers and etcd behind them, taken together."""

    cores: Annotated[int, Field(ge=1, le=4096, description="Cores that serve requests, over all API servers.")]
    max_reads_in_flight: Count = Field(description="--max-requests-inflight, over all API servers.")
    max_mutating_in_flight: Count = Field(description="--max-mutating-requests-inflight, over all API servers.")
    flow_control: Literal["none", "maxInFlight", "priorityAndFairness"] = Field(
        description="What requests need to be let in: nothing, one of the in-flight slots of reads or writes, or a seat "
        "of their priority level; the levels share the sum of both limits."
    )
    shared_in_flight_limit: bool = Field(description="Reads and writes share maxReadsInFlight, as before 1.6.")
    read_cpu_seconds: Seconds = Field(description="CPU of one GET.")
    list_cpu_seconds: Seconds = Field(description="CPU of one LIST of a few objects.")
    write_cpu_seconds: Seconds = Field(description="CPU of one create, update, patch or delete.")
    event_cpu_seconds: Seconds = Field(description="CPU of writing one Event.")
    watch_cpu_seconds: Seconds = Field(description="CPU of starting one WATCH.")
    watch_event_cpu_seconds: Seconds = Field(
        description="CPU of sending one event to one watcher; charged where the nodes' connections are simulated."
    )
    etcd_read_seconds: Seconds = Field(description="Latency of a quorum read.")
    etcd_write_seconds: Seconds = Field(description="Latency of a committed write.")
    network_seconds: Seconds = Field(description="Round trip between a client and the API server.")
    watch_delivery_seconds: Seconds = Field(description="From commit until watchers have the event.")

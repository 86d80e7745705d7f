"""The DNS servers of the cluster."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from plimsoll.simcluster.settings.setting import Count, Seconds, Settings

Cores = Annotated[float, Field(ge=0)]


class DnsSettings(Settings):
    """The DNS servers of the cluster: CoreDNS, or the pod of kube-dns with its containers dnsmasq and kubedns.

    The *front* is the process that clients ask: CoreDNS or dnsmasq. Limits hold for each container by itself.
    """

    server: Literal["coredns", "kube-dns"]
    replicas: Annotated[int, Field(ge=1, description="Server pods; the fewest, where there is an autoscaler.")]
    autoscaler: bool = Field(description="Replicas grow with the cluster.")
    cores_per_replica: Annotated[float, Field(gt=0)]
    nodes_per_replica: Annotated[float, Field(gt=0)]
    cache_size: Count = Field(description="Entries of the front's cache.")
    cache_ttl_seconds: Seconds = Field(description="The longest that an answer stays in the cache.")
    negative_cache: bool = Field(description="Answers that a name or record does not exist are cached, too.")
    forward_max: Annotated[int, Field(ge=1, description="Queries forwarded at a time; any more are refused.")]
    forward_timeout_seconds: Annotated[
        float, Field(gt=0, description="How long a forwarded query that nobody answers keeps its place.")
    ]
    receive_queue: Annotated[
        int, Field(ge=1, description="Queries that wait for the front's processor; more are lost.")
    ]
    cpu_limit_cores: Cores = Field(description="Limit of each container; zero is none.")
    max_cores: Annotated[float, Field(gt=0, description="What the front can use without a limit.")]
    memory_limit_bytes: Count = Field(description="Limit of each container; zero is none.")
    answer_cpu_seconds: Seconds = Field(description="CPU of the front for a query that it answers itself.")
    forward_cpu_seconds: Seconds = Field(description="CPU of the front for a query that it forwards.")
    backend_cpu_seconds: Seconds = Field(description="CPU of kubedns for a query that dnsmasq has forwarded to it.")
    backend_max_cores: Cores = Field(description="What kubedns can use without a limit.")
    watch_cores_per_node: Cores = Field(description="CPU for following the cluster's endpoints, for each node.")
    base_bytes: Count = Field(description="Memory of the process that follows services, with nothing in it.")
    object_bytes: Count = Field(description="Memory for each pod and service.")
    front_bytes: Count = Field(description="Memory of dnsmasq with nothing in it.")
    cache_entry_bytes: Count = Field(description="Memory for each entry in the cache.")
    query_bytes: Count = Field(description="Memory for each query that waits or is forwarded.")
    liveness_delay_seconds: Seconds = Field(description="From the start of a container until it is probed.")
    liveness_period_seconds: Annotated[float, Field(gt=0)]
    liveness_timeout_seconds: Annotated[float, Field(gt=0)]
    liveness_failures: Annotated[int, Field(ge=1, description="Failures in a row after which it is restarted.")]
    restart_seconds: Seconds = Field(description="From the end of a container until the next answers.")
    backoff_seconds: Seconds = Field(description="Wait before the second restart; it doubles with each.")
    longest_backoff_seconds: Seconds
    backoff_reset_seconds: Seconds = Field(description="A container that lived this long is restarted at once again.")
    resolver_timeout_seconds: Annotated[float, Field(gt=0, description="A client's wait for an answer.")]
    resolver_attempts: Annotated[int, Field(ge=1, description="How often a client asks before it gives up.")]

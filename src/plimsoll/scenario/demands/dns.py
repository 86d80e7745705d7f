"""Names that the pods of the cluster look up."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from plimsoll.scenario.demands.timed import TimedDemand
from plimsoll.scenario.values import Count, Seconds, Share

PerSecond = Annotated[float, Field(ge=0, le=10_000_000)]
Weight = Annotated[float, Field(ge=0, le=1_000_000)]


class DnsLookups(TimedDemand):
    """Names that the pods of the cluster look up. The two rates add up."""

    kind: Literal["dnsLookups"]
    per_second: PerSecond = Field(default=0.0, description="Look-ups in all.")
    per_pod_per_second: PerSecond = Field(
        default=0.0, description="Look-ups of each running pod, so they grow with these."
    )
    same_namespace: Weight = Field(default=0.0, description="Weight of names like `db`: 2 queries each.")
    other_namespace: Weight = Field(default=0.0, description="Weight of names like `db.bank`: 4 queries each.")
    external: Weight = Field(
        default=0.0, description="Weight of names like `www.example.com`: 8 queries each, and 2 more per host domain."
    )
    absolute: Weight = Field(default=0.0, description="Weight of names like `www.example.com.`: 2 queries each.")
    distinct_names: Count = Field(default=1000, description="Different names, over all kinds.")
    ndots: int = Field(default=5, ge=0, le=15, description="As in the pods' resolv.conf.")
    host_domains: int = Field(default=0, ge=0, le=3, description="Domains that the nodes search, and so the pods, too.")
    dual_stack: bool = Field(default=False, description="Names have AAAA records, too.")
    upstream_seconds: Seconds = Field(default=0.01, description="Answer time outside the cluster.")
    upstream_timeouts: Share = Field(default=0.0, description="Part of the queries that is never answered outside.")

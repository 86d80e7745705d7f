"""Names that the pods of the cluster look up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DnsLookups:
    """Names that the pods of the cluster look up: ``per_second`` in all, and ``per_pod_per_second`` for each running pod.

    Weights say how often names of each kind are looked up, one of ``distinct_names`` that are all alike.
    """

    at_seconds: float
    for_seconds: float | None
    """Until the end of the run where there is none."""
    per_second: float = 0.0
    per_pod_per_second: float = 0.0
    same_namespace: float = 0.0
    other_namespace: float = 0.0
    external: float = 0.0
    absolute: float = 0.0
    distinct_names: int = 1000
    ndots: int = 5
    host_domains: int = 0
    dual_stack: bool = False
    upstream_seconds: float = 0.01
    upstream_timeouts: float = 0.0

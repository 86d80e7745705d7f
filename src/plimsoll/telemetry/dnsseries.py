"""The series of cluster DNS: what pods wait for, and what its servers show."""

from __future__ import annotations

from plimsoll.telemetry.seriesrow import Series

DNS = (
    Series("dns.lookupsPerSecond", "1/s", "", "Names that pods look up; each is several queries"),
    Series("dns.failedPerSecond", "1/s", "", "Look-ups that end without an answer"),
    Series("dns.seconds", "s", "mean, p99 or max", "Of a look-up in a pod, with its time-outs"),
    Series(
        "dns.queriesPerSecond",
        "1/s",
        "",
        "Queries that reach the servers",
        "coredns_dns_requests_total; kubedns_dnsmasq_hits + kubedns_dnsmasq_misses",
    ),
    Series(
        "dns.refusedPerSecond",
        "1/s",
        "",
        "Queries refused because too many are forwarded already",
        "coredns_forward_max_concurrent_rejects_total; dnsmasq's log says that there are some",
    ),
    Series(
        "dns.droppedPerSecond",
        "1/s",
        "",
        "Queries that found no room in a server's receive buffer",
        "RcvbufErrors in /proc/net/snmp of the pod",
    ),
    Series(
        "dns.deniedPerSecond",
        "1/s",
        "",
        "Answers that a name does not exist, as most names of a search path do not",
        'coredns_dns_responses_total{rcode="NXDOMAIN"}; skydns_dns_error_count_total{cause="nxdomain"}',
    ),
    Series(
        "dns.cacheHitRatio",
        "share",
        "",
        "Queries answered from a server's cache",
        "coredns_cache_hits_total / coredns_cache_requests_total; kubedns_dnsmasq_hits",
    ),
    Series("dns.answerSeconds", "s", "", "Mean time in which a server answers", "coredns_dns_request_duration_seconds"),
    Series("dns.forwards", "queries", "", "Forwarded by one server and not answered yet"),
    Series(
        "dns.cpuCores",
        "cores",
        "container",
        "CPU of one server's container",
        "container_cpu_usage_seconds_total",
    ),
    Series(
        "dns.memoryBytes",
        "B",
        "container",
        "Memory of one server's container",
        "container_memory_working_set_bytes",
    ),
    Series(
        "dns.restarts",
        "restarts",
        "container",
        "Of all servers together, since the beginning",
        "kube_pod_container_status_restarts_total",
    ),
    Series(
        "dns.oomKills",
        "kills",
        "container",
        "Restarts because of the memory limit, since the beginning",
        'kube_pod_container_status_last_terminated_reason{reason="OOMKilled"}',
    ),
    Series("dns.replicas", "pods", "", "Servers that are ready", "kube_deployment_status_replicas_ready"),
    Series("config.dns.replicas", "pods", "", "Servers wanted", "kube_deployment_spec_replicas"),
    Series("config.dns.cacheSize", "entries", "", "Size of the cache", "dnsmasq --cache-size; Corefile"),
    Series("config.dns.negativeCache", "", "", "1 where denials are cached", "dnsmasq --no-negcache; Corefile"),
    Series(
        "config.dns.forwardMax",
        "queries",
        "",
        "Queries forwarded at a time",
        "dnsmasq --dns-forward-max; Corefile: max_concurrent",
    ),
    Series(
        "config.dns.cpuLimitCores",
        "cores",
        "",
        "Limit of each container; 0 is none",
        'kube_pod_container_resource_limits{resource="cpu"}',
    ),
    Series(
        "config.dns.memoryLimitBytes",
        "B",
        "",
        "Limit of each container; 0 is none",
        'kube_pod_container_resource_limits{resource="memory"}',
    ),
)

"""Knobs that are known: in which direction each is safer, why, what follows it, and where to look by default."""

from __future__ import annotations

from dataclasses import dataclass

from plimsoll.tuning.knob import Follower, Number, Safer


@dataclass(frozen=True, slots=True)
class KnownKnob:
    """What is known of a parameter before any run. Without a range, the user has to give one."""

    name: str
    safer: Safer
    reason: str
    low: Number | None = None
    high: Number | None = None
    followers: tuple[Follower, ...] = ()


_LIMITER = "a client waits in its own limiter once it wants more than this"
_LOAD = "more of it is more load"

_KNOWN = (
    KnownKnob(
        "kubelet.kubeAPIQPS",
        "more",
        _LIMITER,
        low=5,  # the default until Kubernetes 1.26
        high=100,
        # Kubernetes' own defaults keep this ratio, before and after 1.27 (5/10, 50/100), and so does the article.
        followers=(Follower("kubelet.kubeAPIBurst", 2),),
    ),
    KnownKnob("kubelet.kubeAPIBurst", "more", _LIMITER, low=10, high=200),
    KnownKnob(
        "kubelet.eventRecordQPS", "more", _LIMITER, low=5, high=100, followers=(Follower("kubelet.eventBurst", 2),)
    ),
    KnownKnob("kubelet.maxPods", "more", "pods beyond it find no place on the node", low=110, high=1000),
    KnownKnob("runtime.parallelism", "more", "pods wait for their turn to be started", low=1, high=50),
    KnownKnob("network.hostPrefix", "less", "a shorter prefix leaves a node more addresses for pods", low=20, high=26),
    KnownKnob("scheduler.qps", "more", _LIMITER, low=10, high=400, followers=(Follower("scheduler.burst", 2),)),
    KnownKnob("controllers.qps", "more", _LIMITER, low=5, high=200, followers=(Follower("controllers.burst", 1.5),)),
    KnownKnob("controllers.deploymentWorkers", "more", "Deployments wait for a worker", low=1, high=50),
    KnownKnob("controllers.replicasetWorkers", "more", "ReplicaSets wait for a worker", low=1, high=50),
    KnownKnob("controllers.namespaceWorkers", "more", "namespaces wait for a worker", low=1, high=100),
    KnownKnob("apiserver.cores", "more", "requests wait for a core", low=1, high=64),
    KnownKnob(
        "apiserver.maxReadsInFlight",
        "more",
        "reads beyond it are refused with 429",
        low=100,
        high=4000,
    ),
    KnownKnob("apiserver.maxMutatingInFlight", "more", "writes beyond it are refused with 429", low=50, high=2000),
    KnownKnob(
        "proxy.idleTimeoutSeconds",
        "more",
        "a proxy that cuts idle connections makes clients reconnect and list again",
        low=1,
        high=1200,
    ),
    KnownKnob(
        "dns.replicas", "more", "lookups wait for, or are dropped by, the servers that there are", low=1, high=20
    ),
    KnownKnob("dns.forwardMax", "more", "forwards beyond it are refused", low=50, high=2000),
    KnownKnob("dns.cacheSize", "more", "names that are not cached are forwarded", low=100, high=20_000),
    KnownKnob("dns.memoryLimitBytes", "more", "a server that exceeds it is killed", low=50_000_000, high=2_000_000_000),
    KnownKnob("masters.coresPerMaster", "more", "components wait for a core", low=1, high=64),
    KnownKnob("monitoring.nodeMemoryBytes", "more", "a Prometheus that exceeds it is killed", low=8e9, high=512e9),
    KnownKnob("database.maxRetries", "more", "a transaction is given up after it", low=0, high=10),
    KnownKnob("migration.maxConcurrent", "less", "migrations of a node share its network", low=1, high=20),
    KnownKnob("nodes", "more", "the same load is shared by more nodes"),
    KnownKnob("networkBitsPerSecond", "more", "data take less time"),
    KnownKnob("probePeriodSeconds", "more", "the same probes are made less often"),
    KnownKnob("ratePerSecond", "less", "the same load arrives in less time", low=1, high=100),
    KnownKnob("parallelism", "less", "the same load arrives in less time", low=1, high=64),
    KnownKnob("podsPerNode", "less", _LOAD, low=50, high=1000),
    KnownKnob("podsPerNamespace", "less", _LOAD, low=1, high=1000),
    KnownKnob("namespaces", "less", _LOAD, low=10, high=20_000),
    KnownKnob("containersPerPod", "less", _LOAD, low=1, high=20),
    KnownKnob("secretsPerNamespace", "less", _LOAD, low=1, high=100),
    KnownKnob("configMapsPerNamespace", "less", _LOAD, low=1, high=100),
    KnownKnob("bytesPerSecondPerClient", "less", _LOAD),
    KnownKnob("cpuRequestMillicores", "less", "fewer pods have room on a node"),
    KnownKnob("memoryRequestBytes", "less", "fewer pods have room on a node"),
)
KNOWN_KNOBS = {knob.name: knob for knob in _KNOWN}

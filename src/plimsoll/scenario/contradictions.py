"""What is wrong with a scenario although each of its values is right by itself."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from plimsoll.scenario.demands import DatabaseTransactions, DnsLookups, LiveMigrations
from plimsoll.scenario.documents import Path
from plimsoll.scenario.expansion import namespace_count, namespace_names, objects_in_namespace, pods_of
from plimsoll.scenario.model import Exchange, Job, Load, Part, Scenario
from plimsoll.scenario.objects import DeploymentGroup, PodGroup, ReplicaSetGroup
from plimsoll.scenario.pace import Pace
from plimsoll.scenario.part_contradictions import Contradiction, contradictions_of_part

_WITH_PODS = (PodGroup, ReplicaSetGroup, DeploymentGroup)

MAX_TOTAL_OBJECTS = 5_000_000
"""Objects or pods of a load; the largest clusters hold some 150,000 pods, so more is a slip of the pen."""


def contradictions(scenario: Scenario) -> Iterator[Contradiction]:
    """Find all contradictions of a valid model."""
    yield from _pools(scenario)
    yield from _faults(scenario)
    load = scenario.load
    if not load.jobs:
        yield ("load", "jobs"), "a load without a job does nothing", "Add a job with namespaces and objects"
    yield from _pace(("load", "pace"), load.pace)
    if load.order == "byKind" and load.pace.between_namespaces_seconds:
        problem = "with `order: byKind` no namespace is ever complete before the next begins"
        yield ("load", "pace", "betweenNamespaces"), problem, "Write `order: byNamespace`"
    for number, job in enumerate(load.jobs):
        yield from _job(("load", "jobs", number), load, job)
    yield from _unique_jobs_and_namespaces(load)
    yield from _demands(scenario)


def _demands(scenario: Scenario) -> Iterator[Contradiction]:
    for number, demand in enumerate(scenario.load.demands):
        path: Path = ("load", "demands", number)
        if isinstance(demand, DatabaseTransactions) and (demand.per_second is None) == (demand.parallel is None):
            problem = "transactions come either at a rate or from parallel clients"
            yield path, problem, "Write either `perSecond` or `parallel`"
        if isinstance(demand, DnsLookups):
            yield from _lookups(path, demand)
        if isinstance(demand, LiveMigrations) and scenario.cluster.nodes < 2:  # noqa: PLR2004  here, and there
            yield ("cluster", "nodes"), "there is no second node to migrate to", "Write `nodes: 2` or more"


def _pools(scenario: Scenario) -> Iterator[Contradiction]:
    nodes, pooled = scenario.cluster.nodes, sum(pool.count for pool in scenario.cluster.pools)
    if pooled > nodes:
        yield (
            ("cluster", "pools"),
            f"{pooled:,} nodes are in pools, and there are {nodes:,}",
            f"Write `nodes: {pooled}`",
        )


def _lookups(path: Path, demand: DnsLookups) -> Iterator[Contradiction]:
    if not demand.per_second and not demand.per_pod_per_second:
        yield (*path, "perSecond"), "nothing is looked up", "Write `perSecond`, `perPodPerSecond` or both"
    if not demand.same_namespace + demand.other_namespace + demand.external + demand.absolute:
        problem = "no kind of name is looked up"
        yield path, problem, "Weigh `sameNamespace`, `otherNamespace`, `external` and `absolute`"


def _faults(scenario: Scenario) -> Iterator[Contradiction]:
    for number, fault in enumerate(scenario.cluster.faults):
        if fault.kind != "componentRestart":
            continue
        path: Path = ("cluster", "faults", number, "node")
        if fault.component == "kubelet" and fault.node is None:
            yield path, "every node has a kubelet, and no node is named", "Add `node: …`"
        elif fault.component not in {"kubelet", "proxy"} and fault.node is not None:
            yield path, f"the {fault.component} is not a node's own", "Remove it"


def _pace(path: Path, pace: Pace) -> Iterator[Contradiction]:
    if pace.shape and pace.rate_per_second is not None:
        yield (*path, "shape"), "a rate and a shape contradict each other", "Keep either `ratePerSecond` or `shape`"
    if pace.burst is not None and not pace.shape and pace.rate_per_second is None:
        yield (*path, "burst"), "a burst without a rate limits nothing", "Add `ratePerSecond`"
    if pace.shape and pace.shape[0].at_seconds:
        yield (*path, "shape", 0, "at"), "a shape says the rate from the beginning of a phase on", "Begin with `at: 0s`"
    for number, (earlier, later) in enumerate(pairwise(pace.shape), start=1):
        if later.at_seconds <= earlier.at_seconds:
            yield (*path, "shape", number, "at"), "the moments of a shape must rise", "Put them in order"


def _job(path: Path, load: Load, job: Job) -> Iterator[Contradiction]:
    for part_path, part in _parts(path, job):
        yield from contradictions_of_part(part_path, part)
        yield from _group_paces(part_path, part, load)
    yield from _exchange((*path, "exchange"), job)
    yield from _barrier((*path, "barrier"), job)
    if job.churn is not None and job.churn.mode == "objects" and not job.objects:
        yield (*path, "churn", "mode"), "the job has no objects to churn", "Write `mode: namespaces`"
    objects = sum(
        namespace_count(part) * (1 + sum(objects_in_namespace(part, group) for group in part.objects))
        for part in job.parts
    )
    for number, things in ((objects, "objects"), (pods_of(job), "pods")):
        if number > MAX_TOTAL_OBJECTS:
            remedy = "Lower `count`, `copies`, `replicas` or the number of namespaces"
            yield path, f"the job asks for {number:,} {things}, more than {MAX_TOTAL_OBJECTS:,}", remedy


def _parts(path: Path, job: Job) -> Iterator[tuple[Path, Part]]:
    for number, part in enumerate(job.alongside):
        yield (*path, "alongside", number), part
    yield path, job


def _group_paces(path: Path, part: Part, load: Load) -> Iterator[Contradiction]:
    for number, group in enumerate(part.objects):
        if group.pace is None:
            continue
        pace_path = (*path, "objects", number, "pace")
        yield from _pace(pace_path, group.pace)
        if load.order == "byNamespace":
            problem = "with `order: byNamespace` there is no phase for these objects alone"
            yield pace_path, problem, "Remove it, or write `order: byKind`"
        if group.pace.between_namespaces_seconds:
            problem = "only the pace of the load may pause between namespaces"
            yield (*pace_path, "betweenNamespaces"), problem, "Move it to `load.pace`"


def _exchange(path: Path, job: Job) -> Iterator[Contradiction]:
    exchange = job.exchange
    if exchange is None:
        return
    yield from _exchange_bounds(path, exchange)
    roles = [group.pod.role for part in job.parts for group in part.objects if hasattr(group, "pod")]
    if "client" not in roles:
        yield path, "there is no client to exchange data", "Give the pods of one object `role: client` and a `server`"


def _barrier(path: Path, job: Job) -> Iterator[Contradiction]:
    if job.barrier is None:
        return
    pods = [group.pod for part in job.parts for group in part.objects if isinstance(group, _WITH_PODS)]
    if not any(pod.workload is not None or (pod.role == "client" and job.exchange is not None) for pod in pods):
        yield path, "nobody waits at it", "Give some pods a `workload`, or clients an `exchange`, or remove it"
    if job.barrier.patience_seconds > job.barrier.timeout_seconds:
        yield (*path, "patience"), "it is longer than the timeout", "Shorten it"


def _exchange_bounds(path: Path, exchange: Exchange) -> Iterator[Contradiction]:
    if exchange.duration_seconds is None and exchange.total_bytes is None:
        yield path, "an exchange without a bound never ends", "Add `seconds`, `bytes` or both"
    elif exchange.duration_seconds is None and exchange.bytes_per_second is None:
        yield path, "without a rate nobody knows when the last byte is over", "Add `bytesPerSecond` or `seconds`"


def _unique_jobs_and_namespaces(load: Load) -> Iterator[Contradiction]:
    jobs: set[str] = set()
    owners: dict[str, str] = {}
    for number, job in enumerate(load.jobs):
        path: Path = ("load", "jobs", number)
        if job.name in jobs:
            yield (*path, "name"), f"there are two jobs {job.name!r}", "Give each its own name"
        jobs.add(job.name)
        for part_path, part in _parts(path, job):
            if namespace_count(part) > MAX_TOTAL_OBJECTS:
                continue  # its own complaint; its names need not be counted out
            for name in namespace_names(job, part):
                if name in owners:
                    problem = f"the namespace {name!r} is already one of {owners[name]}"
                    yield (*part_path, "namespaces"), problem, "Give it another `prefix`"
                    break
                owners[name] = f"job {job.name!r}"

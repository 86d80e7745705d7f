"""Parameters: the numbers of a scenario by which it is varied, each read and set by its name.

A name with a dot is a setting of the cluster, such as ``kubelet.kubeAPIQPS``. The others are in :data:`PARAMETERS`; those
of the load concern its principal job, which is the one with most pods.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from plimsoll.errors import Complaint, InputError, Place
from plimsoll.scenario import proportions
from plimsoll.scenario.demands import ApiRequests, DatabaseTransactions, DnsLookups
from plimsoll.scenario.loading import scenario_of
from plimsoll.scenario.model import Exchange, Job, Scenario
from plimsoll.scenario.nearest import did_you_mean
from plimsoll.scenario.pods import Pod, Probe, Probes
from plimsoll.scenario.proportions import (
    WORKLOADS,
    mounted,
    principal,
    principal_workload,
    with_principal,
    with_principal_pods,
)

Value = Any
"""A number; for settings and ``workload`` also whatever else a file may hold there."""

PacedDemand = ApiRequests | DatabaseTransactions | DnsLookups
PACED_DEMANDS = (ApiRequests, DatabaseTransactions, DnsLookups)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number of a scenario."""

    meaning: str
    read: Callable[[Scenario], Value]
    """None where the scenario leaves it open."""
    write: Callable[[Scenario, Value], Scenario]
    """The scenario with another value; ``ValueError`` says why there is none."""


def names(scenario: Scenario) -> tuple[str, ...]:
    """The parameters of a scenario that have a value: those of :data:`PARAMETERS`, then the settings that it overrides."""
    valued = (name for name, parameter in PARAMETERS.items() if parameter.read(scenario) is not None)
    return (*valued, *sorted(scenario.cluster.settings))


def get(scenario: Scenario, name: str) -> Value:
    """The value of a parameter; None where the scenario leaves it open, such as a setting to the profile.

    Raises:
        InputError: there is no such parameter.

    """
    return scenario.cluster.settings.get(name) if "." in name else _parameter(name).read(scenario)


def varied(scenario: Scenario, values: Mapping[str, Value]) -> Scenario:
    """The scenario with other values of several parameters, each taken as it is meant when all others are set.

    Raises:
        InputError: there is no such parameter, or the scenario cannot have it at this value.

    """
    for name in sorted(values, key=_precedence):
        scenario = _written(scenario, name, values[name])
    document = scenario.model_dump(mode="json", by_alias=True)
    spelled = ", ".join(f"{name}={value}" for name, value in values.items())
    return scenario_of(document, f"{scenario.name} with {spelled}").scenario


def _written(scenario: Scenario, name: str, value: Value) -> Scenario:
    if "." in name:
        return _with_cluster(scenario, settings={**scenario.cluster.settings, name: value})
    try:
        return _parameter(name).write(scenario, value)
    except ValueError as error:
        raise InputError(Complaint(Place(name), f"{value!r} is not possible: {error}")) from error


def _precedence(name: str) -> int:
    """Settings first, then in the order of :data:`PARAMETERS`, in which each leaves those before it as they are."""
    return -1 if "." in name or name not in PARAMETERS else _ORDER[name]


def _parameter(name: str) -> Parameter:
    if name not in PARAMETERS:
        remedy = did_you_mean(name, PARAMETERS)
        problem = "there is no such parameter; a setting has a dot in its name, such as kubelet.kubeAPIQPS"
        raise InputError(Complaint(Place(name), problem, remedy))
    return PARAMETERS[name]


def _with_cluster(scenario: Scenario, **changes: Value) -> Scenario:
    return scenario.model_copy(update={"cluster": scenario.cluster.model_copy(update=changes)})


def _with_nodes(scenario: Scenario, value: Value) -> Scenario:
    return _with_cluster(scenario, nodes=proportions.whole(value))


def _with_network(scenario: Scenario, value: Value) -> Scenario:
    node = scenario.cluster.node.model_copy(update={"network_bits_per_second": proportions.whole(value)})
    return _with_cluster(scenario, node=node)


def _pace(field: str, kind: Callable[[Value], Value]) -> tuple[Callable[[Scenario], Value], Callable[..., Scenario]]:
    """Read and write a field of the pace that the principal job goes by."""

    def read(scenario: Scenario) -> Value:
        return getattr(principal(scenario).pace or scenario.load.pace, field)

    def write(scenario: Scenario, value: Value) -> Scenario:
        update = {field: kind(value)}
        job = principal(scenario)
        if job.pace is not None:
            return with_principal(scenario, job.model_copy(update={"pace": job.pace.model_copy(update=update)}))
        pace = scenario.load.pace.model_copy(update=update)
        return scenario.model_copy(update={"load": scenario.load.model_copy(update={"pace": pace})})

    return read, write


def _pod(read: Callable[[Pod], Value], write: Callable[[Pod, Value], Pod]) -> tuple[Callable[..., Value], ...]:
    """Read a value of the pods that are most in the principal job, and write it into all of its pods."""

    def read_pod(scenario: Scenario) -> Value:
        group = principal_workload(principal(scenario))
        return None if group is None else read(group.pod)

    def write_pods(scenario: Scenario, value: Value) -> Scenario:
        return with_principal_pods(scenario, lambda pod: write(pod, value))

    return read_pod, write_pods


def _request(resource: str) -> tuple[Callable[..., Value], ...]:
    def write(pod: Pod, value: Value) -> Pod:
        return pod.model_copy(update={"requests": pod.requests.model_copy(update={resource: proportions.whole(value)})})

    return _pod(lambda pod: getattr(pod.requests, resource), write)


def _probe_period(pod: Pod) -> float | None:
    probes = pod.probes
    return next(
        (probe.period_seconds for probe in (probes.readiness, probes.liveness, probes.startup) if probe is not None),
        None,
    )


def _with_probe_period(pod: Pod, value: Value) -> Pod:
    """Pods without probes get one for readiness and one for liveness, as people give them."""
    period = {"period_seconds": float(value)}
    probes = pod.probes
    if _probe_period(pod) is None:
        probe = Probe().model_copy(update=period)
        changed: dict[str, Probe] = {"readiness": probe, "liveness": probe}
    else:
        present = {name: getattr(probes, name) for name in ("readiness", "liveness", "startup")}
        changed = {name: probe.model_copy(update=period) for name, probe in present.items() if probe is not None}
    return pod.model_copy(update={"probes": Probes.model_copy(probes, update=changed)})


def _exchange_rate(scenario: Scenario) -> int | None:
    exchange = principal(scenario).exchange
    return None if exchange is None else exchange.bytes_per_second


def _with_exchange_rate(scenario: Scenario, value: Value) -> Scenario:
    job: Job = principal(scenario)
    if job.exchange is None:
        raise ValueError(f"the job {job.name} exchanges no data")
    exchange: Exchange = job.exchange.model_copy(update={"bytes_per_second": proportions.whole(value)})
    return with_principal(scenario, job.model_copy(update={"exchange": exchange}))


def _demand(kind: str) -> tuple[Callable[..., Value], ...]:
    """Read and write how much there is per second of the one demand of a kind."""

    def found(scenario: Scenario) -> list[PacedDemand]:
        return [each for each in scenario.load.demands if isinstance(each, PACED_DEMANDS) and each.kind == kind]

    def read(scenario: Scenario) -> float | None:
        demands = found(scenario)
        return demands[0].per_second if len(demands) == 1 else None

    def write(scenario: Scenario, value: Value) -> Scenario:
        demands = found(scenario)
        if len(demands) != 1:
            raise ValueError(f"load.demands has {len(demands) or 'nothing'} of kind {kind}, and it takes one")
        changed = demands[0].model_copy(update={"per_second": float(value)})
        every = tuple(changed if each is demands[0] else each for each in scenario.load.demands)
        return scenario.model_copy(update={"load": scenario.load.model_copy(update={"demands": every})})

    return read, write


def _objects(kind: str, mounts: str) -> tuple[Callable[..., Value], ...]:
    """Read and write how many secrets or config maps each namespace has; pods that mount none so far mount all."""

    def read(scenario: Scenario) -> int:
        return proportions.objects_per_namespace(principal(scenario), kind)

    def write(scenario: Scenario, value: Value) -> Scenario:
        wanted = proportions.whole(value, least=0)
        job = proportions.with_objects_per_namespace(principal(scenario), kind, wanted)
        groups = [mounted(group, mounts, wanted) if isinstance(group, WORKLOADS) else group for group in job.objects]
        return with_principal(scenario, job.model_copy(update={"objects": tuple(groups)}))

    return read, write


PARAMETERS: dict[str, Parameter] = {
    "nodes": Parameter("nodes of the cluster", lambda scenario: scenario.cluster.nodes, _with_nodes),
    "networkBitsPerSecond": Parameter(
        "each node's network", lambda scenario: scenario.cluster.node.network_bits_per_second, _with_network
    ),
    "ratePerSecond": Parameter("objects created per second", *_pace("rate_per_second", float)),
    "parallelism": Parameter("client processes that create objects", *_pace("parallelism", proportions.whole)),
    "objectsPerCall": Parameter(
        "objects that one client process creates", *_pace("objects_per_call", proportions.whole)
    ),
    "bytesPerSecondPerClient": Parameter(
        "data that each client sends, and gets back", _exchange_rate, _with_exchange_rate
    ),
    "requestsPerSecond": Parameter("requests of other clients to the API servers", *_demand("apiRequests")),
    "lookupsPerSecond": Parameter("names looked up in the cluster's DNS", *_demand("dnsLookups")),
    "transactionsPerSecond": Parameter("transactions of the database", *_demand("databaseTransactions")),
    "workload": Parameter(
        "kind of what each pod does",
        *_pod(proportions.workload_of, proportions.with_workload),
    ),
    "containersPerPod": Parameter(
        "containers of each pod",
        *_pod(
            lambda pod: pod.containers,
            lambda pod, value: pod.model_copy(update={"containers": proportions.whole(value)}),
        ),
    ),
    "probePeriodSeconds": Parameter("between two probes of a container", *_pod(_probe_period, _with_probe_period)),
    "cpuRequestMillicores": Parameter("requested by each container", *_request("cpu")),
    "memoryRequestBytes": Parameter("requested by each container", *_request("memory")),
    "secretsPerNamespace": Parameter("secrets in each namespace, mounted by its pods", *_objects("Secret", "secrets")),
    "configMapsPerNamespace": Parameter(
        "config maps in each namespace, mounted by its pods", *_objects("ConfigMap", "config_maps")
    ),
    "podsPerNamespace": Parameter(
        "pods in each namespace; the object with most pods gets more or fewer",
        proportions.pods_per_namespace,
        proportions.with_pods_per_namespace,
    ),
    "namespaces": Parameter("namespaces", proportions.namespaces, proportions.with_namespaces),
    "podsPerNode": Parameter(
        "pods of the whole load for each node, rounded up to full namespaces; there are more or fewer namespaces then, or "
        "of one namespace, more or fewer pods in it",
        proportions.pods_per_node,
        proportions.with_pods_per_node,
    ),
}
"""Every parameter of a scenario but the cluster's settings, in the order in which several are set."""

_ORDER = {name: number for number, name in enumerate(PARAMETERS)}

"""What a job file asks of a cluster, as a scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

from plimsoll.errors import Complaint, InputError, Place
from plimsoll.scenario.documents import Path
from plimsoll.scenario.importers.clusterbuster.jobfile import Option
from plimsoll.scenario.importers.clusterbuster.objects import parts
from plimsoll.scenario.importers.clusterbuster.options import KNOWN, PASSED_THROUGH, reason_against
from plimsoll.scenario.importers.clusterbuster.pace import common_pace
from plimsoll.scenario.importers.clusterbuster.settings import Settings
from plimsoll.scenario.importers.clusterbuster.workloads import workload_of
from plimsoll.scenario.importers.imported import Imported
from plimsoll.scenario.nearest import did_you_mean
from plimsoll.scenario.sources import Source

Fields = dict[str, Any]

_DEFAULT_BYTES = 1_000_000_000  # what a client sends where there is a rate and no bound (workloads/server.py)
_LINE_RATE_BYTES_PER_SECOND = 1_250_000_000  # 10 Gb/s: "as fast as possible" from one pod
_PODS_PER_NODE = 500  # the density that the shipped job files name
_LEAST_NODES = 3
_JOB: Path = ("load", "jobs", 0)
_PATHS: dict[str, Path] = {
    "basename": ("namespaces", "prefix"),
    "depspernamespace": ("copies",),
    "jobname": ("name",),
    "namespaces": ("namespaces",),
    "workload": (),
    "workloadruntime": ("exchange",),
}
"""Which part of the job an option decides."""


def translate(options: Sequence[Option], file: str) -> Imported:
    """Make a scenario of a job file's options."""
    _refuse_unknown(options)
    settings = Settings(options, file)
    cluster = _cluster(settings)
    scenario = {
        "name": settings.text("jobname", settings.workload),
        "description": f"ClusterBuster's workload {settings.workload}, from {file.rsplit('/', 1)[-1]}.",
        "cluster": cluster,
        "load": {
            "pace": common_pace(settings),
            "jobs": [_job(settings)],
            "delete": settings.boolean("cleanup") or settings.boolean("cleanupalways"),
        },
        "expect": ["pods.running == 100%"],
    }
    warnings = [*_not_applied(options), *_surprises(settings, cluster)]
    return Imported(scenario, Source(file, None, _origins(settings)), tuple(warnings))


def _refuse_unknown(options: Sequence[Option]) -> None:
    complaints = [
        Complaint(
            option.place,
            f"ClusterBuster has no option {option.spelling[:60]!r}",
            did_you_mean(option.name, KNOWN),
        )
        for option in options
        if option.name not in KNOWN and not option.name.startswith(PASSED_THROUGH)
    ]
    if complaints:
        raise InputError(*complaints)


def _job(settings: Settings) -> Fields:
    job: Fields = {"name": settings.text("jobname", settings.workload).lower().replace("_", "-"), **parts(settings)}
    if settings.is_client_server and (exchange := _exchange(settings)):
        job["exchange"] = exchange
    elif hold := sum(settings.seconds(name) for name in _waits(settings)):
        job["hold"] = hold
    if settings.synchronises and ("exchange" in job or workload_of(settings)):
        job["barrier"] = {}
    if timeout := settings.seconds("timeout") or settings.seconds("podstarttimeout"):
        job["wait"] = {"timeout": timeout}
    return job


def _waits(settings: Settings) -> tuple[str, ...]:
    """The options that a load without an exchange waits for; what workers do is waited for by itself."""
    return ("predelay", "postdelay") if workload_of(settings) else ("predelay", "workloadruntime", "postdelay")


def _exchange(settings: Settings) -> Fields:
    """Bytes or time end an exchange; a rate alone ends with ClusterBuster's default of 10⁹ bytes; neither: none."""
    rate, size, seconds = (
        settings.size("targetdatarate"),
        settings.size("workloadsize"),
        settings.seconds("workloadruntime"),
    )
    if not size and not seconds:
        if rate <= 0:
            return {}
        size = _DEFAULT_BYTES
    exchange: Fields = {"bytesPerSecond": rate} if rate > 0 else {}
    if size:
        exchange |= {"bytes": size, "bytesPerSecond": rate if rate > 0 else _LINE_RATE_BYTES_PER_SECOND}
    if seconds:
        exchange["seconds"] = seconds
    if "msgsize" in settings:
        exchange["messageBytes"] = settings.integer("msgsize", 1)
    return exchange


def _cluster(settings: Settings) -> Fields:
    """Nodes enough for the density that the shipped job files name.

    With anti-affinity a server shares its node with no pod at all, so there is a node for every pod.
    """
    per_deployment = settings.replicas * (2 if settings.drops_caches else 1) + settings.is_client_server
    pods = settings.namespaces * settings.deployments * per_deployment
    exclusive = settings.is_client_server and settings.boolean("antiaffinity")
    key, _, value = settings.text("nodeselector", "node-role.kubernetes.io/worker").partition("=")
    return {
        "profile": "openshift-4.3",
        "nodes": max(_LEAST_NODES, pods + 1 if exclusive else ceil(pods / _PODS_PER_NODE)),
        "node": {"labels": {key: value} if key else {}},
        "settings": {"kubelet.maxPods": 520, "network.hostPrefix": 22},
    }


def _origins(settings: Settings) -> Mapping[Path, Place]:
    written = {name: settings.option(name) for name in _PATHS}
    return {_JOB + _PATHS[name]: option.place for name, option in written.items() if option is not None}


def _not_applied(options: Sequence[Option]) -> list[Complaint]:
    reasons = [(option, reason_against(option.name)) for option in options]
    return [Complaint(option.place, "this option does not apply", reason) for option, reason in reasons if reason]


def _surprises(settings: Settings, cluster: Fields) -> list[Complaint]:
    """What a reader of the job file would not expect."""
    found = []
    sync = settings.option("sync")
    if sync is not None and sync.value in {"0", "1"}:
        problem = "in ClusterBuster this switches synchronisation off, whatever its value"
        found.append(Complaint(sync.place, problem, "Write yes or no"))
    problem = f"a job file names no cluster: simulating {cluster['nodes']} nodes with profile {cluster['profile']}"
    return [*found, Complaint(Place(settings.file), problem, "Choose others with --nodes and --profile")]

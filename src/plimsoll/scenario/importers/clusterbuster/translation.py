"""What a job file asks of a cluster, as a scenario."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

from plimsoll.errors import Complaint, InputError, Place
from plimsoll.scenario.importers.clusterbuster.jobfile import Option
from plimsoll.scenario.importers.clusterbuster.options import (
    ALIASES,
    APPLIED,
    CACHE_DROPPING_WORKLOADS,
    CLIENT_SERVER_WORKLOADS,
    KNOWN,
    NOT_APPLIED,
    WORKLOAD_ALIASES,
    WORKLOADS,
)
from plimsoll.scenario.importers.clusterbuster.pods import pod_template
from plimsoll.scenario.importers.imported import Imported
from plimsoll.scenario.nearest import did_you_mean
from plimsoll.scenario.sources import Source

Fields = dict[str, Any]

OC_CALL_SECONDS = 0.36
"""Start-up time of one ``oc`` process, calibrated from one published duration: see the gallery's 500-pods-per-node."""

_DEFAULT_BYTES = 1_000_000_000  # what a client sends where there is a rate and no bound (workloads/server.py)
_LINE_RATE_BYTES_PER_SECOND = 1_250_000_000  # 10 Gb/s: "as fast as possible" from one pod
_PODS_PER_NODE = 500  # the density that the shipped job files name
_LEAST_NODES = 3
_KINDS = {
    "pod": "Pod",
    "deployment": "Deployment",
    "dep": "Deployment",
    "deploy": "Deployment",
    "replicaset": "ReplicaSet",
    "rs": "ReplicaSet",
}


def translate(options: Sequence[Option], file: str) -> Imported:
    """Make a scenario of a job file's options."""
    _refuse_unknown(options)
    job_file = _JobFile(options, file)
    scenario = job_file.scenario()
    return Imported(scenario, Source(file, None, job_file.origins()), tuple(job_file.warnings()))


def _refuse_unknown(options: Sequence[Option]) -> None:
    complaints = []
    spellings = {name: name for name in KNOWN}
    for option in options:
        if option.name not in KNOWN and not re.match("sysbench", option.name):
            problem = f"ClusterBuster has no option {option.spelling[:60]!r}"
            complaints.append(Complaint(option.place, problem, did_you_mean(option.name, spellings)))
    if complaints:
        raise InputError(*complaints)


class _JobFile:
    """The options of a job file, the last of a name winning, and what they amount to."""

    def __init__(self, options: Sequence[Option], file: str) -> None:
        self._file = file
        self._all = options
        self._options: dict[str, Option] = {ALIASES.get(option.name, option.name): option for option in options}
        self._workload = self._find_workload()
        self._base = self._text("basename", "clusterbuster")
        self._namespaces = self._integer("namespaces", 1)
        self._copies = self._integer("depspernamespace", 1)
        self._replicas = self._integer("replicas", 1)
        self._secrets = self._integer("secrets", 0, minimum=0)
        self._kind = self._find_kind()
        self._client_server = self._workload in CLIENT_SERVER_WORKLOADS

    def scenario(self) -> Fields:
        """The scenario in the keys of our YAML."""
        job: Fields = {"name": self._text("jobname", self._workload).lower().replace("_", "-"), **self._parts()}
        if self._client_server and (exchange := self._exchange()):
            job["exchange"] = exchange
        elif hold := sum(self._seconds(name) for name in ("predelay", "workloadruntime", "postdelay")):
            job["hold"] = hold
        if timeout := self._seconds("timeout") or self._seconds("podstarttimeout"):
            job["wait"] = {"timeout": timeout}
        return {
            "name": self._text("jobname", self._workload),
            "description": f"ClusterBuster's workload {self._workload}, from {self._file.rsplit('/', 1)[-1]}.",
            "cluster": self._cluster(),
            "load": {
                "pace": self._pace(),
                "jobs": [job],
                "delete": self._boolean("cleanup") or self._boolean("cleanupalways"),
            },
            "expect": ["pods.running == 100%"],
        }

    def origins(self) -> Mapping[tuple[str | int, ...], Place]:
        """Which option each part of the scenario comes from."""
        paths: dict[str, tuple[str | int, ...]] = {
            "basename": ("namespaces", "prefix"),
            "depspernamespace": ("copies",),
            "namespaces": ("namespaces",),
            "jobname": ("name",),
            "workload": (),
            "workloadruntime": ("exchange",),
        }
        root: tuple[str | int, ...] = ("load", "jobs", 0)
        return {root + path: self._options[name].place for name, path in paths.items() if name in self._options}

    def warnings(self) -> list[Complaint]:
        """What the reader should know: options that do not apply, and what had to be made up."""
        found = [
            Complaint(
                option.place,
                "this option does not apply",
                NOT_APPLIED.get(option.name, NOT_APPLIED["sysbenchtime"]).capitalize(),
            )
            for option in self._all
            if ALIASES.get(option.name, option.name) not in APPLIED
        ]
        sync = self._options.get("sync")
        if sync is not None and sync.value in {"0", "1"}:
            found.append(
                Complaint(
                    sync.place,
                    "in ClusterBuster this switches synchronisation off, whatever its value",
                    "Write yes or no",
                )
            )
        cluster = self._cluster()
        problem = f"a job file names no cluster: simulating {cluster['nodes']} nodes with profile {cluster['profile']}"
        return [*found, Complaint(Place(self._file), problem, "Choose others with --nodes and --profile")]

    # ---------------------------------------------------------------------------------------------- objects

    def _parts(self) -> Fields:
        """Worker namespaces, and the one with the pod that synchronises them."""
        spread = {"count": self._namespaces, "prefix": self._base}
        if self._boolean("createnamespacesonly"):
            return {"namespaces": spread}
        if not self._syncs():
            return {"namespaces": spread, "copies": self._copies, "objects": self._worker_objects([])}
        if not self._boolean("syncinfirstnamespace"):
            apart = {
                "namespaces": {"names": [f"{self._base}-sync"]},
                "objects": [{"kind": "ConfigMap", "name": "system-configmap"}, *self._sync_objects()],
            }
            worker = self._worker_objects([self._sync_alias(f"{self._base}-sync")])
            return {"alongside": [apart], "namespaces": spread, "copies": self._copies, "objects": worker}
        first = f"{self._base}-0"
        with_sync = self._worker_objects(self._sync_objects())
        if self._namespaces == 1:
            return {"namespaces": {"names": [first]}, "copies": self._copies, "objects": with_sync}
        others = [f"{self._base}-{number}" for number in range(1, self._namespaces)]
        return {
            "alongside": [{"namespaces": {"names": [first]}, "copies": self._copies, "objects": with_sync}],
            "namespaces": {"names": others},
            "copies": self._copies,
            "objects": self._worker_objects([self._sync_alias(first)]),
        }

    def _worker_objects(self, sync: list[Fields]) -> list[Fields]:
        """One namespace, in ClusterBuster's order; all but its config maps and synchronisation is there per deployment."""
        config_maps: list[Fields] = [
            {"kind": "ConfigMap", "name": name, "once": True, **self._own_pace("configmaps")}
            for name in ("system-configmap", "user-configmap")
        ]
        secrets: list[Fields] = []
        if self._secrets:
            secrets = [{"kind": "Secret", "count": self._secrets, **self._own_pace("secrets")}]
        workers = self._client_and_server() if self._client_server else self._workers()
        return [*config_maps, *secrets, *sync, *workers]

    def _sync_objects(self) -> list[Fields]:
        return [
            {"kind": "Service", "name": "sync-0", "selects": "sync", "port": 7778, "once": True},
            {"kind": "Pod", "name": "sync", "once": True, "pod": {"configMaps": ["system-configmap"]}},
        ]

    def _sync_alias(self, namespace: str) -> Fields:
        host = f"sync-0.{namespace}.svc.cluster.local"
        return {"kind": "Service", "name": "sync-0", "once": True, "externalName": host}

    def _workers(self) -> list[Fields]:
        pod = pod_template(self._options, self._workload)
        workers = [self._workload_group(self._workload, self._kind, self._replicas, pod)]
        if self._drops_caches():
            workers.insert(0, self._workload_group("drop-cache", "Pod", self._replicas, {}))
        return workers

    def _client_and_server(self) -> list[Fields]:
        """One server, always a bare pod, and its clients; ``antiaffinity`` keeps them apart as ClusterBuster does."""
        apart = self._boolean("antiaffinity")
        server = {**pod_template(self._options, self._workload), "role": "server"}
        client = {**pod_template(self._options, self._workload), "role": "client", "server": "server"}
        if apart:
            server["antiAffinity"] = {"of": "*"}
            client["antiAffinity"] = {"of": "server"}
        headless = self._boolean("headlessservices", default=True)
        return [
            {"kind": "Service", "name": "server", "headless": headless},
            self._workload_group("server", "Pod", None, server),
            self._workload_group("client", self._kind, self._replicas, client),
        ]

    def _workload_group(self, name: str, kind: str, count: int | None, pod: Fields) -> Fields:
        group: Fields = {"kind": kind, "name": name, "pod": pod, **self._own_pace("deployments")}
        return group if count is None else {**group, "count": count}

    # ------------------------------------------------------------------------------------- cluster and pace

    def _cluster(self) -> Fields:
        """Nodes enough for the density that the shipped job files name, and for servers that exclude every other pod."""
        servers = self._namespaces * self._copies if self._client_server else 0
        pods = self._namespaces * self._copies * self._replicas * (2 if self._drops_caches() else 1) + servers
        nodes = max(_LEAST_NODES, ceil(pods / _PODS_PER_NODE))
        if self._client_server and self._boolean("antiaffinity"):
            nodes += servers
        key, _, value = self._text("nodeselector", "node-role.kubernetes.io/worker").partition("=")
        return {
            "profile": "openshift-4.3",
            "nodes": nodes,
            "node": {"labels": {key: value} if key else {}},
            "settings": {"kubelet.maxPods": 520, "network.hostPrefix": 22},
        }

    def _pace(self) -> Fields:
        return {
            "objectsPerCall": self._integer("objectspercall", 1),
            "parallelism": self._integer("parallel", 1),
            "callSeconds": OC_CALL_SECONDS + self._seconds("sleep"),
        }

    def _own_pace(self, kind: str) -> Fields:
        names = [f"objectspercall{kind}", f"parallel{kind}", f"sleepbetween{kind}"]
        if not any(name in self._options for name in names):
            return {}
        common = self._pace()
        pace = {
            "objectsPerCall": self._integer(names[0], 0, minimum=0) or common["objectsPerCall"],
            "parallelism": self._integer(names[1], 0, minimum=0) or common["parallelism"],
            "callSeconds": OC_CALL_SECONDS + (self._seconds(names[2]) or self._seconds("sleep")),
        }
        return {"pace": pace}

    def _exchange(self) -> Fields:
        """Bytes or time end an exchange; a rate alone ends with ClusterBuster's default of 10⁹ bytes; neither: none."""
        rate = self._options["targetdatarate"].size() if "targetdatarate" in self._options else 0
        size, seconds = self._largest_size("workloadsize"), self._seconds("workloadruntime")
        if not size and not seconds:
            if rate <= 0:
                return {}
            size = _DEFAULT_BYTES
        exchange: Fields = {"bytesPerSecond": rate} if rate > 0 else {}
        if size:
            exchange |= {"bytes": size, "bytesPerSecond": rate if rate > 0 else _LINE_RATE_BYTES_PER_SECOND}
        if seconds:
            exchange["seconds"] = seconds
        if "msgsize" in self._options:
            exchange["messageBytes"] = self._integer("msgsize", 1)
        return exchange

    # ----------------------------------------------------------------------------------------------- values

    def _find_workload(self) -> str:
        option = self._options.get("workload")
        if option is None:
            problem = "the option `workload` is missing"
            raise InputError(Complaint(Place(self._file), problem, f"Add one of {', '.join(sorted(WORKLOADS))}"))
        name = re.sub(r"[-_]", "", option.value).lower()
        name = WORKLOAD_ALIASES.get(name, name)
        if name not in WORKLOADS:
            problem = f"ClusterBuster has no workload {option.value[:60]!r}"
            raise InputError(Complaint(option.place, problem, did_you_mean(name, WORKLOADS)))
        return name

    def _find_kind(self) -> str:
        option = self._options.get("deploymenttype")
        if option is None:
            return "Pod"
        if option.value.lower() not in _KINDS:
            problem = f"deployments of type {option.value[:60]!r} cannot be simulated"
            raise InputError(Complaint(option.place, problem, "Write pod, deployment or replicaset"))
        return _KINDS[option.value.lower()]

    def _syncs(self) -> bool:
        """ClusterBuster takes 0 and 1 (so also YAML's true and false) as "the other way round", and only words as they are."""
        option = self._options.get("sync")
        return option is None or (option.value not in {"0", "1"} and option.boolean())

    def _drops_caches(self) -> bool:
        """Some workloads come with a second pod each that empties the node's page cache."""
        if self._workload == "sysbench":
            return self._text("sysbenchworkload", "fileio") == "fileio"
        return self._workload in CACHE_DROPPING_WORKLOADS and self._boolean(f"{self._workload}dropcache", default=True)

    def _integer(self, name: str, default: int, *, minimum: int = 1) -> int:
        return self._options[name].integer(minimum) if name in self._options else default

    def _boolean(self, name: str, *, default: bool = False) -> bool:
        return self._options[name].boolean() if name in self._options else default

    def _text(self, name: str, default: str) -> str:
        return self._options[name].value if name in self._options else default

    def _seconds(self, name: str) -> float:
        """A time, or the longer of the two that a range is written with."""
        if name not in self._options:
            return 0.0
        option = self._options[name]
        return max(
            Option(option.spelling, option.name, part.strip(), option.place).number()
            for part in option.value.split(",")
        )

    def _largest_size(self, name: str) -> int:
        if name not in self._options:
            return 0
        option = self._options[name]
        return max(
            Option(option.spelling, option.name, part.strip(), option.place).size() for part in option.value.split(",")
        )

"""The options of one job file by name, typed, with ClusterBuster's defaults."""

from __future__ import annotations

import re
from collections.abc import Sequence

from plimsoll.errors import Complaint, InputError, Place
from plimsoll.scenario.importers.clusterbuster.jobfile import Option
from plimsoll.scenario.importers.clusterbuster.options import (
    ALIASES,
    CACHE_DROPPING_WORKLOADS,
    CLIENT_SERVER_WORKLOADS,
    WORKLOAD_ALIASES,
    WORKLOADS,
)
from plimsoll.scenario.nearest import did_you_mean

_KINDS = {
    "pod": "Pod",
    "deployment": "Deployment",
    "dep": "Deployment",
    "deploy": "Deployment",
    "replicaset": "ReplicaSet",
    "rs": "ReplicaSet",
}


class Settings:
    """What a job file says; where it gives an option twice, the last one wins."""

    def __init__(self, options: Sequence[Option], file: str) -> None:
        self.file = file
        self._options = {ALIASES.get(option.name, option.name): option for option in options}
        self.workload = self._find_workload()
        self.kind = self._find_kind()
        """The kind of a worker: Pod, Deployment or ReplicaSet."""
        self.base = self.text("basename", "clusterbuster")
        self.namespaces = self.integer("namespaces", 1)
        self.deployments = self.integer("depspernamespace", 1)
        """In each namespace."""
        self.replicas = self.integer("replicas", 1)
        """Of each deployment."""
        self.secrets = self.integer("secrets", 0, minimum=0)
        """Of each deployment."""

    def __contains__(self, name: str) -> bool:
        return name in self._options

    def option(self, name: str) -> Option | None:
        """The option as written, if it is."""
        return self._options.get(name)

    @property
    def is_client_server(self) -> bool:
        """Whether a deployment is a server and its clients."""
        return self.workload in CLIENT_SERVER_WORKLOADS

    @property
    def synchronises(self) -> bool:
        """Whether there is a pod for which all others wait.

        ClusterBuster takes 0 and 1, so also YAML's true and false, as "the other way round", and only words as they are.
        """
        option = self._options.get("sync")
        return option is None or (option.value not in {"0", "1"} and option.boolean())

    @property
    def drops_caches(self) -> bool:
        """Whether each worker comes with a second pod, which empties its node's page cache."""
        if self.workload == "sysbench":
            return self.text("sysbenchworkload", "fileio") == "fileio"
        return self.workload in CACHE_DROPPING_WORKLOADS and self.boolean(f"{self.workload}dropcache", default=True)

    def integer(self, name: str, default: int, *, minimum: int = 1) -> int:
        """A whole number."""
        return self._options[name].integer(minimum) if name in self._options else default

    def boolean(self, name: str, *, default: bool = False) -> bool:
        """Yes or no."""
        return self._options[name].boolean() if name in self._options else default

    def text(self, name: str, default: str) -> str:
        """A word."""
        return self._options[name].value if name in self._options else default

    def seconds(self, name: str) -> float:
        """A time, or the longer of the two that a range is written with; 0 where none is written."""
        return max((part.number() for part in self._parts(name)), default=0.0)

    def size(self, name: str) -> int:
        """Bytes, or the larger of the two that a range is written with; 0 where none are written."""
        return max((part.size() for part in self._parts(name)), default=0)

    def _parts(self, name: str) -> list[Option]:
        return self._options[name].parts() if name in self._options else []

    def _find_workload(self) -> str:
        option = self._options.get("workload")
        if option is None:
            problem = "the option `workload` is missing"
            raise InputError(Complaint(Place(self.file), problem, f"Add one of {', '.join(sorted(WORKLOADS))}"))
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

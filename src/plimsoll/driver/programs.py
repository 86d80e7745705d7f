"""Which program each pod of a load runs, and with what arguments, where pods really run.

A simulated cluster needs none of this: its pods do what their annotations say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from plimsoll.scenario.expansion import namespace_count, object_names, pods_in_namespace
from plimsoll.scenario.objects import (
    DeploymentGroup,
    Group,
    PodGroup,
    ReplicaSetGroup,
    ServiceGroup,
    Workload,
    group_name,
)
from plimsoll.scenario.pods import Pod
from plimsoll.scenario.workloads import Barrier, PodWorkload
from plimsoll.workloads import delivery

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.scenario.model import Exchange, Job, Part

COORDINATOR = "plimsoll-coordinator"
COORDINATOR_PORT = 7460
_SERVER_PORT = 30_000  # of a server that no service selects
_MARGIN_SECONDS = 60.0
"""How much longer a worker waits than the coordinator, before it takes that to be gone and begins alone."""

WITH_PODS = (PodGroup, ReplicaSetGroup, DeploymentGroup)


class CoordinatorGroup(PodGroup):
    """The pod that a job's workers register with."""

    expected: int = 0
    """Containers that are to register."""


class ProgramsGroup(Group):
    """The config map that holds the programs of a part's pods."""

    kind: str = "ConfigMap"
    programs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Program:
    """What the first container of a pod runs; the others run the same, or nothing but a pause where ``alone``."""

    name: str
    arguments: tuple[str, ...] = ()
    reports: bool = True
    """Registers with the coordinator, and has results."""
    alone: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """All programs that the pod needs."""
        return (self.name, "pause") if self.alone else (self.name,)


@dataclass(frozen=True, slots=True)
class Programs:
    """The programs of one part of a job."""

    job: Job
    part: Part

    def of(self, group: Workload, copy: int, mounts: Sequence[str] = ()) -> Program | None:
        """What the pods of a group run in one copy; None where they run what their image does."""
        pod = group.pod
        if isinstance(group, CoordinatorGroup):
            return Program("coordinator", _coordination(self.job.barrier or Barrier(), group.expected), reports=False)
        if pod.role == "server":
            return Program("server", ("--port", str(self._port(group))), reports=False, alone=True)
        if pod.role == "client":
            if pod.server is None or self.job.exchange is None:
                return None
            return Program("client", self._exchange(self.job.exchange, pod.server, copy))
        return None if pod.workload is None else _program_of_workload(pod.workload, mounts)

    def environment(self, container: str, pod: Pod) -> list[Object]:
        """What the program in a container is told about its surroundings."""
        barrier = self.job.barrier
        return delivery.environment(
            self.job.name,
            container,
            pod.containers,
            coordinator=f"{COORDINATOR}.{coordinator_namespace(self.job)}.svc:{COORDINATOR_PORT}",
            start_within=0.0 if barrier is None else barrier.timeout_seconds + _MARGIN_SECONDS,
        )

    def names(self) -> tuple[str, ...]:
        """All programs that the part's pods need."""
        programs = [self.of(group, 0) for group in self.part.objects if isinstance(group, WITH_PODS)]
        return tuple(sorted({name for program in programs if program is not None for name in program.names}))

    def reporting(self) -> int:
        """How many containers of the part are to register with the coordinator."""
        count = 0
        for group in self.part.objects:
            if isinstance(group, WITH_PODS):
                program = self.of(group, 0)
                if program is not None and program.reports:
                    count += pods_in_namespace(self.part, group) * group.pod.containers
        return count * namespace_count(self.part)

    def _port(self, server: Workload) -> int:
        services = (each for each in self.part.objects if isinstance(each, ServiceGroup))
        name = group_name(server)
        return next((each.port for each in services if (each.selects or group_name(each)) == name), _SERVER_PORT)

    def _exchange(self, exchange: Exchange, server: str, copy: int) -> tuple[str, ...]:
        groups = (each for each in self.part.objects if isinstance(each, ServiceGroup))
        service = next(each for each in groups if group_name(each) == server)
        host = object_names(self.part, service, copy)[0]
        return _arguments(
            server=f"{host}:{service.port}",
            rate=exchange.bytes_per_second,
            bytes=exchange.total_bytes,
            seconds=exchange.duration_seconds,
            message_bytes=exchange.message_bytes,
            clients=exchange.clients,
        )


def coordinator_namespace(job: Job) -> str:
    """The namespace of a job's coordinator, which holds nothing else."""
    return f"{job.name[:50]}-coordinator"


def _coordination(barrier: Barrier, expected: int) -> tuple[str, ...]:
    """The coordinator's arguments. Without a barrier nobody waits, and it collects the results only."""
    return _arguments(
        expected=expected,
        quorum=barrier.quorum,
        patience=barrier.patience_seconds,
        timeout=barrier.timeout_seconds,
        port=COORDINATOR_PORT,
    )


def _program_of_workload(workload: PodWorkload, mounts: Sequence[str]) -> Program:
    fields = [field for field in type(workload).model_fields if field != "kind"]
    values = {_OPTIONS.get(field, field): getattr(workload, field) for field in fields}
    paths = {"path": tuple(mounts)} if workload.kind == "reader" else {}
    return Program(_PROGRAMS[workload.kind], _arguments(**paths, **values))


_PROGRAMS = {
    "sleep": "pause",
    "cpuSoak": "cpu_soak",
    "memorySoak": "memory_soak",
    "files": "small_files",
    "logger": "log_writer",
    "dns": "dns_lookups",
    "reader": "volume_reader",
}

_OPTIONS = {
    "duration_seconds": "seconds",
    "interval_seconds": "interval",
    "lines_per_second": "rate",
    "names": "name",
    "period_seconds": "period",
    "rate_per_second": "rate",
    "size_bytes": "bytes",
}
"""Fields of a scenario that the options of programs do not have the names of."""


def _arguments(**values: Any) -> tuple[str, ...]:
    """Options of a program: those that are None or false are left out, those with several values repeated."""
    words: list[str] = []
    for name, value in values.items():
        option = f"--{name.replace('_', '-')}"
        if value is True:
            words.append(option)
        elif isinstance(value, tuple):
            words += [word for each in value for word in (option, each)]
        elif value not in (None, False):
            words += [option, f"{value:.15g}" if isinstance(value, float) else str(value)]
    return tuple(words)

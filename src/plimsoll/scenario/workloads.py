"""What pods do besides exchanging data: a program each, which runs on a real cluster and takes its time on any."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from plimsoll.scenario.values import Bytes, Many, Model, PositiveBytes, PositiveSeconds, Rate

_MOST_CLIENTS = 1000


class Work(Model):
    """Any work ends after a time, which begins when the pods may."""

    duration_seconds: PositiveSeconds = Field(default=60.0, alias="seconds")


class Sleep(Work):
    """Does nothing."""

    kind: Literal["sleep"]


class CpuSoak(Work):
    """Keeps a processor busy for a share of each period."""

    kind: Literal["cpuSoak"]
    share: float = Field(default=1.0, gt=0, le=1, description="Of one processor, per container.")
    period_seconds: PositiveSeconds = Field(default=0.1, alias="period")


class MemorySoak(Work):
    """Holds memory and touches its pages in rounds; ``once`` touches them no more than that."""

    kind: Literal["memorySoak"]
    size_bytes: PositiveBytes = Field(alias="bytes", description="Per container.")
    pattern: Literal["sequential", "random", "once"] = "sequential"
    interval_seconds: PositiveSeconds = Field(default=1.0, alias="interval", description="From one round to the next.")


class SmallFiles(Work):
    """Creates, reads and deletes many small files, round after round."""

    kind: Literal["files"]
    files: int = Field(default=1000, ge=1, le=1_000_000)
    file_bytes: Bytes = 4096
    rate_per_second: Rate | None = Field(
        default=None, description="Operations per second; as fast as it goes if absent."
    )
    sync: bool = Field(default=False, description="Have each file on the disk before the next is written.")


class LogLines(Work):
    """Writes lines to the container's log."""

    kind: Literal["logger"]
    lines_per_second: Rate = 10.0
    line_bytes: Annotated[Bytes, Field(ge=16, le=1_000_000)] = 100


class Lookups(Work):
    """Looks up names in the cluster's DNS."""

    kind: Literal["dns"]
    names: Many[Annotated[str, Field(min_length=1, max_length=253)]] = ("kubernetes.default.svc.cluster.local",)
    rate_per_second: Rate = Field(default=10.0, description="Of each client.")
    clients: int = Field(default=1, ge=1, le=_MOST_CLIENTS, description="Per container.")


class Reading(Work):
    """Reads the secrets and config maps that the pod mounts, again and again, and notices when they change."""

    kind: Literal["reader"]
    interval_seconds: PositiveSeconds = Field(default=1.0, alias="interval")


PodWorkload = Annotated[
    Sleep | CpuSoak | MemorySoak | SmallFiles | LogLines | Lookups | Reading, Field(discriminator="kind")
]


class Barrier(Model):
    """Lets the clients and workloads of a job begin together, where they really run.

    They begin as soon as all are there; else when at least ``quorum`` of them are and nobody has come for ``patience``;
    else after ``timeout``, whoever is there then. Those that are missing are named, and begin late if they come.
    """

    quorum: float = Field(default=0.95, gt=0, le=1)
    patience_seconds: PositiveSeconds = Field(default=60.0, alias="patience")
    timeout_seconds: PositiveSeconds = Field(default=1800.0, alias="timeout")

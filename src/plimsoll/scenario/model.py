"""The scenario itself: a cluster, a load, and what is expected of them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from plimsoll.scenario.actions import Action
from plimsoll.scenario.cluster import ClusterSpec
from plimsoll.scenario.demands import AnyDemand
from plimsoll.scenario.objectives import Objective, parse_objective
from plimsoll.scenario.objects import ObjectGroup
from plimsoll.scenario.pace import Pace
from plimsoll.scenario.values import Count, Label, Labels, Many, Model, PositiveBytes, PositiveSeconds, Seconds
from plimsoll.scenario.workloads import Barrier

_MESSAGE_BYTES = 32_768  # ClusterBuster's msgsize
_LONGEST_MESSAGE_BYTES = 64 * 1024 * 1024  # a server keeps one message of each client in memory


def _count_as_namespaces(value: object) -> object:
    return {"count": value} if isinstance(value, int) and not isinstance(value, bool) else value


class Namespaces(Model):
    """Namespaces ``prefix-0``, ``prefix-1``, …, or exactly those of ``names``."""

    count: Count = 1
    prefix: Label | None = Field(default=None, description="Defaults to the job's name.")
    names: Many[Label] = ()
    labels: Labels = {}


NamespacesOrCount = Annotated[
    Namespaces, BeforeValidator(_count_as_namespaces, json_schema_input_type=Count | Namespaces)
]


class Part(Model):
    """Namespaces, and the objects of each in creation order, that many times over.

    Clients and mounts refer to objects of their own copy, and to those that are there once.
    """

    namespaces: NamespacesOrCount = Namespaces()
    copies: Count = Field(default=1, description="How many times each namespace holds the objects.")
    objects: Many[ObjectGroup] = ()


class Exchange(Model):
    """Data that every client sends to its server and gets back, at a rate, until a bound in bytes or time is reached."""

    bytes_per_second: PositiveBytes | None = Field(
        default=None, description="Each way, per client; as fast as the node's network if absent."
    )
    duration_seconds: PositiveSeconds | None = Field(default=None, alias="seconds")
    total_bytes: PositiveBytes | None = Field(default=None, alias="bytes", description="Each way, per client.")
    message_bytes: Annotated[PositiveBytes, Field(le=_LONGEST_MESSAGE_BYTES)] = _MESSAGE_BYTES
    clients: int = Field(default=1, ge=1, le=1000, description="In each container of a client pod.")


class Churn(Model):
    """Deletes and recreates a part of a job's objects, again and again."""

    percent: float = Field(default=10.0, gt=0, le=100)
    cycles: int = Field(default=1, ge=1, le=1000)
    delay_seconds: Seconds = Field(default=120.0, alias="delay")
    mode: Literal["namespaces", "objects"] = "namespaces"


class Wait(Model):
    """What a job's pods must have reached before the next step, and for how long it is waited for."""

    for_: Literal["running", "ready", "none"] = Field(default="running", alias="for")
    timeout_seconds: PositiveSeconds = Field(default=14_400.0, alias="timeout")


class Job(Part):
    """One job of a load; jobs run one after another.

    ``alongside`` are further namespaces that are created before the job's own, such as one with a service for all.
    """

    name: Label
    alongside: Many[Part] = ()
    exchange: Exchange | None = None
    barrier: Barrier | None = None
    churn: Churn | None = None
    wait: Wait = Wait()
    hold_seconds: Seconds = Field(
        default=0.0, alias="hold", description="Keep the load this long once its pods are there."
    )
    pace: Pace | None = Field(default=None, description="Instead of the load's pace.")
    actions: Many[Action] = Field(default=(), description="What is done to objects once all of the above is over.")

    @property
    def parts(self) -> tuple[Part, ...]:
        """All namespaces with their objects, in creation order."""
        return (*self.alongside, self)


class Load(Model):
    """The load: jobs, their pace, and whether it is torn down at the end."""

    pace: Pace = Pace()
    order: Literal["byKind", "byNamespace"] = "byKind"
    jobs: Many[Job]
    demands: Many[AnyDemand] = Field(
        default=(), description="What applications ask of the cluster's services meanwhile; on simulated clusters only."
    )
    delete: bool = True
    delete_timeout_seconds: PositiveSeconds = Field(default=14_400.0, alias="deleteTimeout")


class Measure(Model):
    """What is recorded how often."""

    interval_seconds: PositiveSeconds = Field(default=10.0, alias="interval")


def _objective(value: object) -> object:
    if isinstance(value, str):
        parse_objective(value)
    return value


class Scenario(Model):
    """One experiment."""

    name: str = Field(default="", max_length=200)
    description: str = ""
    cluster: ClusterSpec
    load: Load
    expect: Many[Annotated[str, Field(max_length=500), BeforeValidator(_objective)]] = ()
    measure: Measure = Measure()

    @property
    def objectives(self) -> tuple[Objective, ...]:
        """What is expected, parsed."""
        return tuple(parse_objective(text) for text in self.expect)

"""The cluster a scenario asks for: its profile, nodes, settings, and what goes wrong in it."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from plimsoll.scenario.values import (
    BitsPerSecond,
    Bytes,
    Labels,
    Many,
    Millicores,
    Model,
    PositiveSeconds,
    Seconds,
    Share,
)


class Taint(Model):
    """A taint of every node, as in ``core/v1``."""

    key: str = Field(min_length=1)
    value: str = ""
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]


class NodeShape(Model):
    """What each node has. The defaults are the article's worker nodes, m5.2xlarge with up to 10 Gb/s."""

    cpu: Annotated[Millicores, Field(gt=0)] = 8000
    memory: Annotated[Bytes, Field(gt=0)] = 32 * 1024**3
    network_bits_per_second: BitsPerSecond = 10_000_000_000
    labels: Labels = {}
    taints: Many[Taint] = ()


class Pool(Model):
    """Nodes that are set aside for something: of the cluster's nodes, the next so many after the pools before it."""

    count: int = Field(ge=1, le=100_000)
    labels: Labels = Field(default={}, description="Besides those of every node.")
    taints: Many[Taint] = Field(default=(), description="Besides those of every node.")


class Fault(Model):
    """Something that goes wrong at a moment of the run."""

    at_seconds: Seconds = Field(alias="at")


class NodeLost(Fault):
    """A node stops answering, and comes back after ``for`` where given."""

    kind: Literal["nodeLost"]
    node: str = Field(min_length=1)
    for_seconds: PositiveSeconds | None = Field(default=None, alias="for")


class ApiErrors(Fault):
    """A fraction of requests fails with a status code."""

    kind: Literal["apiErrors"]
    for_seconds: PositiveSeconds = Field(alias="for")
    fraction: Share = 1.0
    code: int = Field(default=500, ge=400, le=599)


class ApiLatency(Fault):
    """Every request takes longer."""

    kind: Literal["apiLatency"]
    for_seconds: PositiveSeconds = Field(alias="for")
    add_seconds: PositiveSeconds


class ComponentRestart(Fault):
    """A component is down for a while and then starts afresh."""

    kind: Literal["componentRestart"]
    component: Literal["scheduler", "kubelet", "apiserver", "controllerManager", "proxy"]
    node: str | None = Field(default=None, min_length=1, description="For a kubelet or a proxy: its node.")
    down_seconds: Seconds = 10.0


class RuntimeHang(Fault):
    """Container runtimes do not answer, until they are restarted after ``for`` where given: nothing starts or stops there."""

    kind: Literal["runtimeHang"]
    node: str | None = Field(default=None, min_length=1, description="Instead of a fraction.")
    fraction: Share | None = Field(default=None, description="Of all nodes, spread evenly.")
    for_seconds: PositiveSeconds | None = Field(default=None, alias="for")
    relist_seconds: PositiveSeconds | None = Field(
        default=None, description="The kubelet's relists hang for so long each, and not altogether."
    )

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if (self.node is None) == (self.fraction is None):
            raise ValueError("a runtime hangs on a node, or on a fraction of the nodes: give one of both")
        return self


AnyFault = Annotated[RuntimeHang | NodeLost | ApiErrors | ApiLatency | ComponentRestart, Field(discriminator="kind")]


class ClusterSpec(Model):
    """The simulated cluster."""

    profile: str = Field(default="ideal", min_length=1, description="Name of a profile, or path of one's own.")
    nodes: int = Field(ge=1, le=100_000)
    node: NodeShape = NodeShape()
    pools: Many[Pool] = Field(
        default=(), description="Of the nodes, beginning with worker-0: those with labels and taints of their own."
    )
    settings: dict[str, Any] = Field(default={}, description="Settings of the profile to override, by dotted name.")
    allow_overload: bool = Field(
        default=False, description="Run although it is known that not every pod can have a place, to see what happens."
    )
    faults: Many[AnyFault] = ()

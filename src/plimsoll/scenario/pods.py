"""What the pods of a load look like."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from plimsoll.kube.names import is_label
from plimsoll.scenario.values import (
    Annotations,
    Bytes,
    Json,
    Label,
    Labels,
    Many,
    Millicores,
    Model,
    PositiveSeconds,
    Seconds,
)
from plimsoll.scenario.workloads import PodWorkload

Role = Literal["pause", "client", "server"]
_MOST_MOUNTS = 10_000


def _mounts(value: object) -> object:
    if value == "all" or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_MOUNTS):
        return value
    if isinstance(value, list | tuple) and all(isinstance(name, str) and is_label(name) for name in value):
        return tuple(value)
    raise ValueError(f"{value!r:.80} is neither `all`, nor a number up to {_MOST_MOUNTS}, nor a list of names")


Mounts = Annotated[
    Literal["all"] | int | tuple[str, ...],
    BeforeValidator(
        _mounts, json_schema_input_type=Literal["all"] | Annotated[int, Field(ge=0, le=_MOST_MOUNTS)] | list[Label]
    ),
]
"""Which secrets or config maps a pod mounts: all meant for it, the first so many of those, or those named."""

PAUSE_IMAGE = "registry.k8s.io/pause:3.10"
PROGRAM_IMAGE = "docker.io/library/python:3.13-slim"
"""What Plimsoll's programs run on where a scenario names no image: any with ``python3`` of 3.8 or later will do."""

PAUSE_VERSION = ("/pause", "-v")


class Resources(Model):
    """Amounts of the two resources that every scheduler counts."""

    cpu: Millicores | None = None
    memory: Bytes | None = None


class Probe(Model):
    """When a kubelet asks a container how it is; defaults of ``core/v1`` Probe."""

    period_seconds: PositiveSeconds = 10.0
    initial_delay_seconds: Seconds = 0.0
    timeout_seconds: PositiveSeconds = 1.0
    failure_threshold: int = Field(default=3, ge=1)


class Probes(Model):
    """The probes of every container of a pod: a command, so that they load the container runtime.

    The default command is one that the pause image has: it prints its version. In pods that run a program it is
    ``true``.
    """

    command: Many[str] = PAUSE_VERSION

    readiness: Probe | None = None
    liveness: Probe | None = None
    startup: Probe | None = None


def _label_or_every(value: str) -> str:
    if value != EVERY_POD and not is_label(value):
        raise ValueError(f"{value[:80]!r} is neither the name of a group nor {EVERY_POD}")
    return value


EVERY_POD = "*"
LabelOrEvery = Annotated[str, AfterValidator(_label_or_every)]


class AntiAffinity(Model):
    """Keeps the pods of one object apart, or away from the pods of a group; ``*`` is every pod of the run."""

    mode: Literal["required", "preferred"] = "required"
    topology_key: str = Field(default="kubernetes.io/hostname", min_length=1)
    of: LabelOrEvery | None = Field(default=None, description="A group of the same copy, or * for all pods.")


class TopologySpread(Model):
    """Spreads the pods of one object over a topology."""

    max_skew: int = Field(default=1, ge=1)
    topology_key: str = Field(default="kubernetes.io/hostname", min_length=1)
    when_unsatisfiable: Literal["DoNotSchedule", "ScheduleAnyway"] = "DoNotSchedule"


class Toleration(Model):
    """Lets pods run on nodes with a taint, as in ``core/v1``."""

    key: str | None = None
    operator: Literal["Equal", "Exists"] = "Equal"
    value: str | None = None
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = None
    toleration_seconds: int | None = Field(default=None, ge=0)


class Pod(Model):
    """The pods of one object: what they do, what they mount, where they may run.

    ``secrets`` and ``configMaps`` are mounted as volumes by every container: ``all`` that the job creates for this
    object in its namespace, the first so many of them, or those named.
    """

    role: Role = "pause"
    server: Label | None = Field(default=None, description="The service a client exchanges data with.")
    workload: PodWorkload | None = Field(default=None, description="What a pod of role pause does instead of nothing.")
    containers: int = Field(default=1, ge=1, le=1000)
    image: str | None = Field(
        default=None,
        min_length=1,
        description="With python3 for pods that do something; else a pause image, or python:3.13-slim.",
    )
    requests: Resources = Resources()
    limits: Resources = Resources()
    secrets: Mounts = 0
    config_maps: Mounts = 0
    image_pull_secrets: Many[Label] = ()
    service_account_token: bool = True
    probes: Probes = Probes()
    node_selector: Labels = {}
    node_name: str | None = Field(default=None, min_length=1, description="Binds to this node without a scheduler.")
    affinity: Json | None = Field(default=None, description="core/v1 Affinity, as Kubernetes spells it.")
    anti_affinity: AntiAffinity | None = None
    topology_spread: TopologySpread | None = None
    tolerations: Many[Toleration] = ()
    termination_grace_period_seconds: Seconds = 30.0
    labels: Labels = {}
    annotations: Annotations = {}

    @property
    def takes_part(self) -> bool:
        """Whether the pod does something that comes to an end."""
        return self.role == "client" or self.workload is not None

    @property
    def has_program(self) -> bool:
        """Whether the pod does anything at all."""
        return self.role == "server" or self.takes_part

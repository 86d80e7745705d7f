"""Groups of objects that a job creates in each of its namespaces."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from plimsoll.scenario.pace import Pace
from plimsoll.scenario.pods import Pod
from plimsoll.scenario.values import Annotations, Bytes, Count, Label, Labels, Model

_LARGEST_OBJECT_BYTES = 1024 * 1024  # core/v1 MaxSecretSize, and the limit of a ConfigMap


class Group(Model):
    """Objects of one kind in each namespace.

    A group without ``count`` is one object of the group's name; with one, objects ``name-0``, ``name-1``, ….
    Where the objects have ``copies`` in each namespace, the number of the copy comes first: ``name-0-0``, ``name-0-1``,
    ``name-1-0``, …; a group with ``once`` is shared by all copies of a namespace.
    """

    name: Label | None = Field(default=None, description="Defaults to the kind in lower case.")
    count: Count | None = None
    once: bool = Field(default=False, description="Once in each namespace, however many copies it holds.")
    pace: Pace | None = Field(default=None, description="Instead of the load's pace; only in order byKind.")
    labels: Labels = {}
    annotations: Annotations = {}


class SecretGroup(Group):
    """Secrets: pods that mount them make their kubelet fetch them."""

    kind: Literal["Secret"]
    data_bytes: Annotated[Bytes, Field(le=_LARGEST_OBJECT_BYTES)] = 64


class ConfigMapGroup(Group):
    """Config maps."""

    kind: Literal["ConfigMap"]
    data_bytes: Annotated[Bytes, Field(le=_LARGEST_OBJECT_BYTES)] = 64


class ServiceGroup(Group):
    """Services. One selects the pods of the group it is named after, or of ``selects``."""

    kind: Literal["Service"]
    selects: Label | None = Field(default=None, description="The group whose pods it selects; else its own name's.")
    port: int = Field(default=30_000, ge=1, le=65_535)
    headless: bool = False
    external_name: str | None = Field(
        default=None, min_length=1, description="Makes it a service of type ExternalName."
    )


class PodGroup(Group):
    """Bare pods, which nothing replaces."""

    kind: Literal["Pod"]
    pod: Pod = Pod()


class ReplicaSetGroup(Group):
    """Replica sets."""

    kind: Literal["ReplicaSet"]
    replicas: int = Field(default=1, ge=0, le=1_000_000)
    pod: Pod = Pod()


class DeploymentGroup(Group):
    """Deployments."""

    kind: Literal["Deployment"]
    replicas: int = Field(default=1, ge=0, le=1_000_000)
    pod: Pod = Pod()


Workload = PodGroup | ReplicaSetGroup | DeploymentGroup
ObjectGroup = Annotated[
    SecretGroup | ConfigMapGroup | ServiceGroup | PodGroup | ReplicaSetGroup | DeploymentGroup,
    Field(discriminator="kind"),
]


def group_name(group: Group) -> str:
    """The name that other groups refer to this one by."""
    return group.name or kind_of(group).lower()


def kind_of(group: Group) -> str:
    """The Kubernetes kind of the group's objects."""
    return str(getattr(group, "kind", ""))

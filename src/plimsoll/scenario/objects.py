"""Groups of objects that a job creates in each of its namespaces."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from plimsoll.kube.resources import Object
from plimsoll.scenario.gotemplate import TemplateError
from plimsoll.scenario.pace import Pace
from plimsoll.scenario.pods import Pod
from plimsoll.scenario.templates import TemplateText, render_object, resource_of, template_data
from plimsoll.scenario.values import Annotations, Bytes, Count, Json, Label, Labels, Model

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


class TemplateGroup(Group):
    """Objects of any built-in kind that lives in a namespace, each from a text in Go's template language.

    The template may use ``.Iteration`` (which copy in which namespace, counted from 0), ``.Replica`` (which object of the
    group, counted from 1), ``.JobName``, ``.RunID``, ``.UUID`` (the same) and ``variables``. ``stamps`` are labels whose
    values are templates, too; they and ``labels`` are added to what the template gives.
    """

    kind: Literal["Template"]
    template: TemplateText
    variables: Json = {}
    stamps: dict[str, TemplateText] = {}
    first_iteration: int = Field(default=0, ge=0)
    missing_is_empty: bool = Field(default=False, description="A variable that is not there is empty, not an error.")

    @model_validator(mode="after")
    def _makes_objects(self) -> Self:
        """Render the first object, so that what cannot be created is said before anything is."""
        try:
            manifest = self.sample()
        except TemplateError as error:
            raise ValueError(f"line {error.line} of the template: {error.problem}") from error
        resource_of(manifest)
        metadata = manifest.get("metadata")
        if not isinstance(metadata, dict) or not isinstance(metadata.get("name"), str):
            raise ValueError("the template gives its object no metadata.name")
        return self

    def sample(self) -> Object:
        """The first object."""
        return self.rendered(0, 1, "job", "run")

    def rendered(self, iteration: int, replica: int, job: str, run_id: str) -> Object:
        """The manifest of one object; :class:`plimsoll.scenario.gotemplate.TemplateError` where there is none."""
        data = self.data(iteration, replica, job, run_id)
        manifest: Object = render_object(self.template, data, missing_is_empty=self.missing_is_empty)
        return manifest

    def data(self, iteration: int, replica: int, job: str, run_id: str) -> Json:
        """What the template may use."""
        number = self.first_iteration + iteration
        return template_data(self.variables, iteration=number, replica=replica, job=job, run_id=run_id)


Workload = PodGroup | ReplicaSetGroup | DeploymentGroup
ObjectGroup = Annotated[
    SecretGroup | ConfigMapGroup | ServiceGroup | PodGroup | ReplicaSetGroup | DeploymentGroup | TemplateGroup,
    Field(discriminator="kind"),
]


def group_name(group: Group) -> str:
    """The name that other groups refer to this one by."""
    return group.name or kind_of(group).lower()


def kind_of(group: Group) -> str:
    """The Kubernetes kind of the group's objects."""
    if isinstance(group, TemplateGroup):
        return str(group.sample()["kind"])
    return str(getattr(group, "kind", ""))

"""What a job does to objects that are there already: patch, read or delete all of a kind that carry some labels."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from plimsoll.kube.patchformats import Patch, PatchFormat
from plimsoll.kube.resources import BY_KIND
from plimsoll.scenario.gotemplate import TemplateError
from plimsoll.scenario.pace import Pace
from plimsoll.scenario.templates import TemplateText, render_object, template_data
from plimsoll.scenario.values import Count, Json, Label, Labels, Model, PositiveSeconds, Seconds


class Action(Model):
    """One thing done to every object of a kind in the run's namespaces whose labels match, ``iterations`` times over.

    For a patch, ``template`` gives the body, as a text in Go's template language that may use ``.Iteration``, ``.Replica``
    and ``variables``.
    """

    name: Label
    verb: Literal["patch", "read", "delete"]
    kind: str = Field(min_length=1, description="A kind of Kubernetes, such as Deployment.")
    labels: Labels = Field(default={}, description="Labels that the objects carry, besides the run's own.")
    format: PatchFormat = Field(default="merge", description="How a patch is to be understood.")
    template: TemplateText | None = Field(default=None, description="The body of a patch.")
    variables: Json = {}
    iterations: Count = 1
    pace: Pace | None = Field(default=None, description="Instead of the job's pace.")
    until_gone: bool = Field(default=True, description="Deleted objects are waited for.")
    timeout_seconds: PositiveSeconds = Field(default=14_400.0, alias="timeout")
    pause_seconds: Seconds = Field(default=0.0, alias="pause", description="Sleep afterwards.")

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        """Look at what depends on the verb, and render the first patch, before anything is done."""
        resource = BY_KIND.get(self.kind)
        if resource is None or not resource.namespaced:
            raise ValueError(f"{self.kind[:60]!r} is no built-in kind that belongs to a namespace")
        if self.template is None:
            if self.verb == "patch":
                raise ValueError("a patch needs a `template` of its body")
            return self
        if self.verb != "patch":
            raise ValueError("only a patch has a `template`")
        try:
            patch = self.patch(0, "job")
        except TemplateError as error:
            raise ValueError(f"line {error.line} of the template: {error.problem}") from error
        if not isinstance(patch, list if self.format == "json" else dict):
            shape = "a list of operations" if self.format == "json" else "an object"
            raise ValueError(f"a patch of format {self.format} is {shape}")
        return self

    def patch(self, iteration: int, job: str) -> Patch:
        """The body of the patch; :class:`TemplateError` where its template gives none."""
        body: Patch = render_object(self.template or "", template_data(self.variables, iteration=iteration, job=job))
        return body

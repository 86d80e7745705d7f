"""Objects of any kind, each made from a text in Go's template language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from plimsoll.errors import InputError
from plimsoll.kube.resources import BY_KIND, Object, Resource
from plimsoll.scenario.documents import parse_document
from plimsoll.scenario.gotemplate import Template, TemplateError, parse

LONGEST_TEMPLATE_CHARACTERS = 1024**2

_parsed = lru_cache(maxsize=256)(parse)
"""A load renders the same few templates again and again."""


def _readable(text: str) -> str:
    try:
        _parsed(text)
    except TemplateError as error:
        raise ValueError(f"line {error.line} of the template: {error.problem}") from error
    return text


TemplateText = Annotated[str, Field(min_length=1, max_length=LONGEST_TEMPLATE_CHARACTERS), AfterValidator(_readable)]


def template(text: str) -> Template:
    """A template, read once."""
    return _parsed(text)


def render_object(text: str, data: Mapping[str, Any], *, missing_is_empty: bool = False) -> Any:
    """The value that a template's text stands for, YAML or JSON.

    :class:`TemplateError` where it cannot be rendered or is no YAML; its line is the template's or the rendering's.
    """
    rendered = _parsed(text).render(data, missing_is_empty=missing_is_empty)
    try:
        return parse_document(rendered, "the rendered template").plain()
    except InputError as error:
        complaint = error.complaints[0]
        raise TemplateError(complaint.place.line or 1, f"rendered, it is no YAML: {complaint.problem}") from error


def template_data(
    variables: Mapping[str, Any], *, iteration: int = 0, replica: int = 1, job: str = "job", run_id: str = "run"
) -> dict[str, Any]:
    """What a template may use; the defaults are those of the first object of a run that nobody has begun."""
    return {
        "Iteration": iteration,
        "Replica": replica,
        "JobName": job,
        "RunID": run_id,
        "UUID": run_id,
        **variables,
    }


def resource_of(manifest: Any) -> Resource:
    """The built-in resource of a manifest; ``ValueError`` says what is wrong with it."""
    if not isinstance(manifest, dict):
        raise ValueError("the template gives no object")
    kind, api_version = manifest.get("kind"), manifest.get("apiVersion")
    resource = BY_KIND.get(str(kind))
    if resource is None or resource.api_version != api_version:
        raise ValueError(f"there is no built-in kind {kind!r} in {api_version!r}")
    if not resource.namespaced:
        raise ValueError(f"a {kind} belongs to no namespace, and a run creates nothing outside of its own")
    return resource


_REPLICATED = frozenset({"Deployment", "ReplicaSet", "StatefulSet", "ReplicationController"})


def pods_wanted(manifest: Object) -> int:
    """How many pods an object will have: itself, or what its controller makes of it. Those of daemon sets depend on nodes."""
    spec = manifest.get("spec") or {}
    if manifest["kind"] == "Pod":
        return 1
    if manifest["kind"] in _REPLICATED:
        return int(spec.get("replicas", 1))
    return int(spec.get("parallelism", 1)) if manifest["kind"] == "Job" else 0

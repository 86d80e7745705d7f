"""What pydantic found wrong, as complaints that name the line, the field, the problem and the remedy."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from pydantic import ValidationError

from plimsoll.errors import Complaint
from plimsoll.scenario.documents import Path
from plimsoll.scenario.model import Scenario
from plimsoll.scenario.nearest import did_you_mean
from plimsoll.scenario.sources import Source

_LONGEST_VALUE = 60  # characters of a wrong value that a complaint repeats


def complaints_of(error: ValidationError, source: Source) -> Iterator[Complaint]:
    """Turn every error of a failed validation into a complaint."""
    for detail in error.errors(include_url=False):
        path, schema = _resolve(tuple(detail["loc"]))
        yield source.complaint(path, *_explain(detail, path, schema))


def _explain(detail: Any, path: Path, schema: dict[str, Any]) -> tuple[str, str]:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        return f"there is no field {path[-1]!r} here", did_you_mean(str(path[-1]), schema.get("properties", {}))
    if kind == "missing":
        return f"the field {path[-1]!r} is missing", f"Add `{path[-1]}: …`"
    if kind in {"union_tag_invalid", "literal_error"}:
        wrong, possible = context.get("tag", detail["input"]), _possible(context)
        return f"{_show(wrong)} is not possible here", did_you_mean(str(wrong), possible)
    if kind == "union_tag_not_found":
        return "the field 'kind' is missing", f"Add `kind: …`, one of {', '.join(_tags(schema))}"
    if kind == "value_error":
        return str(context["error"]), ""
    message = str(detail["msg"]).removeprefix("Input ")
    return f"{_show(detail['input'])} {message}", ""


def _possible(context: Any) -> list[str]:
    """What pydantic expected, from its sentence ``'a', 'b' or 'c'``."""
    sentence = str(context.get("expected_tags") or context["expected"])
    return [word.strip(" '") for word in sentence.replace(" or ", ",").split(",")]


def _show(value: object) -> str:
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


@cache
def _schema() -> dict[str, Any]:
    return Scenario.model_json_schema(by_alias=True)


def _resolve(location: tuple[Any, ...]) -> tuple[Path, dict[str, Any]]:
    """Return the path in the file, and the schema of what holds the last step.

    A location names the member of a tagged union by its tag, which does not stand in the file as a step.
    """
    path: list[str | int] = []
    holder = schema = _dereference(_schema())
    for step in location:
        variants = schema.get("discriminator", {}).get("mapping", {})
        if step in variants:
            schema = _dereference({"$ref": variants[step]})
            continue
        path.append(step)
        holder, schema = schema, _dereference(_inside(schema, step))
    return tuple(path), schema if "discriminator" in schema else holder


def _inside(schema: dict[str, Any], step: str | int) -> dict[str, Any]:
    if isinstance(step, int):
        return dict(schema.get("items", {}))
    return dict(schema.get("properties", {}).get(step, {}))


def _dereference(schema: dict[str, Any]) -> dict[str, Any]:
    """Follow references, and from a choice the alternative that has fields or items."""
    while "$ref" in schema:
        schema = _schema()["$defs"][schema["$ref"].rsplit("/", 1)[-1]]
    for alternative in schema.get("anyOf", ()):
        inner = _dereference(alternative)
        if inner.keys() & {"properties", "items", "discriminator"}:
            return inner
    return schema


def _tags(schema: dict[str, Any]) -> list[str]:
    return sorted(schema.get("discriminator", {}).get("mapping", {}))

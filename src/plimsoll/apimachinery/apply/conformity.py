"""Whether an applied configuration fits its type (structured-merge-diff, typed/validate.go)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from plimsoll.apimachinery.apply.structure import (
    MismatchError,
    division,
    element_key,
    member_schema,
    printed_path,
)
from plimsoll.apimachinery.schema import Schema

_GO_TYPES = {str: "string", bool: "bool", int: "int64", float: "float64"}


def check_conformity(value: Any, schema: Schema) -> None:
    """Raise :class:`MismatchError` with all unknown fields, wrong types and duplicate elements."""
    problems = list(_problems(value, schema, "", preserve=False))
    if len(problems) == 1:
        raise MismatchError("", problems[0])
    if problems:
        raise MismatchError("", "errors:\n" + "\n".join(f"  {problem}" for problem in problems))


def _problems(value: Any, schema: Schema | None, path: str, *, preserve: bool) -> Iterator[str]:
    if value is None or schema is None or schema.type == "any":
        return
    preserve = preserve or schema.preserve_unknown
    if schema.type in {"object", "map"}:
        if isinstance(value, dict):
            yield from _members(value, schema, path, preserve=preserve)
        else:
            yield f"{path}: expected map, got &{{{value}}}"
    elif schema.type == "list":
        if isinstance(value, list):
            yield from _elements(value, schema, path, preserve=preserve)
        else:
            yield f"{path}: expected list, got &{{{value}}}"
    else:
        yield from _scalar(value, schema, path)


def _members(value: dict[str, Any], schema: Schema, path: str, *, preserve: bool) -> Iterator[str]:
    open_ended = preserve or (not schema.fields and schema.element is None)
    for name, member in value.items():
        place = f"{path}.{name}"
        inner = member_schema(schema, name)
        if inner is None and not open_ended:
            yield f"{place}: field not declared in schema"
            return
        yield from _problems(member, inner, place, preserve=preserve)


def _elements(elements: list[Any], schema: Schema, path: str, *, preserve: bool) -> Iterator[str]:
    seen = set()
    for index, element in enumerate(elements):
        place = f"{path}[{index}]"
        if division(schema, elements) == "list":
            try:
                key = element_key(schema, element)
            except MismatchError as mismatch:
                yield f"{path}: element {index}: {mismatch}"
                return
            place = path + printed_path((key,))
            if key in seen:
                yield f"{path}: duplicate entries for key {printed_path((key,))}"
            seen.add(key)
        yield from _problems(element, schema.element, place, preserve=preserve)


def _scalar(value: Any, schema: Schema, path: str) -> Iterator[str]:
    kind = _GO_TYPES.get(type(value))
    if kind is None:
        yield f"{path}: expected {_expected(schema)}, got {'list' if isinstance(value, list) else 'map'}"
    elif schema.type in {"integer", "number"} and kind not in {"int64", "float64"}:
        yield f"{path}: expected numeric (int or float), got {kind}"
    elif schema.type == "boolean" and kind != "bool":
        yield f"{path}: expected boolean, got &{{{value}}}"
    elif schema.type in {"string", "bytes"} and schema.format in {"", "byte"} and kind != "string":
        yield f"{path}: expected string, got &value.valueUnstructured{{Value:{value}}}"


def _expected(schema: Schema) -> str:
    names = {"integer": "numeric (int or float)", "number": "numeric (int or float)", "boolean": "boolean"}
    return names.get(schema.type, "string" if schema.type == "string" else "any scalar")

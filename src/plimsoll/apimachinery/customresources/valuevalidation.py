"""Whether values have what a schema demands of them, in the API server's words.

The order of the checks, the texts and the causes are those of kube-openapi, pkg/validation/validate, and of
apiextensions-apiserver, pkg/apiserver/validation/validation.go, which turns its findings into field errors.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from plimsoll.apimachinery.customresources.correlation import correlated_element, correlated_member
from plimsoll.apimachinery.customresources.formats import FORMATS, has_format
from plimsoll.apimachinery.schema import ABSENT
from plimsoll.apimachinery.validation.fielderrors import (
    FieldError,
    invalid_value,
    not_supported,
    required,
    too_long,
    too_many,
)

type_names: Mapping[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
    type(None): "null",
}
"""JSON's types by Python's."""

_INTEGER_BITS = {"int32": 31, "int64": 63}
NOWHERE = "<nil>"
"""How the server prints the path of an error that is nowhere in particular."""


def value_errors(value: Any, schema: Mapping[str, Any], path: str = "", old: Any = ABSENT) -> Iterator[FieldError]:
    """What is wrong with a value, its members included.

    With an ``old`` value nothing is said about what has not changed since (ratcheting).
    """
    if old is not ABSENT and value == old:
        return
    kind = type_names[type(value)]
    yield from _type_errors(value, kind, schema, path)
    if value is not None:
        yield from _combination_errors(value, schema, path)
        if kind == "string":
            yield from _string_errors(value, schema, path)
        elif kind in {"integer", "number"}:
            yield from _number_errors(value, schema, path)
        elif kind == "array":
            yield from _array_errors(value, schema, path, old)
    yield from _enum_errors(value, schema, path)
    if kind == "object":
        yield from _object_errors(value, schema, path, old)


def placed(errors: Iterable[FieldError], path: str) -> list[FieldError]:
    """Errors of a part of an object that was looked at by itself, with the path that leads to it.

    As on the real server the texts keep the paths within the part, and only the fields are told in full.
    """
    return [replace(error, field=path if error.field == NOWHERE else f"{path}.{error.field}") for error in errors]


def _field(path: str) -> str:
    return path.removeprefix(".") or NOWHERE


def _invalid(path: str, value: Any, problem: str) -> FieldError:
    return invalid_value(_field(path), value, f"{path} in body {problem}")


def _type_errors(value: Any, kind: str, schema: Mapping[str, Any], path: str) -> Iterator[FieldError]:
    types = ["integer", "string"] if schema.get("x-kubernetes-int-or-string") else [schema.get("type") or ""]
    if types == [""] or kind in types or (value is None and schema.get("nullable")):
        return
    if kind == "integer" and "number" in types:
        return
    if kind == "number" and "integer" in types and float(value).is_integer():
        return
    if kind in {"string", "array"} and schema.get("format") and not {"integer", "number"} & set(types):
        return
    detail = f'{path} in body must be of type {",".join(types)}: "{kind}"'
    yield FieldError("FieldValueTypeInvalid", _field(path), kind, detail)


def _string_errors(value: str, schema: Mapping[str, Any], path: str) -> Iterator[FieldError]:
    longest, shortest = schema.get("maxLength"), schema.get("minLength")
    pattern = schema.get("pattern")
    if longest is not None and len(value) > longest:
        yield too_long(_field(path), longest)
    elif shortest is not None and len(value) < shortest:
        yield _invalid(path, value, f"should be at least {shortest} chars long")
    elif pattern and not compiled_pattern(pattern).search(value):
        yield _invalid(path, value, f"should match '{pattern}'")
    name = schema.get("format") or ""
    if name in FORMATS and not has_format(name, value):
        detail = f'{path} in body must be of type {name}: "{value}"'
        yield FieldError("FieldValueTypeInvalid", _field(path), value, detail)


@lru_cache(maxsize=1024)
def compiled_pattern(pattern: str) -> re.Pattern[str]:
    """A pattern of Go's syntax, translated where Python's differs: the end of the text, classes of POSIX."""
    translated = pattern.replace(r"\z", r"\Z")
    for name, members in _POSIX_CLASSES.items():
        translated = translated.replace(f"[:{name}:]", members)
    # Go's $ is the text's end, and not a place before a newline that ends it.
    return re.compile(re.sub(r"(?<!\\)((?:\\\\)*)\$(?=$|\)|\|)", r"\1\\Z", translated), re.ASCII)


_POSIX_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "digit": "0-9",
    "lower": "a-z",
    "upper": "A-Z",
    "space": r"\s",
    "word": r"\w",
    "xdigit": "0-9A-Fa-f",
}


def _number_errors(value: float, schema: Mapping[str, Any], path: str) -> Iterator[FieldError]:
    if schema.get("type") == "integer":
        name = schema.get("format") or ""
        bits = _INTEGER_BITS.get(name, 63)
        if not float(value).is_integer() or not -(2**bits) <= value < 2**bits:
            form = f"with format {name}" if name in _INTEGER_BITS else "(default format)"
            yield invalid_value(NOWHERE, "", f"Checked value must be of type integer {form} in {path}")
    factor = schema.get("multipleOf")
    if factor and not math.isclose(value / factor, round(value / factor), rel_tol=1e-12):
        yield _invalid(path, value, f"should be a multiple of {factor:g}")
    least, most = (_bound(value, schema.get(name)) for name in ("minimum", "maximum"))
    if least is not None and (value <= least if schema.get("exclusiveMinimum") else value < least):
        word = "greater than" if schema.get("exclusiveMinimum") else "greater than or equal to"
        yield _invalid(path, value, f"should be {word} {_printed(least)}")
    if most is not None and (value >= most if schema.get("exclusiveMaximum") else value > most):
        word = "less than" if schema.get("exclusiveMaximum") else "less than or equal to"
        yield _invalid(path, value, f"should be {word} {_printed(most)}")


def _bound(value: float, bound: float | None) -> float | None:
    """A bound as values are compared with it: for integers it is cut to one."""
    return int(bound) if bound is not None and isinstance(value, int) else bound


def _printed(number: float) -> str:
    return str(int(number)) if float(number).is_integer() else f"{number:g}"


def _array_errors(value: list[Any], schema: Mapping[str, Any], path: str, old: Any) -> Iterator[FieldError]:
    items = schema.get("items")
    if isinstance(items, dict):
        for index, element in enumerate(value):
            before = correlated_element(old, schema, element)
            yield from value_errors(element, items, f"{path}[{index}]", before)
    fewest, most = schema.get("minItems"), schema.get("maxItems")
    if fewest is not None and len(value) < fewest:
        yield _invalid(path, len(value), f"should have at least {fewest} items")
    if most is not None and len(value) > most:
        yield too_many(_field(path), len(value), most)


def _object_errors(value: dict[str, Any], schema: Mapping[str, Any], path: str, old: Any) -> Iterator[FieldError]:
    fewest, most = schema.get("minProperties"), schema.get("maxProperties")
    if fewest is not None and len(value) < fewest:
        yield _invalid(path, len(value), f"should have at least {fewest} properties")
    if most is not None and len(value) > most:
        yield too_many(_field(path), len(value), most)
    properties = schema.get("properties") or {}
    others = schema.get("additionalProperties")
    for name, member in value.items():
        inner = properties.get(name, others)
        if isinstance(inner, dict):
            place = f"{path}.{name}" if path or name not in properties else name
            yield from value_errors(member, inner, place, correlated_member(old, name))
    for name in schema.get("required") or ():
        if name not in value:
            yield required(_field(f"{path}.{name}"))


def _enum_errors(value: Any, schema: Mapping[str, Any], path: str) -> Iterator[FieldError]:
    allowed = schema.get("enum")
    if allowed and not any(value == item and isinstance(value, bool) == isinstance(item, bool) for item in allowed):
        texts = [item if isinstance(item, str) else _json(item) for item in allowed]
        yield not_supported(_field(path), value, texts)


def _json(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) or value is None else str(value)


def _combination_errors(value: Any, schema: Mapping[str, Any], path: str) -> Iterator[FieldError]:
    """What ``anyOf``, ``oneOf``, ``allOf`` and ``not`` find."""
    alternatives = [list(value_errors(value, inner, path)) for inner in schema.get("anyOf") or ()]
    if alternatives and all(alternatives):
        yield _nowhere(f'"{path}" must validate at least one schema (anyOf)')
        yield from min(alternatives, key=len)
    exclusive = [list(value_errors(value, inner, path)) for inner in schema.get("oneOf") or ()]
    fitting = sum(not errors for errors in exclusive)
    if exclusive and fitting != 1:
        found = "Found none valid" if not fitting else f"Found {fitting} valid alternatives"
        yield _nowhere(f'"{path}" must validate one and only one schema (oneOf). {found}')
        if not fitting:
            yield from min(exclusive, key=len)
    every = [list(value_errors(value, inner, path)) for inner in schema.get("allOf") or ()]
    for errors in every:
        yield from errors
    if any(every):
        yield _nowhere(f'"{path}" must validate all the schemas (allOf)' + (". None validated" if all(every) else ""))
    forbidden = schema.get("not")
    if forbidden is not None and not any(True for _ in value_errors(value, forbidden, path)):
        yield _nowhere(f'"{path}" must not validate the schema (not)')


def _nowhere(detail: str) -> FieldError:
    return invalid_value(NOWHERE, "", detail)

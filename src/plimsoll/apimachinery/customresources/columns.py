"""The columns that a definition adds to Tables (apiextensions-apiserver, customresource/tableconvertor)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from plimsoll.apimachinery.customresources.jsonpath import found
from plimsoll.kube.resources import Object

_AGE: Object = {
    "name": "Age",
    "type": "date",
    "jsonPath": ".metadata.creationTimestamp",
    "description": "CreationTimestamp is a timestamp representing the server time when this object was created. It is"
    " not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It"
    " is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info:"
    " https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata",
}


def printer_columns(version: Object) -> Sequence[Object]:
    """The columns of a version of a definition, behind ``Name``; the age where it declares none."""
    return version.get("additionalPrinterColumns") or (_AGE,)


def column_definition(column: Object) -> Object:
    """A column as the Table declares it."""
    described = f"Custom resource definition column (in JSONPath format): {column['jsonPath']}"
    return {
        "name": column["name"],
        "type": column["type"],
        "format": column.get("format", ""),
        "description": column.get("description") or described,
        "priority": column.get("priority", 0),
    }


def cell(value: Object, column: Object) -> Any:
    """What an object shows in a column; None where it has nothing fitting there.

    A date stays a time (RFC 3339): who prints the Table makes it an age.
    """
    results = found(value, column["jsonPath"])
    if not results or results[0] is None:
        return None
    return _as_type(results[0], column["type"])


def _as_type(value: Any, kind: str) -> Any:
    if kind == "string":
        return value if isinstance(value, str) else _text(value)
    if kind == "boolean":
        return value if isinstance(value, bool) else None
    if kind == "date":
        return value if isinstance(value, str) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if kind == "integer" else value


def _text(value: Any) -> str:
    """A value that is no text in a column of texts, as Go prints it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    return str(value)

"""How custom resources are shown: by the columns of their definition (apiextensions, registry/customresource/tableconvertor)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from plimsoll.apimachinery.tables.cells import name_of, since
from plimsoll.apimachinery.tables.columns import NAME, Column, Layout
from plimsoll.apimachinery.tables.jsonpaths import find
from plimsoll.kube.resources import Object

_AGE_PATH = ".metadata.creationTimestamp"
_DEFAULT: tuple[Mapping[str, Any], ...] = ({"name": "Age", "type": "date", "jsonPath": _AGE_PATH},)


def custom_layout(printer_columns: Sequence[Mapping[str, Any]]) -> Layout:
    """Return the layout of ``additionalPrinterColumns``; without any, objects have name and age."""
    wanted = tuple(printer_columns) or _DEFAULT
    columns = tuple(
        Column(
            column.get("name", ""),
            column.get("type", "string"),
            column.get("format") or "",
            column.get("priority") or 0,
            column.get("description")
            or f"Custom resource definition column (in JSONPath format): {column['jsonPath']}",
        )
        for column in wanted
    )

    def cells(object_: Object, now: float) -> list[Any]:
        return [name_of(object_), *(_cell(column, object_, now) for column in wanted)]

    return Layout((NAME, *columns), cells)


def _cell(column: Mapping[str, Any], object_: Object, now: float) -> Any:
    """The value where it is of the column's type; nothing otherwise."""
    try:
        found = find(column.get("jsonPath", ""), object_)
    except ValueError:
        return None
    if not found:
        return None
    kind, value = column.get("type"), found[0]
    if kind == "date":
        return since(value, now) if isinstance(value, str) else "<invalid>"
    if kind == "boolean":
        return value if isinstance(value, bool) else None
    if kind in {"integer", "number"}:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return (int(value) if kind == "integer" else value) if is_number else None
    return _joined(found)


def _joined(values: Sequence[Any]) -> str:
    return " ".join(value if isinstance(value, str) else json.dumps(value, separators=(",", ":")) for value in values)

from __future__ import annotations

from typing import Any

import pytest

from plimsoll.apimachinery.customresources import cell, column_definition
from plimsoll.apimachinery.customresources.jsonpath import JSONPathError, found

VALUE: dict[str, Any] = {
    "metadata": {"annotations": {"example.com/a": "x"}, "creationTimestamp": "2024-01-01T00:00:00Z"},
    "spec": {"n": 3, "f": 1.5, "on": True, "list": [1, 2, 3], "map": {"b": 1, "a": [1, "x"]}},
    "status": {"conditions": [{"type": "Ready", "status": "True"}, {"type": "Other", "status": "False"}]},
}


@pytest.mark.parametrize(
    ("path", "values"),
    [
        (".spec.n", [3]),
        (".spec.nope.deeper", []),
        (".spec.list[0]", [1]),
        (".spec.list[-1]", [3]),
        (".spec.list[9]", []),
        (".spec.list[0:2]", [1, 2]),
        (".spec.list[*]", [1, 2, 3]),
        (".metadata.annotations['example.com/a']", ["x"]),
        (r".metadata.annotations.example\.com/a", ["x"]),
        ('.status.conditions[?(@.type=="Ready")].status', ["True"]),
        (".status.conditions[?(@.type!='Ready')].status", ["False"]),
        (".status.conditions[?(@.type)].type", ["Ready", "Other"]),
        (".status.conditions[*].type", ["Ready", "Other"]),
        (".", [VALUE]),
    ],
)
def test_paths_lead_to_what_is_there(path: str, values: list[Any]) -> None:
    assert found(VALUE, path) == values


def test_what_is_no_path_is_told() -> None:
    with pytest.raises(JSONPathError):
        found(VALUE, ".spec[")


@pytest.mark.parametrize(
    ("kind", "path", "shown"),
    [
        ("integer", ".spec.n", 3),
        ("integer", ".spec.f", 1),
        ("integer", ".spec.on", None),
        ("number", ".spec.f", 1.5),
        ("string", ".spec.n", "3"),
        ("string", ".spec.on", "true"),
        ("string", ".spec.map", '{"a":[1,"x"],"b":1}'),
        ("boolean", ".spec.on", True),
        ("boolean", ".spec.n", None),
        ("date", ".metadata.creationTimestamp", "2024-01-01T00:00:00Z"),
        ("date", ".spec.n", None),
        ("string", ".spec.nope", None),
    ],
)
def test_a_cell_shows_what_fits_its_column(kind: str, path: str, shown: Any) -> None:
    assert cell(VALUE, {"name": "C", "type": kind, "jsonPath": path}) == shown


def test_a_column_without_a_description_tells_its_path() -> None:
    assert column_definition({"name": "C", "type": "string", "jsonPath": ".a", "priority": 1}) == {
        "name": "C",
        "type": "string",
        "format": "",
        "description": "Custom resource definition column (in JSONPath format): .a",
        "priority": 1,
    }

"""Values of a type that a field cannot hold, worded as Go's JSON decoder words them."""

from __future__ import annotations

from typing import Any

from plimsoll.apimachinery.schema import Schema, SchemaType

_GO_TYPES: dict[SchemaType, str] = {
    "string": "string",
    "boolean": "bool",
    "number": "float64",
    "quantity": "resource.Quantity",
    "int-or-string": "int32",
    "time": "string",
    "micro-time": "string",
    "bytes": "[]uint8",
    "any": "interface {}",
}


class Mismatch(Exception):  # noqa: N818 - not an error yet: the body decoder makes the API's refusal of it
    """A value that a schema does not allow. Objects and lists on the way up add where it stands."""

    def __init__(self, problem: str, *, go_type: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.go_type = go_type
        self.fields: list[str] = []
        self.structure = ""

    def within(self, field: str, structure: str) -> None:
        """Say that it was found in a field of a structure; called from the inside out."""
        self.fields.insert(0, field)
        self.structure = self.structure or structure

    def __str__(self) -> str:
        if not self.go_type:
            return self.problem
        where = f"Go struct field {self.structure}.{'.'.join(self.fields)}" if self.fields else "Go value"
        return f"json: cannot unmarshal {self.problem} into {where} of type {self.go_type}"


def wrong_type(schema: Schema, value: Any) -> Mismatch:
    """Return the mismatch of a value whose JSON type is not the one that the schema wants, or of a number that does not fit."""
    is_cut = schema.type == "integer" and value.__class__ in (int, float)
    return Mismatch(f"number {value!r}" if is_cut else json_type(value), go_type=go_type(schema))


def json_type(value: Any) -> str:
    """Name the JSON type of a value as Go's decoder does."""
    match value:
        case bool():
            return "bool"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def go_type(schema: Schema) -> str:
    """Name the Go type of a place: ``int32``, ``[]v1.Container``, ``map[string]string``."""
    match schema.type:
        case "object":
            package, _, name = schema.type_name.rpartition(".")
            return f"{package.rpartition('.')[2]}.{name}" if package else "map[string]interface {}"
        case "integer":
            return schema.format or "int64"
        case "list" | "map":
            element = go_type(schema.element) if schema.element else "interface {}"
            return f"[]{element}" if schema.type == "list" else f"map[string]{element}"
        case _:
            return _GO_TYPES[schema.type]

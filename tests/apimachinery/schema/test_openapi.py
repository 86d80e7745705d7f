from __future__ import annotations

from typing import Any

from plimsoll.apimachinery.schema import ABSENT, from_openapi

WIDGET: Any = {
    "type": "object",
    "properties": {
        "spec": {
            "type": "object",
            "required": ["size"],
            "properties": {
                "size": {"type": "integer", "format": "int32", "default": 1},
                "port": {"x-kubernetes-int-or-string": True},
                "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
                "gone": {"type": "string", "nullable": True},
                "parts": {
                    "type": "array",
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["name"],
                    "items": {"type": "object", "properties": {"name": {"type": "string"}}},
                },
                "pod": {"type": "object", "x-kubernetes-embedded-resource": True},
                "unit": {"type": "object", "x-kubernetes-map-type": "atomic", "properties": {"a": {"type": "string"}}},
            },
        },
    },
}


def root(schema: Any) -> Any:
    return from_openapi(schema)


def spec() -> Any:
    return root(WIDGET).fields["spec"]


def test_every_custom_resource_has_the_metadata_of_objects() -> None:
    schema = root({"type": "object"})
    assert schema.fields["metadata"].fields["labels"].type == "map"
    assert schema.fields["kind"].type == "string"


def test_types_and_defaults_are_taken_over() -> None:
    assert spec().required == {"size"}
    assert spec().fields["size"].type == "integer"
    assert spec().fields["size"].default == 1
    assert spec().fields["port"].type == "int-or-string"
    assert spec().fields["port"].default is ABSENT
    assert spec().fields["gone"].nullable


def test_maps_have_elements_and_objects_fields() -> None:
    assert spec().fields["labels"].type == "map"
    assert spec().fields["labels"].element.type == "string"
    assert spec().fields["free"].type == "object"
    assert spec().fields["free"].preserve_unknown


def test_lists_and_maps_say_how_they_merge() -> None:
    assert spec().fields["parts"].list_type == "map"
    assert spec().fields["parts"].list_keys == ("name",)
    assert spec().fields["unit"].atomic_map


def test_an_embedded_resource_has_metadata_of_its_own() -> None:
    pod = spec().fields["pod"]
    assert pod.embedded_resource
    assert "metadata" in pod.fields


def test_what_declares_no_type_holds_anything() -> None:
    assert root({"properties": {"x": {}}}).fields["x"].type == "any"
    assert root({"properties": {"x": {"type": "array"}}}).fields["x"].element.type == "any"
    anything = {"type": "object", "additionalProperties": True}
    assert root({"properties": {"x": anything}}).fields["x"].element.type == "any"

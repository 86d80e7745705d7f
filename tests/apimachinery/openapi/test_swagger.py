from __future__ import annotations

from functools import cache
from typing import Any

from plimsoll.apimachinery.kinds import Catalogue
from plimsoll.apimachinery.openapi import OpenAPIDocuments, encode_swagger
from plimsoll.apimachinery.openapi.swagger import to_schema

NAMESPACED = "/api/v1/namespaces/{namespace}/pods"


@cache
def swagger() -> Any:
    return OpenAPIDocuments(Catalogue()).swagger()


def test_one_document_holds_all_kinds() -> None:
    assert swagger()["swagger"] == "2.0"
    definitions = swagger()["definitions"]
    assert definitions["io.k8s.api.core.v1.ConfigMap"]["x-kubernetes-group-version-kind"] == [
        {"group": "", "version": "v1", "kind": "ConfigMap"}
    ]
    assert "io.k8s.api.apps.v1.Deployment" in definitions


def test_bodies_are_parameters() -> None:
    operation = swagger()["paths"][NAMESPACED]["post"]
    body = operation["parameters"][0]
    assert body == {
        "name": "body",
        "in": "body",
        "required": True,
        "schema": {"$ref": "#/definitions/io.k8s.api.core.v1.Pod"},
    }
    assert "requestBody" not in operation
    assert operation["responses"]["201"]["schema"] == {"$ref": "#/definitions/io.k8s.api.core.v1.Pod"}
    assert {parameter["name"] for parameter in operation["parameters"]} >= {"dryRun", "fieldValidation"}


def test_a_patch_says_which_patches_it_takes() -> None:
    consumes = swagger()["paths"][f"{NAMESPACED}/{{name}}"]["patch"]["consumes"]
    assert "application/strategic-merge-patch+json" in consumes


def test_quantities_and_ports_are_texts_to_old_clients() -> None:
    definitions = swagger()["definitions"]
    assert definitions["io.k8s.apimachinery.pkg.api.resource.Quantity"]["type"] == "string"
    assert definitions["io.k8s.apimachinery.pkg.util.intstr.IntOrString"]["format"] == "int-or-string"


def test_version_two_has_neither_alternatives_nor_nulls() -> None:
    schema = {
        "properties": {
            "a": {"nullable": True, "type": "string"},
            "b": {"x-kubernetes-int-or-string": True, "anyOf": []},
        },
        "additionalProperties": False,
    }
    assert to_schema(schema) == {
        "properties": {"a": {"type": "string"}, "b": {"x-kubernetes-int-or-string": True}},
        "additionalProperties": False,
    }


def test_a_reference_keeps_its_description_and_its_merge_key() -> None:
    schema = {"allOf": [{"$ref": "#/components/schemas/a.B"}], "default": {}, "description": "x", "x-kubernetes-a": 1}
    assert to_schema(schema) == {"$ref": "#/definitions/a.B", "description": "x", "x-kubernetes-a": 1}


def fields_of(message: bytes) -> list[tuple[int, Any]]:
    """Read the fields of a protobuf message: numbers, and bytes or integers."""
    position, fields = 0, []

    def varint() -> int:
        nonlocal position
        value = shift = 0
        while True:
            byte = message[position]
            position += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while position < len(message):
        number, wire_type = divmod(varint(), 8)
        size = varint()
        fields.append((number, size if wire_type == 0 else message[position : position + size]))
        position += 0 if wire_type == 0 else size
    return fields


def members(message: bytes, number: int) -> dict[str, bytes]:
    """Read a message's named members under a field's number."""
    named = [dict(fields_of(value)) for found, value in fields_of(message) if found == number]
    return {member[1].decode(): member[2] for member in named}


def test_the_protobuf_form_says_the_same() -> None:
    document = dict(fields_of(encode_swagger(swagger())))
    assert document[1] == b"2.0"
    assert members(document[8], 2).keys() == swagger()["paths"].keys()
    definitions = members(document[9], 1)
    assert definitions.keys() == swagger()["definitions"].keys()
    port = dict(fields_of(definitions["io.k8s.api.core.v1.ContainerPort"]))
    assert port[19] == b"containerPort"
    protocol = dict(fields_of(members(port[25], 1)["protocol"]))
    assert protocol[22] == b"\x0a\x06string"
    assert protocol[5] == b'\x12\x05"TCP"'


def test_truth_is_encoded_and_falsehood_left_out() -> None:
    parameter = {"name": "x", "in": "query", "required": True, "type": "string", "uniqueItems": False}
    document = {"paths": {"/x": {"parameters": [parameter]}}}
    (path,) = members(dict(fields_of(encode_swagger(document)))[8], 2).values()
    inner = path
    for number in (9, 1, 2, 3):
        inner = dict(fields_of(inner))[number]
    assert dict(fields_of(inner)) == {1: 1, 2: b"query", 4: b"x", 6: b"string"}

from __future__ import annotations

import base64
import json
from functools import cache
from typing import Any

import jsonschema
import orjson
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.apimachinery.decoding import Decoder, ObjectKind
from plimsoll.apimachinery.decoding.bodies import key_order
from plimsoll.apimachinery.kinds import BUILT_IN, Catalogue
from plimsoll.apimachinery.openapi import OpenAPIDocuments
from plimsoll.apimachinery.schema import Schema, schema_of
from plimsoll.kube.resources import Object, Resource

DEEPEST = 5
STORED = [row.resource for row in BUILT_IN if row.is_stored]
TEXTS = st.text(st.characters(codec="ascii", categories=["L", "N"]), max_size=6)
SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "string": TEXTS,
    "boolean": st.booleans(),
    "integer": st.integers(-(2**31), 2**31 - 1),
    "number": st.integers(0, 100),
    "quantity": st.sampled_from(["0", "1000m", "0.5", "1.5Gi", "2000", 3, "1e3"]),
    "int-or-string": st.integers(0, 99) | TEXTS,
    "time": st.sampled_from(["2020-01-02T03:04:05Z", "2020-01-02T03:04:05.5+02:00", "0001-01-01T00:00:00Z"]),
    "micro-time": st.sampled_from(["2020-01-02T03:04:05.000001Z", "2020-01-02T03:04:05.000001-07:00"]),
    "bytes": st.binary(max_size=6).map(lambda data: base64.b64encode(data).decode()),
    "any": st.just({"x": 1}),
}


@st.composite
def values(draw: st.DrawFn, schema: Schema, depth: int = 0) -> Any:
    """A value that a schema accepts, with nulls and fields that it does not know now and then."""
    if schema.enum:
        return draw(st.sampled_from(schema.enum))
    if schema.type in SCALARS:
        return draw(st.none() | SCALARS[schema.type])
    if depth > DEEPEST:
        return None
    if schema.element is not None:
        element = values(schema.element, depth + 1)
        small = st.lists(element, max_size=2) if schema.type == "list" else st.dictionaries(TEXTS, element, max_size=2)
        return draw(small)
    names = draw(st.lists(st.sampled_from(sorted(schema.fields)), max_size=4, unique=True)) if schema.fields else []
    filled = {name: draw(values(schema.fields[name], depth + 1)) for name in names}
    return filled | ({"unheardOf": 1} if draw(st.integers(0, 9)) == 0 else {})


@st.composite
def bodies(draw: st.DrawFn) -> tuple[Resource, Object]:
    resource = draw(st.sampled_from(STORED))
    value = draw(values(schema_of(resource)))
    return resource, {name: field for name, field in value.items() if name not in {"kind", "apiVersion"}}


@cache
def decoder(resource: Resource) -> Decoder:
    return Decoder(ObjectKind(resource.group, resource.version, resource.kind), schema_of(resource))


@given(bodies())
def test_decoding_what_was_decoded_changes_nothing(body: tuple[Resource, Object]) -> None:
    resource, value = body
    decoded = decoder(resource).decode(orjson.dumps(value)).object
    again = decoder(resource).decode(orjson.dumps(decoded))
    assert again.object == decoded
    assert again.problems == ()


@given(bodies())
def test_the_style_of_a_body_does_not_matter(body: tuple[Resource, Object]) -> None:
    resource, value = body
    assert decoder(resource).decode(json.dumps(value, indent=1).encode()) == decoder(resource).decode(
        orjson.dumps(value)
    )


@given(bodies())
def test_a_body_is_not_changed_by_decoding_it(body: tuple[Resource, Object]) -> None:
    resource, value = body
    before = orjson.dumps(value)
    decoder(resource).decode_value(value)
    assert orjson.dumps(value) == before


@given(bodies())
def test_every_unknown_field_is_reported_and_none_is_kept(body: tuple[Resource, Object]) -> None:
    resource, value = body
    decoded = decoder(resource).decode(orjson.dumps(value))
    expected = {path for path in key_order(orjson.dumps(value)).first if path.endswith("unheardOf")}
    assert {problem.split('"')[1] for problem in decoded.problems} == expected
    assert b"unheardOf" not in orjson.dumps(decoded.object)


@given(bodies())
def test_a_decoded_object_fits_the_published_types(body: tuple[Resource, Object]) -> None:
    resource, value = body
    decoded = decoder(resource).decode(orjson.dumps(value)).object
    validator(resource).validate(decoded)


@cache
def documents() -> OpenAPIDocuments:
    return OpenAPIDocuments(Catalogue())


@cache
def validator(resource: Resource) -> Any:
    place = f"apis/{resource.group}/{resource.version}" if resource.group else f"api/{resource.version}"
    document = documents().document(place)
    assert document is not None
    name = schema_of(resource).type_name
    root = {**as_json_schema(orjson.loads(document)), "$ref": f"#/components/schemas/{name}"}
    return jsonschema.Draft202012Validator(root)


def as_json_schema(schema: Any) -> Any:
    """OpenAPI 3.0 says ``nullable`` where JSON Schema has an alternative. What must and may be is for the validation."""
    if isinstance(schema, list):
        return [as_json_schema(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {name: part for name, part in schema.items() if name not in {"enum", "required"} or isinstance(part, dict)}
    converted = {name: as_json_schema(part) for name, part in kept.items()}
    return {"anyOf": [{"type": "null"}, converted]} if converted.pop("nullable", None) is True else converted

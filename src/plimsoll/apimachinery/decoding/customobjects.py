"""Decoders of custom resources: unknown fields are found and dropped, and values are left for the validation to judge.

Only ``metadata`` is a Go structure here, also within embedded resources; everything else is JSON as it came, without nulls
where there may be none (``k8s.io/apiextensions-apiserver/pkg/apiserver/schema``: ``pruning``, ``objectmeta``, ``defaulting``).
Nulls of fields with a default stay: the default takes their place.
"""

from __future__ import annotations

from typing import Any

from plimsoll.apimachinery.decoding.paths import prefix_paths
from plimsoll.apimachinery.decoding.scalars import Decode
from plimsoll.apimachinery.decoding.structures import compile_decoder
from plimsoll.apimachinery.schema import ABSENT, Schema


def compile_custom_decoder(schema: Schema) -> Decode:
    """Return the decoder of a place in a custom resource."""
    if schema.type_name:
        return compile_decoder(schema)
    match schema.type:
        case "object":
            return _object(schema)
        case "map" | "list":
            return _collection(schema)
        case _:
            return _untouched


def _untouched(value: Any, _: list[str]) -> Any:
    return value


def _object(schema: Schema) -> Decode:
    fields = {name: compile_custom_decoder(field) for name, field in schema.fields.items()}
    nullable = {name for name, field in schema.fields.items() if field.nullable or field.default is not ABSENT}
    preserve = schema.preserve_unknown

    def decode(value: Any, unknown: list[str]) -> Any:
        if value.__class__ is not dict:
            return value
        decoded: dict[str, Any] = {}
        for name, item in value.items():
            decode_field = fields.get(name)
            if decode_field is not None:
                known = len(unknown)
                if item is not None:
                    decoded[name] = decode_field(item, unknown)
                    prefix_paths(unknown, known, name)
                elif name in nullable:
                    decoded[name] = None
            elif preserve:
                decoded[name] = item
            else:
                unknown.append(name)
        return decoded

    return decode


def _collection(schema: Schema) -> Decode:
    decode_element = compile_custom_decoder(schema.element) if schema.element else _untouched

    def decode(value: Any, unknown: list[str]) -> Any:
        if value.__class__ is list and schema.type == "list":
            return [_decode_item(decode_element, f"[{index}]", item, unknown) for index, item in enumerate(value)]
        if value.__class__ is dict and schema.type == "map":
            return {name: _decode_item(decode_element, name, item, unknown) for name, item in value.items()}
        return value

    return decode


def _decode_item(decode: Decode, name: str, item: Any, unknown: list[str]) -> Any:
    if item is None:
        return None
    known = len(unknown)
    decoded = decode(item, unknown)
    prefix_paths(unknown, known, name)
    return decoded

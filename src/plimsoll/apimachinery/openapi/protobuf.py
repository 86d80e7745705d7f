"""A document of version 2 as protobuf: the only form in which clients before Kubernetes 1.27 take it.

Field numbers from ``OpenAPIv2.proto`` of ``github.com/google/gnostic-models``; only what our documents hold is encoded.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from plimsoll.kube.resources import Object

_VARINT, _LENGTH_DELIMITED = 0, 2
_VARINT_BITS = 7
_Encode = Callable[[Any], bytes]
_Fields = Mapping[str, tuple[int, _Encode]]


def encode_swagger(document: Object) -> bytes:
    """Return the document as an ``openapi.v2.Document``."""
    return _message(document, _DOCUMENT)


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:  # noqa: PLR2004 - the largest value of seven bits
        encoded.append((value & 0x7F) | 0x80)
        value >>= _VARINT_BITS
    return bytes((*encoded, value))


def _field(number: int, payload: bytes) -> bytes:
    return _varint(number << 3 | _LENGTH_DELIMITED) + _varint(len(payload)) + payload


def _text(value: Any) -> bytes:
    return str(value).encode()


def _message(value: Mapping[str, Any], fields: _Fields, extensions: int = 0) -> bytes:
    """Encode the known fields of an object in its order, and vendor extensions under their own number."""
    encoded = bytearray()
    for name, item in value.items():
        known = fields.get(name)
        if known is not None:
            number, encode = known
            for one in item if isinstance(item, list) else [item]:
                encoded += _varint(number << 3 | _VARINT) + _varint(1) if one is True else _member(number, one, encode)
        elif extensions and name.startswith("x-"):
            encoded += _field(extensions, _named(name, _any(item)))
    return bytes(encoded)


def _member(number: int, value: Any, encode: _Encode) -> bytes:
    return b"" if value is False else _field(number, encode(value))


def _named(name: str, payload: bytes) -> bytes:
    return _field(1, name.encode()) + _field(2, payload)


def _any(value: Any) -> bytes:
    """A value of any type is its YAML, and JSON is YAML."""
    return _field(2, json.dumps(value, separators=(",", ":")).encode())


def _wrapped(number: int, encode: _Encode) -> _Encode:
    return lambda value: _field(number, encode(value))


def _named_members(number: int, encode: _Encode) -> _Encode:
    def encode_members(members: Mapping[str, Any]) -> bytes:
        return b"".join(_field(number, _named(name, encode(value))) for name, value in members.items())

    return encode_members


def _type_item(value: Any) -> bytes:
    return _field(1, _text(value))


def _additional(value: Any) -> bytes:
    if isinstance(value, bool):
        return _varint(2 << 3 | _VARINT) + _varint(int(value))
    return _field(1, _schema(value))


def _schema(value: Mapping[str, Any]) -> bytes:
    encoded = dict(value)
    default = encoded.pop("default", None)
    prefix = b"" if default is None else _field(5, _any(default))
    enumerated = b"".join(_field(20, _any(item)) for item in encoded.pop("enum", ()))
    return prefix + enumerated + _message(encoded, _SCHEMA, extensions=31)


def _parameter(value: Mapping[str, Any]) -> bytes:
    if value["in"] == "body":
        return _field(1, _field(1, _message(value, _BODY_PARAMETER)))
    number, fields = (4, _PATH_PARAMETER) if value["in"] == "path" else (3, _QUERY_PARAMETER)
    return _field(1, _field(2, _field(number, _message(value, fields))))


def _path_item(value: Mapping[str, Any]) -> bytes:
    return _message(value, _PATH_ITEM)


def _operation(value: Mapping[str, Any]) -> bytes:
    return _message(value, _OPERATION, extensions=13)


def _response(value: Mapping[str, Any]) -> bytes:
    return _field(1, _message(value, {"description": (1, _text), "schema": (2, _wrapped(1, _schema))}))


def _security(requirement: Mapping[str, Iterable[str]]) -> bytes:
    return b"".join(_field(1, _named(name, b"")) for name in requirement)


def _api_key(value: Mapping[str, Any]) -> bytes:
    fields = {"type": (1, _text), "name": (2, _text), "in": (3, _text), "description": (4, _text)}
    return _field(2, _message(value, fields))


_SCHEMA: _Fields = {
    "$ref": (1, _text),
    "format": (2, _text),
    "description": (4, _text),
    "pattern": (13, _text),
    "required": (19, _text),
    "additionalProperties": (21, _additional),
    "type": (22, _type_item),
    "items": (23, _wrapped(1, _schema)),
    "properties": (25, _named_members(1, _schema)),
}
_BODY_PARAMETER: _Fields = {"name": (2, _text), "in": (3, _text), "required": (4, _text), "schema": (5, _schema)}
_QUERY_PARAMETER: _Fields = {
    "required": (1, _text),
    "in": (2, _text),
    "description": (3, _text),
    "name": (4, _text),
    "type": (6, _text),
    "uniqueItems": (20, _text),
}
_PATH_PARAMETER: _Fields = {
    "required": (1, _text),
    "in": (2, _text),
    "description": (3, _text),
    "name": (4, _text),
    "type": (5, _text),
    "uniqueItems": (19, _text),
}
_OPERATION: _Fields = {
    "tags": (1, _text),
    "description": (3, _text),
    "operationId": (5, _text),
    "produces": (6, _text),
    "consumes": (7, _text),
    "parameters": (8, _parameter),
    "responses": (9, _named_members(1, _response)),
}
_PATH_ITEM: _Fields = {
    **{method: (2 + index, _operation) for index, method in enumerate(("get", "put", "post", "delete"))},
    "patch": (8, _operation),
    "parameters": (9, _parameter),
}
_DOCUMENT: _Fields = {
    "swagger": (1, _text),
    "info": (2, lambda value: _message(value, {"title": (1, _text), "version": (2, _text)})),
    "paths": (8, _named_members(2, _path_item)),
    "definitions": (9, _named_members(1, _schema)),
    "security": (12, _security),
    "securityDefinitions": (13, _named_members(1, _api_key)),
}

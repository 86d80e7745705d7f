"""From protobuf to the object that JSON would have said."""

from __future__ import annotations

import gzip
import struct
from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

from plimsoll.apimachinery.protobuf.wire import fields, signed
from plimsoll.kube.resources import Object
from plimsoll.kube.timestamps import rfc3339, rfc3339_micro

DATA = "kubernetes.json.gz"

MAGIC = b"k8s\0"
"""How every body begins (apimachinery, runtime/serializer/protobuf); behind it is a ``runtime.Unknown``."""

DELETE_OPTIONS = "am.apis.meta.v1.DeleteOptions"
MAX_DEPTH = 100


def decode_object(body: bytes) -> Object:
    """The object that a body holds; ``ValueError`` where it is malformed, or of a kind that is not known.

    Fields that were not set, but are written all the same, are there with their zero values.
    """
    if not body.startswith(MAGIC):
        raise ValueError("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]")
    unknown = dict(fields(body[len(MAGIC) :]))
    kind_fields = dict(fields(_bytes(unknown.get(1, b""))))
    api_version, kind = (_bytes(kind_fields.get(number, b"")).decode() for number in (1, 2))
    name = DELETE_OPTIONS if kind == "DeleteOptions" else _data()["kinds"].get(f"{api_version} {kind}")
    if name is None:
        raise ValueError(f'no kind "{kind}" is registered for version "{api_version}" in protobuf')
    return {"apiVersion": api_version, "kind": kind, **_message(_bytes(unknown.get(2, b"")), name, 0)}


@cache
def _data() -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = orjson.loads(gzip.decompress(files(__package__).joinpath(DATA).read_bytes()))
    return loaded


def _message(content: bytes, name: str, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise ValueError("proto: messages are nested too deep")
    special = _SPECIAL.get(name)
    if special is not None:
        return special(content, depth)
    known = _data()["messages"][name]
    if set(known) == {"1"} and known["1"][0] == "items" and known["1"][1] == "*s":  # a list that has a name in Go
        return [_bytes(value).decode() for _, value in fields(content)]
    found: dict[str, Any] = {}
    for number, value in fields(content):
        entry = known.get(str(number))
        if entry is None:
            continue  # of a later version
        field, kind = entry
        if kind[0] == "*":
            found.setdefault(field, []).append(_value(value, kind[1:], depth))
        elif kind[0] == "%":
            pair = dict(fields(_bytes(value)))
            key = _bytes(pair.get(1, b"")).decode()
            found.setdefault(field, {})[key] = _value(pair.get(2, b""), kind[1:], depth)
        elif field:
            found[field] = _value(value, kind, depth)
        else:  # a structure whose fields JSON has among its holder's
            found |= _message(_bytes(value), kind[2:], depth + 1)
    return found


def _value(value: int | bytes, kind: str, depth: int) -> Any:
    match kind[0]:
        case "s":
            return _bytes(value).decode()
        case "i":
            return signed(_number(value))
        case "b":
            return bool(value)
        case "y":
            return b64encode(_bytes(value)).decode()
        case "d":
            number: float = struct.unpack("<d", _bytes(value))[0]
            return int(number) if number.is_integer() else number
        case _:
            return _message(_bytes(value), kind[2:], depth + 1)


def _bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise ValueError("proto: a number where bytes are wanted")
    return value


def _number(value: int | bytes) -> int:
    if isinstance(value, bytes):
        raise ValueError("proto: bytes where a number is wanted")
    return value


def _time(content: bytes, _: int) -> str | None:
    parts = dict(fields(content))
    return rfc3339(signed(_number(parts[1]))) if parts.get(1) else None


def _micro_time(content: bytes, _: int) -> str | None:
    parts = dict(fields(content))
    if not parts.get(1):
        return None
    return rfc3339_micro(signed(_number(parts[1])) + _number(parts.get(2, 0)) / 1e9)


def _quantity(content: bytes, _: int) -> str:
    return _bytes(dict(fields(content)).get(1, b"0")).decode() or "0"


def _int_or_string(content: bytes, _: int) -> int | str:
    parts = dict(fields(content))
    if parts.get(1):
        return _bytes(parts.get(3, b"")).decode()
    return signed(_number(parts.get(2, 0)))


def _raw(content: bytes, _: int) -> Any:
    raw = _bytes(dict(fields(content)).get(1, b""))
    return orjson.loads(raw) if raw else None


def _schema_or(alternative: int, schema: int, kind: str) -> Callable[[bytes, int], Any]:
    """A schema, or something else that stands in its place."""

    def decode(content: bytes, depth: int) -> Any:
        parts = [
            (number, _value(value, kind if number == alternative else f"m:{_SCHEMA}", depth))
            for number, value in fields(content)
        ]
        for number, value in parts:
            if number == schema:
                return value
        values = [value for number, value in parts if number == alternative]
        return (values[0] if values else False) if kind == "b" else values

    return decode


_SCHEMA = "ext.v1.JSONSchemaProps"
_SPECIAL: Mapping[str, Callable[[bytes, int], Any]] = {
    "am.apis.meta.v1.Time": _time,
    "am.apis.meta.v1.MicroTime": _micro_time,
    "am.apis.meta.v1.FieldsV1": _raw,
    "am.api.resource.Quantity": _quantity,
    "am.util.intstr.IntOrString": _int_or_string,
    "am.runtime.RawExtension": _raw,
    "ext.v1.JSON": _raw,
    "ext.v1.JSONSchemaPropsOrArray": _schema_or(2, 1, f"m:{_SCHEMA}"),
    "ext.v1.JSONSchemaPropsOrBool": _schema_or(1, 2, "b"),
    "ext.v1.JSONSchemaPropsOrStringArray": _schema_or(2, 1, "s"),
}

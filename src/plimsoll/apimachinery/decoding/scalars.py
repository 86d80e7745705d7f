"""Decoders of single values: what each type of field accepts, and how the server writes it back."""

from __future__ import annotations

import binascii
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from plimsoll.apimachinery.decoding import canonicalquantities
from plimsoll.apimachinery.decoding.mismatch import Mismatch, wrong_type
from plimsoll.apimachinery.schema import Schema, SchemaType
from plimsoll.kube.timestamps import parse_rfc3339, rfc3339

Decode: TypeAlias = Callable[[Any, list[str]], Any]
"""Takes a value other than null and a list to which it adds the paths of fields that the schema does not have."""

_INTEGERS = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_WRITTEN_TIME = re.compile(r"\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\dZ")
_MICRO_DIGITS = 7  # of the fraction, its point included
_ZERO_TIME = "0001-01-01T00:00:00"


def scalar_decoder(schema: Schema) -> Decode:
    """Return the decoder of a schema that is neither an object, nor a map, nor a list."""
    return _DECODERS[schema.type](schema)


def _exactly(python_type: type) -> Callable[[Schema], Decode]:
    def decoder(schema: Schema) -> Decode:
        def decode(value: Any, _: list[str]) -> Any:
            if value.__class__ is python_type:
                return value
            raise wrong_type(schema, value)

        return decode

    return decoder


def _integer(schema: Schema) -> Decode:
    smallest, largest = _INTEGERS.get(schema.format, _INTEGERS["int64"])

    def decode(value: Any, _: list[str]) -> int:
        if value.__class__ is int and smallest <= value <= largest:
            return int(value)
        raise wrong_type(schema, value)

    return decode


def _number(schema: Schema) -> Decode:
    def decode(value: Any, _: list[str]) -> float:
        if value.__class__ is float or value.__class__ is int:
            return float(value) if value.__class__ is float else int(value)
        raise wrong_type(schema, value)

    return decode


def _int_or_string(schema: Schema) -> Decode:
    smallest, largest = _INTEGERS["int32"]

    def decode(value: Any, _: list[str]) -> Any:
        if value.__class__ is str or (value.__class__ is int and smallest <= value <= largest):
            return value
        raise wrong_type(schema, value)

    return decode


def _quantity(_: Schema) -> Decode:
    def decode(value: Any, _: list[str]) -> str:
        if value.__class__ is not str:
            if value.__class__ not in (int, float):
                raise Mismatch(canonicalquantities.FORMAT_WRONG)
            value = repr(value).removesuffix(".0")
        try:
            return canonicalquantities.canonical(value.strip())
        except ValueError as error:
            raise Mismatch(str(error)) from None

    return decode


def _bytes(schema: Schema) -> Decode:
    def decode(value: Any, _: list[str]) -> str:
        if value.__class__ is not str:
            raise wrong_type(schema, value)
        text = value.translate(_LINE_ENDS) if "\n" in value or "\r" in value else value
        try:
            return b64encode(binascii.a2b_base64(text, strict_mode=True)).decode() if text else ""
        except (binascii.Error, ValueError):
            raise Mismatch(f"illegal base64 data at input byte {_first_illegal(text)}") from None

    return decode


_LINE_ENDS = {ord("\n"): None, ord("\r"): None}
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")


def _first_illegal(text: str) -> int:
    match = _BASE64.match(text)
    return match.end() if match else 0


def _time(schema: Schema) -> Decode:
    def decode(value: Any, _: list[str]) -> str | None:
        if value.__class__ is not str:
            raise wrong_type(schema, value)
        if value.startswith(_ZERO_TIME):
            return None
        if _WRITTEN_TIME.fullmatch(value):
            return str(value)
        seconds = parse_rfc3339(value) if _TIME.fullmatch(value) else None
        if seconds is None:
            raise _no_time(value, "2006-01-02T15:04:05Z07:00")
        return rfc3339(seconds)

    return decode


def _micro_time(schema: Schema) -> Decode:
    def decode(value: Any, _: list[str]) -> str | None:
        if value.__class__ is not str:
            raise wrong_type(schema, value)
        match = _TIME.fullmatch(value)
        seconds = parse_rfc3339(value) if match and len(match[1] or "") == _MICRO_DIGITS else None
        if match is None or seconds is None:
            raise _no_time(value, "2006-01-02T15:04:05.000000Z07:00", "Z" if match else "")
        if value.startswith(_ZERO_TIME):
            return None
        return f"{rfc3339(seconds)[:-1]}{match[1]}Z"

    return decode


def _no_time(value: str, layout: str, rest: str = "") -> Mismatch:
    """Word a refusal: a time whose ``rest`` lacks the six decimals, or what is no time from its first letter on."""
    reason = f'cannot parse "{rest}" as ".000000"' if rest else f'cannot parse "{value}" as "2006"'
    return Mismatch(f'parsing time "{value}" as "{layout}": {reason}')


def _any(_: Schema) -> Decode:
    return lambda value, _: value


_DECODERS: Mapping[SchemaType, Callable[[Schema], Decode]] = {
    "string": _exactly(str),
    "boolean": _exactly(bool),
    "integer": _integer,
    "number": _number,
    "quantity": _quantity,
    "int-or-string": _int_or_string,
    "time": _time,
    "micro-time": _micro_time,
    "bytes": _bytes,
    "any": _any,
}

"""Decoders of built-in types: what ``encoding/json`` makes of a value on its way into a Go structure and out again.

A decoder is compiled from a :class:`Schema` once, field by field as fields are met, since most fields of most types are
never used. Decoded values may share parts with one another.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from plimsoll.apimachinery.decoding.mismatch import Mismatch, wrong_type
from plimsoll.apimachinery.decoding.paths import prefix_paths
from plimsoll.apimachinery.decoding.remembering import remembering
from plimsoll.apimachinery.decoding.scalars import Decode, scalar_decoder
from plimsoll.apimachinery.decoding.zeros import filled_fields, zero_of
from plimsoll.apimachinery.schema import Schema

_Field = tuple[Decode, bool]


def compile_root_decoder(schema: Schema) -> Decode:
    """Return the decoder of a built-in kind: as below, but it remembers specs, which objects of a kind have in common."""
    return _object(schema, _Fields(schema, remember=frozenset({"spec", "template"})))


def compile_decoder(schema: Schema) -> Decode:
    """Return the decoder of a place in a built-in type."""
    match schema.type:
        case "object":
            return _object(schema, _Fields(schema))
        case "map":
            return _map(schema)
        case "list":
            return _list(schema)
        case _:
            return scalar_decoder(schema)


class _Fields(dict[str, _Field | None]):
    """The decoders of a type's fields, and whether their zero values vanish; compiled when first looked up."""

    def __init__(self, schema: Schema, *, remember: frozenset[str] = frozenset()) -> None:
        super().__init__()
        self._schema = schema
        self._remember = remember

    def __missing__(self, name: str) -> _Field | None:
        schema = self._schema.fields.get(name)
        if schema is None:
            return None  # not remembered: clients can make up any number of names
        decode = compile_decoder(schema)
        field = (remembering(decode) if name in self._remember else decode, schema.zero == "omitted")
        self[name] = field
        return field


def _object(schema: Schema, fields: _Fields) -> Decode:
    structure = schema.type_name.rpartition(".")[2]
    fill = _filler(schema)

    def decode(value: Any, unknown: list[str]) -> dict[str, Any]:
        if value.__class__ is not dict:
            raise wrong_type(schema, value)
        decoded: dict[str, Any] = {}
        for name, item in value.items():
            field = fields[name]
            if field is None:
                unknown.append(name)
            elif item is not None:
                known = len(unknown)
                try:
                    result = field[0](item, unknown)
                except Mismatch as mismatch:
                    mismatch.within(name, structure)
                    raise
                if len(unknown) != known:
                    prefix_paths(unknown, known, name)
                if result is not None and (result or not field[1]):
                    decoded[name] = result
        return fill(decoded)

    return decode


def _filler(schema: Schema) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return what adds the fields that are written even where they are zero; most types have none, or one or two."""
    zeros: dict[str, Any] | None = None
    emptied: list[str] = []

    def fill(decoded: dict[str, Any]) -> dict[str, Any]:
        nonlocal zeros
        if zeros is None:
            zeros = filled_fields(schema)
            emptied.extend(name for name in zeros if schema.fields[name].type in {"list", "map"})
        for name in zeros:
            if name not in decoded:
                decoded[name] = zeros[name]
        for name in emptied:
            if not decoded[name]:
                decoded[name] = None  # the store's encoding does not tell an empty list from none
        return decoded

    return fill


def _map(schema: Schema) -> Decode:
    if schema.element is None:
        raise TypeError("a map without an element")
    decode_element, zero = compile_decoder(schema.element), zero_of(schema.element)

    def decode(value: Any, unknown: list[str]) -> dict[str, Any]:
        if value.__class__ is not dict:
            raise wrong_type(schema, value)
        decoded = {}
        for name, item in value.items():
            known = len(unknown)
            decoded[name] = zero if item is None else decode_element(item, unknown)
            if len(unknown) != known:
                prefix_paths(unknown, known, name)
        return decoded

    return decode


def _list(schema: Schema) -> Decode:
    if schema.element is None:
        raise TypeError("a list without an element")
    decode_element, zero = compile_decoder(schema.element), zero_of(schema.element)

    def decode(value: Any, unknown: list[str]) -> list[Any]:
        if value.__class__ is not list:
            raise wrong_type(schema, value)
        decoded = []
        for index, item in enumerate(value):
            known = len(unknown)
            decoded.append(zero if item is None else decode_element(item, unknown))
            if len(unknown) != known:
                prefix_paths(unknown, known, f"[{index}]")
        return decoded

    return decode

"""From a request's body to an object as the server would read it back, and what strict validation says about it."""

from __future__ import annotations

from dataclasses import dataclass

from plimsoll.apimachinery.decoding.bodies import Body, UnreadableBodyError, parse_body
from plimsoll.apimachinery.decoding.customobjects import compile_custom_decoder
from plimsoll.apimachinery.decoding.expectations import (
    ObjectKind,
    cannot_handle,
    check_custom_kind,
    check_decoded_kind,
    check_kind,
    no_object,
    unrecognized,
)
from plimsoll.apimachinery.decoding.mismatch import Mismatch
from plimsoll.apimachinery.decoding.strictness import custom_strict_problems, strict_problems
from plimsoll.apimachinery.decoding.structures import compile_root_decoder
from plimsoll.apimachinery.schema import Schema
from plimsoll.kube.resources import Object


@dataclass(frozen=True, slots=True)
class Decoded:
    """An object as the server reads it, and what strict decoding would refuse, in the order of the text."""

    object: Object
    problems: tuple[str, ...] = ()


class Decoder:
    """Decodes the bodies of one kind. Compiled once for each kind and version that is served.

    Decoded objects may share parts with one another and with the decoder: never change one in place.
    """

    def __init__(self, expected: ObjectKind, schema: Schema) -> None:
        self.expected = expected
        self._is_custom = not schema.type_name
        self._check_kind = check_custom_kind if self._is_custom else check_kind
        self._find_problems = custom_strict_problems if self._is_custom else strict_problems
        self._decode = compile_custom_decoder(schema) if self._is_custom else compile_root_decoder(schema)

    def decode(self, body: bytes, media_type: str = "application/json") -> Decoded:
        """Decode a body; what leaves its kind out is of the expected one. ``ApiError`` 400 for what cannot be read."""
        try:
            parsed = parse_body(body, media_type)
        except UnreadableBodyError as error:
            raise unrecognized(str(error), body, self.expected) from None
        return self._decode_parsed(parsed, body)

    def decode_value(self, value: Object) -> Decoded:
        """Decode what is parsed already, such as the result of a patch."""
        return self._decode_parsed(Body(value), b"{}")

    def _decode_parsed(self, parsed: Body, body: bytes) -> Decoded:
        value = {} if parsed.value is None else parsed.value
        if value.__class__ is not dict:
            raise no_object(value, body, self.expected)
        self._check_kind(value, body, self.expected)
        unknown: list[str] = []
        try:
            decoded: Object = self._decode(value, unknown)
        except Mismatch as mismatch:
            raise cannot_handle(self.expected, self.expected, str(mismatch)) from None
        if self._is_custom:
            check_decoded_kind(value, self.expected)
        decoded["kind"] = self.expected.kind
        decoded["apiVersion"] = self.expected.api_version
        return Decoded(decoded, self._find_problems(parsed, unknown))

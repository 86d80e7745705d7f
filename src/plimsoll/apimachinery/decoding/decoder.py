"""From a request's body to an object as the server would read it back, and what strict validation says about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from plimsoll.apimachinery.decoding.bodies import UnreadableBodyError, parse_body
from plimsoll.apimachinery.decoding.customobjects import compile_custom_decoder
from plimsoll.apimachinery.decoding.mismatch import Mismatch
from plimsoll.apimachinery.decoding.structures import compile_decoder
from plimsoll.apimachinery.schema import Schema
from plimsoll.errors import ApiError
from plimsoll.kube.resources import Object

_BAD_REQUEST = 400
_SHOWN_BYTES = 30  # of a body that is not understood (``summarizeData`` in apiserver, pkg/endpoints/handlers/rest.go)


@dataclass(frozen=True, slots=True)
class ObjectKind:
    """Which kind of object a body should be, e.g. ``apps/v1 Deployment``."""

    group: str
    version: str
    kind: str

    @property
    def api_version(self) -> str:
        """As it stands in objects: ``v1``, ``apps/v1``."""
        return f"{self.group}/{self.version}" if self.group else self.version


@dataclass(frozen=True, slots=True)
class Decoded:
    """An object as the server reads it, and what strict decoding would refuse in the order in which it was found."""

    object: Object
    problems: tuple[str, ...] = ()


class Decoder:
    """Decodes the bodies of one kind. Compiled once for each kind and version that is served.

    Decoded objects may share parts with one another and with the decoder: never change one in place.
    """

    def __init__(self, expected: ObjectKind, schema: Schema) -> None:
        self.expected = expected
        is_built_in = bool(schema.type_name)
        self._decode = compile_decoder(schema) if is_built_in else compile_custom_decoder(schema)

    def decode(self, body: bytes, media_type: str = "application/json") -> Decoded:
        """Decode a body; what leaves its kind out is of the expected one. ``ApiError`` 400 for what cannot be read."""
        try:
            parsed = parse_body(body, media_type)
        except UnreadableBodyError as error:
            raise self._unrecognized(str(error), body) from None
        if parsed.value.__class__ is not dict:
            problem = "couldn't get version/kind; json parse error: json: cannot unmarshal into Go value of type struct"
            raise self._unrecognized(problem, body)
        decoded = self.decode_value(parsed.value)
        return Decoded(decoded.object, parsed.problems + decoded.problems) if parsed.problems else decoded

    def decode_value(self, value: Object) -> Decoded:
        """Decode what is parsed already, such as the result of a patch."""
        self._check_kind(value)
        unknown: list[str] = []
        try:
            decoded: Object = self._decode(value, unknown)
        except Mismatch as mismatch:
            raise self._cannot_handle(self.expected.version, self.expected.kind, str(mismatch)) from None
        decoded["kind"] = self.expected.kind
        decoded["apiVersion"] = self.expected.api_version
        return Decoded(decoded, tuple(f'unknown field "{path}"' for path in unknown) if unknown else ())

    def _check_kind(self, value: Object) -> None:
        kind = value.get("kind") or self.expected.kind
        api_version = value.get("apiVersion") or self.expected.api_version
        if kind == self.expected.kind and api_version == self.expected.api_version:
            return
        if not isinstance(kind, str) or not isinstance(api_version, str):
            raise self._unrecognized("couldn't get version/kind; json: cannot unmarshal into Go struct field", b"{")
        version = api_version.rpartition("/")[2]
        if kind != self.expected.kind:
            problem = f'no kind "{kind}" is registered for version "{api_version}" or it is not a {self.expected.kind}'
            raise self._cannot_handle(version, kind, problem)
        raise ApiError(
            _BAD_REQUEST,
            "BadRequest",
            f"the API version in the data ({api_version}) does not match the expected API version "
            f"({self.expected.api_version})",
        )

    def _cannot_handle(self, version: str, kind: str, problem: str) -> ApiError:
        return cannot_handle(ObjectKind("", version, kind), self.expected, problem)

    def _unrecognized(self, problem: str, body: bytes) -> ApiError:
        message = (
            f"the object provided is unrecognized (must be of type {self.expected.kind}): {problem} ({_summary(body)})"
        )
        return ApiError(_BAD_REQUEST, "BadRequest", message)


def cannot_handle(given: ObjectKind, expected: ObjectKind, problem: str) -> ApiError:
    """Return the refusal of a body whose kind is known and that cannot be decoded all the same."""
    message = f'{given.kind} in version "{given.version}" cannot be handled as a {expected.kind}: {problem}'
    return ApiError(_BAD_REQUEST, "BadRequest", message)


def _summary(body: bytes) -> Any:
    if not body:
        return "<empty>"
    ellipsis = " ..." if len(body) > _SHOWN_BYTES else ""
    shown = body[:_SHOWN_BYTES]
    return (shown.decode(errors="replace") if body.startswith(b"{") else shown.hex()) + ellipsis

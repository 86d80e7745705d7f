"""Bodies of requests: how large they may be, and what they are read as."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plimsoll.apimachinery.decoding.bodies import UnreadableBodyError, parse_body
from plimsoll.apimachinery.protobuf import decode_object
from plimsoll.errors import ApiError
from plimsoll.kube.resources import Object
from plimsoll.registry.requests import Payload
from plimsoll.serve.negotiation import BUILT_IN_TYPES, CBOR, JSON, PROTOBUF, YAML

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

MAX_BODY_BYTES = 3 * 1024 * 1024
"""The largest body of a write (apiserver, server/config.go, MaxRequestBodyBytes)."""

APPLY_YAML = "application/apply-patch+yaml"
PATCH_TYPES = {
    "application/json-patch+json": JSON,
    "application/merge-patch+json": JSON,
    "application/strategic-merge-patch+json": JSON,
    APPLY_YAML: YAML,
}
"""Media types of patches, and how each is read."""

APPLY_CBOR = "application/apply-patch+cbor"


async def read_body(receive: Callable[[], Awaitable[Any]]) -> bytes | None:
    """The whole body of a request, or None where the client has gone; ``ApiError(413)`` for more than 3 MiB."""
    message = await receive()
    body: bytes = message.get("body", b"")
    parts, length = [body], len(body)
    while message.get("more_body"):
        message = await receive()
        parts.append(message.get("body", b""))
        length += len(parts[-1])
        if length > MAX_BODY_BYTES:
            break
    if message["type"] == "http.disconnect":
        return None
    if length > MAX_BODY_BYTES:
        raise too_large()
    return body if len(parts) == 1 else b"".join(parts)


def too_large() -> ApiError:
    """413 for a body beyond the limit."""
    message = f"Request entity too large: limit is {MAX_BODY_BYTES}"
    return ApiError(413, "RequestEntityTooLarge", message)


def media_type_of(content_type: str) -> str:
    """A media type without its parameters; JSON where a client does not say."""
    return content_type.partition(";")[0].strip().lower() or JSON


def patch_type_of(content_type: str) -> str:
    """The media type of a patch; ``ApiError(415)`` where it is none."""
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type not in PATCH_TYPES:
        raise ApiError(415, "UnsupportedMediaType", "415: Unsupported Media Type", details={})
    return media_type


def payload(body: bytes, content_type: str) -> Payload | Object:
    """The body of a write, for whoever reads it by its kind; protobuf is read at once.

    Raises ``ApiError`` 415 for types that are not read, 400 for protobuf that is malformed.
    """
    media_type = media_type_of(content_type)
    if media_type == PROTOBUF:
        return _read_protobuf(body)
    if media_type not in {JSON, YAML}:
        raise _unsupported(media_type)
    return Payload(body, media_type)


def read_object(body: bytes, content_type: str) -> Any:
    """The options in the body of a deletion; ``ApiError`` 415 for types that are not read, 400 for what is malformed."""
    read = payload(body, content_type)
    return _read(*read, what="") if isinstance(read, Payload) else read


def read_patch(body: bytes, patch_type: str) -> Any:
    """The body of a patch, by its media type; ``ApiError(400)`` for what is malformed."""
    return _read(body, PATCH_TYPES[patch_type])


def _read_protobuf(body: bytes) -> Object:
    try:
        return decode_object(body)
    except ValueError as error:
        raise ApiError(400, "BadRequest", f"the object provided is unrecognized: {error}") from error


def _read(body: bytes, media_type: str, what: str = "the object provided is unrecognized: ") -> Any:
    try:
        return parse_body(body, media_type).value
    except UnreadableBodyError as error:
        raise ApiError(400, "BadRequest", f"{what}{error}") from error


def _unsupported(media_type: str) -> ApiError:
    if media_type == CBOR:
        message = f"this server reads {JSON} and {YAML} only: set the client's content type to {JSON}, not {media_type}"
    else:
        known = ", ".join(BUILT_IN_TYPES)
        message = f"the body of the request was in an unknown format - accepted media types include: {known}"
    return ApiError(415, "UnsupportedMediaType", message)

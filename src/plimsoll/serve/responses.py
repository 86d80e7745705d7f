"""What goes back to a client: codes, headers and encoded bodies."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from plimsoll.kube.statuses import failure_status
from plimsoll.serve.negotiation import YAML
from plimsoll.serve.yamldocuments import dump_yaml

if TYPE_CHECKING:
    from plimsoll.errors import ApiError
    from plimsoll.serve.negotiation import Representation

Header = tuple[bytes, bytes]

JSON_TYPE = b"application/json"
TEXT_TYPE = b"text/plain; charset=utf-8"

MAX_WARNING_CHARACTERS = 4 * 1024
CUT_WARNING_CHARACTERS = 256
"""How long warnings may be together, and each of them where they are longer (apiserver, endpoints/filters/warning.go)."""

NO_CACHE: Header = (b"cache-control", b"no-cache, private")
NO_SNIFFING: Header = (b"x-content-type-options", b"nosniff")


@dataclass(slots=True)
class Response:
    """An answer whose body is at hand, or comes in parts one after the other."""

    code: int
    body: bytes | Iterable[bytes]
    content_type: bytes = JSON_TYPE
    headers: Sequence[Header] = ()


def encode(value: Any, representation: Representation) -> bytes:
    """Encode an answer; JSON ends with a newline, as a real server's does."""
    if representation.media_type == YAML:
        return dump_yaml(value)
    options = orjson.OPT_APPEND_NEWLINE | (orjson.OPT_INDENT_2 if representation.pretty else 0)
    return orjson.dumps(value, option=options)


def json_response(value: Any, code: int = 200, headers: Sequence[Header] = ()) -> Response:
    """An answer that is always JSON, whatever was asked for."""
    return Response(code, orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE), JSON_TYPE, headers)


def text_response(text: str, code: int = 200) -> Response:
    """Plain text, which browsers must not take for anything else."""
    return Response(code, text.encode(), TEXT_TYPE, (NO_SNIFFING,))


def page_not_found() -> Response:
    """404 as Go's HTTP library words it: for paths that belong to no part of the server."""
    return text_response("404 page not found\n", 404)


def error_response(error: ApiError) -> Response:
    """A refusal as a Status, with its warnings, and ``Retry-After`` where the client is to come back."""
    headers = warning_headers(error.warnings)
    if error.retry_after_seconds is not None:
        headers.append((b"retry-after", b"%d" % max(1, math.ceil(error.retry_after_seconds))))
    return json_response(failure_status(error), error.code, headers)


def warning_headers(warnings: Iterable[str]) -> list[Header]:
    """Warnings as headers (RFC 7234: code 299, no agent, a quoted text).

    Where they are too long together, each is cut short, and those beyond the bound are left out.
    """
    texts = list(dict.fromkeys(warnings))
    if sum(map(len, texts)) > MAX_WARNING_CHARACTERS:
        texts = [text[:CUT_WARNING_CHARACTERS] for text in texts]
    headers: list[Header] = []
    written = 0
    for text in texts:
        if written >= MAX_WARNING_CHARACTERS:
            break
        written += len(text)
        headers.append((b"warning", _warning(text)))
    return headers


def _warning(text: str) -> bytes:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'299 - "{"".join(mark if mark.isprintable() else " " for mark in quoted)}"'.encode()

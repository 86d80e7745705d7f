"""Tokens with which a list goes on where its last page ended (apiserver, storage/continue.go)."""

from __future__ import annotations

import posixpath
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from typing import NamedTuple

import orjson

from plimsoll.registry.refusals import bad_request

VERSION = "meta.k8s.io/v1"

AS_IT_IS = -1
"""The revision of a token that goes on with whatever is there now."""


class Continuation(NamedTuple):
    """Where to go on: the revision of the whole list, and the first key.

    Keys are ``namespace/name`` in a list over all namespaces, and ``name`` in others.
    """

    revision: int
    start: str


def encode(revision: int, last_key: str) -> str:
    """The token to go on right after a key."""
    token = {"v": VERSION, "rv": revision, "start": last_key + "\x00"}
    return urlsafe_b64encode(orjson.dumps(token)).rstrip(b"=").decode()


def decode(token: str) -> Continuation:
    """Read a token; 400 where it is none."""
    content = _content(token)
    version, revision, start = content.get("v", ""), content.get("rv", 0), content.get("start", "")
    if version != VERSION:
        raise _refusal(f"continue key is not valid: server does not recognize this encoded version {version}")
    if not isinstance(revision, int) or not isinstance(start, str):
        raise _refusal("continue key is not valid: json: cannot unmarshal value into Go value")
    if revision == 0:
        raise _refusal("continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)")
    if not start:
        raise _refusal("continue key is not valid: encoded start key empty (version meta.k8s.io/v1)")
    rooted = start if start.startswith("/") else f"/{start}"
    if posixpath.normpath(rooted) != rooted:
        raise _refusal(f"continue key is not valid: {start}")
    return Continuation(revision, rooted[1:])


def _content(token: str) -> dict[str, object]:
    try:
        raw = urlsafe_b64decode(token.encode() + b"=" * (-len(token) % 4))
    except (Base64Error, ValueError):
        raise _refusal("continue key is not valid: illegal base64 data at input byte 0") from None
    try:
        content = orjson.loads(raw)
    except orjson.JSONDecodeError:
        first = raw[:1]
        shown = first.decode("latin-1") if first.isalnum() else f"\\x{first[0]:02x}" if first else ""
        fault = (
            f"invalid character '{shown}' looking for beginning of value" if first else "unexpected end of JSON input"
        )
        raise _refusal(f"continue key is not valid: {fault}") from None
    if not isinstance(content, dict):
        raise _refusal(
            "continue key is not valid: json: cannot unmarshal value into Go value of type storage.continueToken"
        )
    return content


def _refusal(message: str) -> Exception:
    return bad_request(f"invalid continue token: {message}")

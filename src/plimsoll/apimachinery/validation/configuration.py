"""Checks of config maps and secrets: keys, size, the keys that a type needs, immutability."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping

from plimsoll.apimachinery.naming import config_key
from plimsoll.apimachinery.validation.fielderrors import Errors, forbidden, invalid_value, required, too_long
from plimsoll.apimachinery.validation.labels import check_text
from plimsoll.apimachinery.validation.metadata import check_immutable
from plimsoll.apimachinery.validation.rules import Rules
from plimsoll.kube.resources import Object

_MOST_BYTES = 1024 * 1024
_LOCKED = "field is immutable when `immutable` is set"
_ACCOUNT = "kubernetes.io/service-account.name"
_NEEDED = {
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
}
_REDACTED = "<secret contents redacted>"


def _check_config_map(config_map: Object) -> Errors:
    data, binary = config_map.get("data") or {}, config_map.get("binaryData") or {}
    for key in data:
        yield from check_text(config_key, key, f"data[{key}]")
        if key in binary:
            yield invalid_value(f"data[{key}]", key, "duplicate of key present in binaryData")
    for key in binary:
        yield from check_text(config_key, key, f"binaryData[{key}]")
    size = sum(len(value.encode()) for value in data.values()) + sum(map(_decoded_bytes, binary.values()))
    if size > _MOST_BYTES:
        yield too_long("[]", _MOST_BYTES)  # the path of the object as a whole


def _check_secret(secret: Object) -> Errors:
    data: Mapping[str, str] = secret.get("data") or {}
    for key in data:
        yield from check_text(config_key, key, f"data[{key}]")
    if sum(map(_decoded_bytes, data.values())) > _MOST_BYTES:
        yield too_long("data", _MOST_BYTES)
    kind = secret.get("type", "")
    for key in _NEEDED.get(kind, ()):
        if key not in data:
            yield required(f"data[{key}]")
        elif key.startswith(".docker"):
            yield from _check_json(data[key], f"data[{key}]")
    annotations = (secret.get("metadata") or {}).get("annotations") or {}
    if kind == "kubernetes.io/service-account-token" and not annotations.get(_ACCOUNT):
        yield required(f"metadata.annotations[{_ACCOUNT}]")
    if kind == "kubernetes.io/basic-auth" and not {"username", "password"} & data.keys():
        yield required("data[username]")
        yield required("data[password]")
    if kind == "kubernetes.io/ssh-auth" and not data.get("ssh-privatekey"):
        yield required("data[ssh-privatekey]")


def _check_json(value: str, field: str) -> Errors:
    try:
        text = base64.b64decode(value).decode("utf-8", "replace")
        document = json.loads(text)
    except ValueError:
        yield invalid_value(field, _REDACTED, _json_problem(text))
        return
    if document is not None and not isinstance(document, dict):
        kind = {list: "array", str: "string", bool: "bool"}.get(type(document), "number")
        detail = f"json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}"
        yield invalid_value(field, _REDACTED, detail)


def _json_problem(text: str) -> str:
    """What Go's parser says of a text that is no JSON: exactly so for its first value, roughly so for the rest."""
    start = text.lstrip()
    if not start:
        return "unexpected end of JSON input"
    for literal in ("null", "true", "false"):
        if start[0] == literal[0]:
            for mark, expected in zip(start, literal, strict=False):
                if mark != expected:
                    return f"invalid character '{mark}' in literal {literal} (expecting '{expected}')"
    return f"invalid character '{start[0]}' looking for beginning of value"


def _locked(new: Object, old: Object, keys: tuple[str, ...]) -> Errors:
    if not old.get("immutable"):
        return
    if not new.get("immutable"):
        yield forbidden("immutable", _LOCKED)
    for key in keys:
        if (new.get(key) or {}) != (old.get(key) or {}):
            yield forbidden(key, _LOCKED)


def _check_config_map_change(new: Object, old: Object) -> Errors:
    yield from _locked(new, old, ("data", "binaryData"))


def _check_secret_change(new: Object, old: Object) -> Errors:
    yield from check_immutable(new.get("type"), old.get("type"), "type")
    yield from _locked(new, old, ("data",))


def _decoded_bytes(value: str) -> int:
    """Bytes behind a text in base64, without decoding it."""
    return len(value) * 3 // 4 - value[-2:].count("=")


RULES: Iterable[tuple[str, str, Rules]] = (
    (
        "",
        "configmaps",
        Rules(_check_config_map, _check_config_map_change, change_first=True, metadata_on_update=("change", "new")),
    ),
    (
        "",
        "secrets",
        Rules(_check_secret, _check_secret_change, change_first=True, metadata_on_update=("change", "new")),
    ),
)

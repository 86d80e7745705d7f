"""Bodies of requests: bytes of JSON or YAML to values, with the keys that stand in them twice."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import orjson

from plimsoll.apimachinery.decoding.bounds import check_depth
from plimsoll.apimachinery.decoding.jsonproblems import json_problem
from plimsoll.apimachinery.decoding.yamlbodies import parse_yaml

YAML = "application/yaml"


@dataclass(frozen=True, slots=True)
class Body:
    """A parsed body, and what is doubtful about it."""

    value: Any
    text: bytes = b""
    """The JSON it was parsed from, where keys may stand twice in it; empty where none do."""
    problems: tuple[str, ...] = ()
    """What strict decoding refuses before it looks at fields: keys that stand twice in YAML."""


class UnreadableBodyError(ValueError):
    """A body that is neither JSON nor YAML; the message is the parser's."""


def parse_body(body: bytes, media_type: str) -> Body:
    """Return what a body says; of a key that stands twice in an object, the last value counts."""
    if media_type == YAML:
        try:
            value, problems = parse_yaml(body)
        except ValueError as error:
            raise UnreadableBodyError(f"yaml: {error}") from None
        return Body(value, problems=problems)
    try:
        value = orjson.loads(body)
        check_depth(body, value)
    except ValueError as error:
        reason = _reason(body, error)
        raise UnreadableBodyError(f"couldn't get version/kind; json parse error: {reason}") from None
    return Body(value, text=body if _may_repeat_keys(body, value) else b"")


def _reason(body: bytes, error: ValueError) -> str:
    if not body.strip():
        return "unexpected end of JSON input"
    return json_problem(body) or str(error) if isinstance(error, orjson.JSONDecodeError) else str(error)


def _may_repeat_keys(body: bytes, value: Any) -> bool:
    """Whether a body has more keys than what it says; a text that ends like a key counts on both sides."""
    written = orjson.dumps(value)
    return written != body and written.count(b'":') != body.count(b'":')


@dataclass(frozen=True, slots=True)
class KeyOrder:
    """In which order the keys of a JSON text stand, by their paths."""

    first: dict[str, int]
    repeated: dict[str, int]
    """Paths of keys that stand in their object again, and where they do so first."""


def key_order(text: bytes) -> KeyOrder:
    """Read a JSON text that is known to parse for the order of its keys, and for those that stand twice."""
    order = KeyOrder({}, {})
    _walk(json.loads(text, object_pairs_hook=_Pairs), "", order)
    return order


class _Pairs(list[tuple[str, Any]]):
    """The keys and values of an object in the order of the text."""


def _walk(value: list[Any], path: str, order: KeyOrder) -> None:
    is_object = isinstance(value, _Pairs)
    for index, entry in enumerate(value):
        name, item = entry if is_object else (f"[{index}]", entry)
        below = f"{path}.{name}" if path and is_object else f"{path}{name}"
        if below in order.first:
            order.repeated.setdefault(below, len(order.first) + len(order.repeated))
        else:
            order.first[below] = len(order.first) + len(order.repeated)
        if isinstance(item, list):
            _walk(item, below, order)

"""Bodies of requests: bytes of JSON or YAML to values, with the keys that stand in them twice."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import orjson

from plimsoll.apimachinery.decoding.paths import prefix_paths
from plimsoll.apimachinery.decoding.yamlbodies import parse_yaml

YAML = "application/yaml"


@dataclass(frozen=True, slots=True)
class Body:
    """A parsed body, and what is doubtful about it: the problems that strict decoding refuses."""

    value: Any
    problems: tuple[str, ...] = ()


class UnreadableBodyError(ValueError):
    """A body that is neither JSON nor YAML; the message is the parser's."""


def parse_body(body: bytes, media_type: str) -> Body:
    """Return what a body says; of a key that stands twice in an object, the last value counts."""
    if media_type == YAML:
        try:
            return Body(*parse_yaml(body))
        except ValueError as error:
            raise UnreadableBodyError(f"yaml: {error}") from None
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        reason = "unexpected end of JSON input" if not body.strip() else error.msg
        raise UnreadableBodyError(f"couldn't get version/kind; json parse error: {reason}") from None
    if orjson.dumps(value) == body:
        return Body(value)  # a key that stands twice would have made the body longer
    return Body(value, tuple(f'duplicate field "{path}"' for path in duplicate_keys(body)))


def duplicate_keys(body: bytes) -> list[str]:
    """Return the paths of keys that stand twice in their object, in a body that is known to be JSON."""
    try:
        tree = json.loads(body, object_pairs_hook=_Pairs)
    except RecursionError:
        return []
    return _duplicates(tree)


class _Pairs(list[tuple[str, Any]]):
    """The keys and values of an object in the order of the text."""


def _duplicates(value: Any) -> list[str]:
    found: list[str] = []
    seen: set[str] = set()
    items = value if isinstance(value, _Pairs) else _indexed(value)
    for name, item in items:
        if name in seen:
            found.append(name)
        seen.add(name)
        if isinstance(item, list):
            start = len(found)
            found += _duplicates(item)
            prefix_paths(found, start, name)
    return found


def _indexed(value: Any) -> list[tuple[str, Any]]:
    return [(f"[{index}]", item) for index, item in enumerate(value)] if isinstance(value, list) else []

"""YAML bodies, read as ``sigs.k8s.io/yaml`` reads them: version 1.1 of the language, turned into JSON.

``y`` and ``no`` are booleans, ``1e3`` is a number, dates stay texts, and keys become texts.
"""

from __future__ import annotations

import math
import re
from typing import Any

import yaml

from plimsoll.apimachinery.decoding.bounds import check_aliases, check_nesting

_BOOLEANS = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
}
_INTEGER = re.compile(r"[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|0|[1-9][0-9_]*)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NULL = re.compile(r"~|null|Null|NULL|")
_PREFIXED_BASES = {"0b": 2, "0o": 8, "0x": 16}


class _Loader(yaml.CSafeLoader):
    """A loader with the scalars of Go's ``yaml.v2`` instead of Python's, and with a note of keys that stand twice."""

    def __init__(self, stream: bytes) -> None:
        super().__init__(stream)
        self.duplicates: list[str] = []


def parse_yaml(body: bytes) -> tuple[Any, tuple[str, ...]]:
    """Return the first document's value and the problems that strict decoding refuses; ``ValueError`` where it is none."""
    loader = _Loader(body)
    try:
        check_nesting(yaml.parse(body, Loader=yaml.CSafeLoader))
        root = loader.get_node() if loader.check_node() else None
        if root is None:
            return None, ()
        check_aliases(root)
        value = loader.construct_document(root)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ValueError(" ".join(str(error).split())) from None
    finally:
        loader.dispose()
    if not loader.duplicates:
        return value, ()
    return value, ("yaml: unmarshal errors:\n  " + "\n  ".join(loader.duplicates),)


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[str, Any]:
    loader.flatten_mapping(node)
    mapping: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = _key(loader.construct_object(key_node, deep=True))
        if key in mapping:
            loader.duplicates.append(f'line {key_node.start_mark.line + 1}: key "{key}" already set in map')
        mapping[key] = loader.construct_object(value_node, deep=True)
    return mapping


def _key(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case None:
            return "null"
        case _:
            return str(value)


def _scalar_of_text(text: str) -> Any:
    """Return what an unquoted scalar means."""
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _NULL.fullmatch(text):
        return None
    if _INTEGER.fullmatch(text):
        integer = _integer(text)
        return integer if -(1 << 63) <= integer < 1 << 64 else _finite(text.replace("_", ""))
    return _finite(text) if _FLOAT.fullmatch(text) else text


def _finite(text: str) -> float:
    """A number that is no integer of 64 bits; ``ValueError`` for what JSON cannot say."""
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"json: unsupported value: {'+' if value > 0 else '-'}Inf")
    return value


def _integer(text: str) -> int:
    digits = text.replace("_", "").lstrip("+-")
    base = _PREFIXED_BASES.get(digits[:2], 8 if digits.startswith("0") and len(digits) > 1 else 10)
    value = int(digits[2:] if base in _PREFIXED_BASES.values() and digits[:2] in _PREFIXED_BASES else digits, base)
    return -value if text.startswith("-") else value


def _scalar(loader: _Loader, node: yaml.ScalarNode) -> Any:
    text = loader.construct_scalar(node)
    return text if node.style else _scalar_of_text(text)


def _explicit_text(loader: _Loader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


_Loader.yaml_implicit_resolvers = {"<": [("tag:yaml.org,2002:merge", re.compile(r"<<"))]}
_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("tag:yaml.org,2002:str", _scalar)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _explicit_text)

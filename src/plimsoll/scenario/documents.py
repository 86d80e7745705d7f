"""YAML documents in which every value knows its line.

Reads what Kubernetes reads, which is close to YAML 1.2: ``no`` and ``2026-01-01`` are strings. Refuses what is more
likely an accident or an attack than a wish: duplicate keys, tags, several documents, aliases that explode or recurse,
nesting without end. ``0777``, which is octal to some readers and decimal to others, is a string.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

from plimsoll.errors import Complaint, InputError, Place

Path: TypeAlias = tuple[str | int, ...]

MAX_BYTES = 4 * 1024 * 1024
"""A scenario of this size would hold tens of thousands of jobs; none is written by hand."""
MAX_NODES = 200_000
"""Values in a document, each alias counted as all that it stands for."""
MAX_DEPTH = 60

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,39})")
_BASED_INTEGER = re.compile(r"0o[0-7]{1,40}|0x[0-9a-fA-F]{1,40}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS = {"": None, "~": None, "null": None, "Null": None, "NULL": None} | {
    word: word.casefold() == "true" for word in ("true", "True", "TRUE", "false", "False", "FALSE")
}
_STRING_TAG = "tag:yaml.org,2002:str"


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a document: a scalar, a list of nodes or a mapping to nodes, with the line (from 1) that it starts on."""

    line: int
    content: Any
    key_lines: dict[str, int] | None = None
    size: int = 1

    def plain(self) -> Any:
        """The value without its lines."""
        if isinstance(self.content, dict):
            return {key: node.plain() for key, node in self.content.items()}
        if isinstance(self.content, list):
            return [node.plain() for node in self.content]
        return self.content

    def line_of(self, path: Path) -> int:
        """The line of the value at ``path``, or of the nearest value around it that exists."""
        node, line = self, self.line
        for step in path:
            if isinstance(node.content, dict) and step in node.content:
                line = (node.key_lines or {}).get(str(step), line)
                node = node.content[step]
            elif isinstance(node.content, list) and isinstance(step, int) and step < len(node.content):
                node = node.content[step]
                line = node.line
            else:
                break
        return line


def parse_document(text: str, file: str) -> Node:
    """Parse the one document of a text; ``InputError`` names the line of what is wrong with it."""
    try:
        return _Reader(text, file).document()
    except yaml.MarkedYAMLError as error:
        raise InputError(_syntax_complaint(error, file)) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, max(error.position, 0)) + 1
        place = Place(file, line)
        raise InputError(
            Complaint(place, "this is not text: it holds a control character", "Give a YAML file")
        ) from error


def _syntax_complaint(error: yaml.MarkedYAMLError, file: str) -> Complaint:
    mark = error.problem_mark or error.context_mark
    problem = " ".join(filter(None, (error.context, error.problem)))
    remedy = (
        "Indent with spaces: YAML forbids tabs" if "\\t" in repr(problem) or "cannot start any token" in problem else ""
    )
    return Complaint(Place(file, mark.line + 1 if mark else None), f"this is not YAML: {problem}", remedy)


class _Reader:
    """Builds nodes from parser events, within the limits of this module."""

    def __init__(self, text: str, file: str) -> None:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self._events: Iterator[Any] = yaml.parse(text, Loader=loader)
        self._file = file
        self._anchors: dict[str, Node] = {}
        self._nodes = 0

    def document(self) -> Node:
        next(self._events)  # stream start
        start = next(self._events)
        if isinstance(start, yaml.StreamEndEvent):
            raise self._refusal(1, "the file is empty", "Describe a cluster and a load; `plimsoll examples` lists some")
        root = self._node(next(self._events), depth=0)
        next(self._events)  # document end
        following = next(self._events)
        if not isinstance(following, yaml.StreamEndEvent):
            raise self._refusal(
                following.start_mark.line + 1, "a second document begins here", "Keep one document per file"
            )
        return root

    def _node(self, event: Any, depth: int) -> Node:
        line = event.start_mark.line + 1
        if depth > MAX_DEPTH:
            raise self._refusal(
                line, f"values are nested more than {MAX_DEPTH} deep", "No field of a scenario is that deep"
            )
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event.anchor, line)
        self._count(1, line)
        node = self._construct(event, depth, line)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _construct(self, event: Any, depth: int, line: int) -> Node:
        if event.tag is not None and event.tag not in (_STRING_TAG, "!"):
            raise self._refusal(line, f"the tag {event.tag!r} has no meaning here", "Remove it")
        if isinstance(event, yaml.ScalarEvent):
            plain = event.implicit[0] and event.tag is None
            return Node(line, _resolve(event.value) if plain else event.value)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(depth, line)
        return self._mapping(depth, line)

    def _sequence(self, depth: int, line: int) -> Node:
        items = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        return Node(line, items, size=1 + sum(item.size for item in items))

    def _mapping(self, depth: int, line: int) -> Node:
        content: dict[str, Node] = {}
        key_lines: dict[str, int] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key_line = event.start_mark.line + 1
            if not isinstance(event, yaml.ScalarEvent):
                raise self._refusal(
                    key_line, "a key must be a plain word", "Quote the value if it begins with { [ & or *"
                )
            if event.value in content:
                problem = f"the key {event.value!r} stands here and on line {key_lines[event.value]}"
                raise self._refusal(key_line, problem, "Remove one of the two")
            self._count(1, key_line)
            key_lines[event.value] = key_line
            content[event.value] = self._node(next(self._events), depth + 1)
        _merge(content, key_lines)
        return Node(line, content, key_lines, size=1 + sum(1 + node.size for node in content.values()))

    def _alias(self, anchor: str | None, line: int) -> Node:
        node = self._anchors.get(anchor or "")
        if node is None:  # the parser knows only anchors; one that is still open here refers to itself
            raise self._refusal(
                line, f"the alias *{anchor} stands for nothing, or for itself", f"Define &{anchor} above it"
            )
        self._count(node.size, line)
        return node

    def _count(self, nodes: int, line: int) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            problem = f"the document holds more than {MAX_NODES:,} values once its aliases are expanded"
            raise self._refusal(line, problem, "Use `count` and `replicas` instead of repeating objects")

    def _refusal(self, line: int, problem: str, remedy: str) -> InputError:
        return InputError(Complaint(Place(self._file, line), problem, remedy))


def _merge(content: dict[str, Node], key_lines: dict[str, int]) -> None:
    """Fold a mapping under the key ``<<`` into the mapping that holds it, whose own keys win."""
    merged = content.get("<<")
    if merged is None or not isinstance(merged.content, dict):
        return
    del content["<<"]
    for key, node in merged.content.items():
        if key not in content:
            content[key] = node
            key_lines[key] = (merged.key_lines or {})[key]


def _resolve(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _BASED_INTEGER.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text) and not text.lstrip("+-").isdigit() and math.isfinite(float(text)):
        return float(text)
    return text

"""How deep a body may be nested, and how much it may say by repeating itself: what is beyond costs more than it says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml

MAX_DEPTH = 200
"""Nested objects and lists. A real server reads 10,000 (sigs.k8s.io/json); no kind of the API comes near to either."""

MAX_EXPANDED_CHARACTERS = 4 * 1024 * 1024
"""What the aliases of a YAML document may make of it. The largest body is 3 MiB before they are followed."""

TOO_DEEP = "exceeded max depth"


def check_depth(body: bytes, value: Any) -> None:
    """``ValueError`` where a value, and ``body`` of which it was read, is nested too deeply."""
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and is_too_deep(value):
        raise ValueError(TOO_DEEP)


def is_too_deep(value: Any) -> bool:
    """Whether a value is nested too deeply."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [inner for outer in level for inner in _members(outer) if isinstance(inner, dict | list)]
        if not level:
            return False
    return True


def _members(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def check_nesting(events: Iterable[yaml.Event]) -> None:
    """``ValueError`` where YAML is nested too deeply; its parser takes quadratic time for depth."""
    depth = 0
    for event in events:
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise ValueError(TOO_DEEP)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def check_aliases(root: yaml.Node) -> None:
    """``ValueError`` where an anchor contains itself, or where following all aliases makes too much of a document."""
    sizes: dict[int, int] = {}
    open_nodes: set[int] = set()
    pending: list[tuple[yaml.Node, bool]] = [(root, False)]
    while pending:
        node, children_known = pending.pop()
        key = id(node)
        if children_known:
            open_nodes.discard(key)
            sizes[key] = _size(node, sizes)
            if sizes[key] > MAX_EXPANDED_CHARACTERS:
                raise ValueError("document contains excessive aliasing")
        elif key in open_nodes:
            raise ValueError("anchor value contains itself")
        elif key not in sizes:
            open_nodes.add(key)
            pending.append((node, True))
            pending += [(child, False) for child in _children(node) if id(child) not in sizes]


def _size(node: yaml.Node, sizes: dict[int, int]) -> int:
    own = len(node.value) if isinstance(node, yaml.ScalarNode) else 0
    return 1 + own + sum(sizes[id(child)] for child in _children(node))


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []

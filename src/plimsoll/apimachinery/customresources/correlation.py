"""Which part of an old object a part of the new one was (apiserver, pkg/cel/common/correlatedobject.go).

Members of objects correlate by name, elements of lists of type ``map`` by their keys. Nothing else can be told to be
the same thing as before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plimsoll.apimachinery.schema import ABSENT


def correlated_member(old: Any, name: str) -> Any:
    """What the old object had as that member."""
    return old.get(name, ABSENT) if isinstance(old, dict) else ABSENT


def correlated_element(old: Any, schema: Mapping[str, Any], element: Any) -> Any:
    """The element with the same keys in the old list."""
    keys = schema.get("x-kubernetes-list-map-keys")
    if schema.get("x-kubernetes-list-type") != "map" or not keys:
        return ABSENT
    if not isinstance(old, list) or not isinstance(element, dict):
        return ABSENT
    wanted = [element.get(key) for key in keys]
    same = [before for before in old if isinstance(before, dict) and [before.get(key) for key in keys] == wanted]
    return same[0] if len(same) == 1 else ABSENT

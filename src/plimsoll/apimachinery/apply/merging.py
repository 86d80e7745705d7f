"""Merging an applied configuration into an object (structured-merge-diff, typed/merge.go)."""

from __future__ import annotations

from typing import Any

from plimsoll.apimachinery.apply.structure import division, element_key, member_schema
from plimsoll.apimachinery.schema import ABSENT, Schema


def merged(live: Any, applied: Any, schema: Schema | None) -> Any:
    """The live value with all that the applied one sets. Nothing is taken away; unchanged parts are shared.

    Elements of keyed lists keep the live order where the configuration does not speak against it.
    """
    if applied is ABSENT or live is ABSENT:
        return live if applied is ABSENT else applied
    divided = division(schema, live if applied is None else applied)
    if divided == "leaf" or not (live or applied) or (live is not None and division(schema, live) != divided):
        return applied
    if divided == "map":
        return _merged_members(live or {}, applied or {}, schema)
    return _merged_elements(live or [], applied or [], schema) if schema is not None else applied


def _merged_members(live: dict[str, Any], applied: dict[str, Any], schema: Schema | None) -> dict[str, Any]:
    result = dict(live)
    changed = False
    for name, value in applied.items():
        old = live.get(name, ABSENT)
        new = merged(old, value, member_schema(schema, name))
        if new is not old:
            result[name] = new
            changed = changed or new != old
    return result if changed else live


def _merged_elements(live: list[Any], applied: list[Any], schema: Schema) -> list[Any]:
    mine = [(element_key(schema, element), element) for element in live]
    theirs = {element_key(schema, element): element for element in applied}
    elements: dict[str, Any] = {}
    for key, element in mine:
        elements[key] = ABSENT if key in elements else element
    result = []
    for key, element in _order(mine, list(theirs)):
        if key not in theirs:
            result.append(element)
        else:
            result.append(merged(elements.get(key, ABSENT), theirs[key], schema.element))
    return live if result == live else result


def _order(live: list[tuple[str, Any]], applied: list[str]) -> list[tuple[str, Any]]:
    """Interleave live elements with applied ones.

    Elements in both follow the applied order. An element only in the live list keeps its place before the next shared
    one, one only in the configuration stands where the configuration has it, behind what the live list has there.
    """
    live_keys = {key for key, _ in live}
    wanted = set(applied)
    shared = [key for key in applied if key in live_keys]
    done: set[str] = set()
    result: list[tuple[str, Any]] = []
    at_live = at_applied = at_shared = 0
    while at_live < len(live) or at_applied < len(applied):
        next_shared = shared[at_shared] if at_shared < len(shared) else None
        if at_live < len(live):
            key, element = live[at_live]
            both = at_applied < len(applied)
            if both and key == applied[at_applied]:
                result.append((key, element))
                done.add(key)
                at_live, at_applied, at_shared = at_live + 1, at_applied + 1, at_shared + 1
                continue
            if both and key in wanted and next_shared is not None and next_shared != key:
                at_live += 1
                continue
            if key not in wanted:
                result.append((key, element))
                at_live += 1
                continue
            if key in done:
                at_live += 1
        if at_applied < len(applied):
            key = applied[at_applied]
            result.append((key, None))
            done.add(key)
            at_applied += 1
            if next_shared == key:
                at_shared += 1
    return result

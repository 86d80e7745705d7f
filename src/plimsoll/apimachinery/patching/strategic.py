"""Strategic merge patches: merge patches that know which lists are merged, and by which key.

The schema says it field by field (patch strategy and merge key); the patch may say more by directives:

- ``$patch: replace`` or ``delete`` in a mapping, or as an element of a merged list,
- ``$setElementOrder/LIST`` with the order of a merged list,
- ``$deleteFromPrimitiveList/LIST`` with scalars to take out of a list,
- ``$retainKeys`` with the only keys that a mapping may keep (unions).

Source of the behaviour: apimachinery, pkg/util/strategicpatch/patch.go.
"""

from __future__ import annotations

from typing import Any

from plimsoll.apimachinery.patching.merging import without_nulls
from plimsoll.apimachinery.patching.ordering import arranged, identity, of_mappings
from plimsoll.apimachinery.patching.refusals import malformed, printed, unexpected
from plimsoll.apimachinery.schema import Schema
from plimsoll.kube.resources import Object

_DIRECTIVE = "$patch"
_RETAIN_KEYS = "$retainKeys"
_SET_ORDER = "$setElementOrder/"
_DELETE_SCALARS = "$deleteFromPrimitiveList/"


def strategic_merge(original: Object, patch: Any, schema: Schema) -> Object:
    """Apply a strategic merge patch.

    Raises 400 for what is no mapping or holds a malformed directive, 422 for lists of lists, and 500 where an element
    lacks its merge key: the API server foresees no other answer to that.
    """
    if patch is None:
        patch = {}
    if not isinstance(patch, dict):
        kind = {list: "array", str: "string", bool: "bool"}.get(type(patch), "number")
        raise malformed(f"json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}")
    return _merged_mapping(original, patch, schema)


def _merged_mapping(original: Object, patch: Object, schema: Schema | None) -> Object:
    if _DIRECTIVE in patch:
        return _directed(patch)
    merged = _retained(original, patch)
    pending = {key: value for key, value in patch.items() if key != _RETAIN_KEYS}
    _merge_ordered_lists(merged, pending, schema)
    for key, value in pending.items():
        if key.startswith(_DELETE_SCALARS):
            _delete_scalars(merged, key.removeprefix(_DELETE_SCALARS), value)
        elif value is None:
            merged.pop(key, None)
        else:
            _merge_field(merged, key, value, _field(schema, key))
    return merged


def _directed(patch: Object) -> Object:
    directive = patch[_DIRECTIVE]
    if directive == "replace":
        return {key: value for key, value in patch.items() if key != _DIRECTIVE}
    if directive == "delete":
        return {}
    raise unexpected(f"unknown patch type: {printed(directive)} in map: {printed(patch)}")


def _retained(original: Object, patch: Object) -> Object:
    """A copy of the original with only the keys that ``$retainKeys`` allows, all of them without the directive."""
    keys = patch.get(_RETAIN_KEYS)
    if _RETAIN_KEYS not in patch:
        return dict(original)
    if not isinstance(keys, list):
        raise malformed("invalid patch format of retainKeys")
    for key, value in patch.items():
        plain = not key.startswith((_DELETE_SCALARS, _SET_ORDER)) and key != _RETAIN_KEYS
        if plain and value is not None and key not in keys:
            raise malformed("invalid patch format of retainKeys")
    return {key: value for key, value in original.items() if key in keys}


def _merge_ordered_lists(merged: Object, pending: Object, schema: Schema | None) -> None:
    """Merge the lists whose order the patch sets, and take them out of what is pending."""
    for directive in [key for key in pending if key.startswith(_SET_ORDER)]:
        order = pending.pop(directive)
        key = directive.removeprefix(_SET_ORDER)
        original, patch = merged.get(key), pending.pop(key, None)
        if not isinstance(order, list) or not isinstance(original or [], list) or not isinstance(patch or [], list):
            raise malformed("invalid patch format of setElementOrder list")
        field = _field(schema, key)
        merge_key = _merge_key(field)
        _check_order(patch or [], order, merge_key)
        if original is None and patch is None:
            continue
        if original is None:
            result = _without_directives(patch)
        else:
            result = original if patch is None else _merged_list(original, patch, field)
        of_mappings(original or [], patch or [])
        merged[key] = arranged(result, order, _server_order(original or [], patch or [], merge_key), merge_key)


def _server_order(original: list[Any], patch: list[Any], merge_key: str) -> list[Any]:
    """The order that elements have which the patch does not name.

    It is that of the original. The server edits it in place, though: where it has deleted elements, as many new ones
    take their places, and so count as if they had stood at the end before.
    """
    if not merge_key or not all(isinstance(element, dict) for element in patch):
        return original
    kept, additions = _after_directives(original, patch, merge_key)
    if len(kept) >= len(original) or any(element.get(_DIRECTIVE) == "replace" for element in patch):
        return original
    known = {identity(element, merge_key) for element in kept}
    new = [element for element in additions if identity(element, merge_key) not in known]
    return kept + new[: len(original) - len(kept)]


def _check_order(patch: list[Any], order: list[Any], merge_key: str) -> None:
    """Raises unless the patch's elements stand in the order in the same sequence."""
    if not patch or not order:
        return
    wanted = [identity(element, merge_key) for element in patch if not _is_directive(element)]
    places = iter([identity(element, merge_key) for element in order])
    if not all(key in places for key in wanted):
        raise unexpected(
            f"The order in patch list:\n{printed(patch)}\n doesn't match $setElementOrder list:\n{printed(order)}\n"
        )


def _delete_scalars(merged: Object, key: str, values: Any) -> None:
    if not key:
        raise malformed("invalid patch format of primitive list")
    old = merged.get(key)
    if isinstance(old, list) and isinstance(values, list):
        gone = {identity(value, "") for value in values}
        merged[key] = [element for element in old if identity(element, "") not in gone]


def _merge_field(merged: Object, key: str, value: Any, field: Schema | None) -> None:
    old = merged.get(key)
    if isinstance(old, dict) and isinstance(value, dict):
        replace = field is not None and "replace" in field.patch_strategy
        merged[key] = value if replace else _merged_mapping(old, value, field)
    elif isinstance(old, list) and isinstance(value, list):
        merged[key] = _merged_list(old, value, field)
    elif _is_directive(value):
        merged.pop(key, None)
    else:
        merged[key] = _without_directives(without_nulls(value))


def _merged_list(original: list[Any], patch: list[Any], field: Schema | None) -> list[Any]:
    if field is None or "merge" not in field.patch_strategy:
        return patch
    if not original and not patch:
        return original
    merge_key = _merge_key(field)
    if not of_mappings(original, patch):
        merged = {identity(element, ""): element for element in [*original, *patch]}
        return arranged(list(merged.values()), patch, original, "")
    if not merge_key:
        raise unexpected("cannot merge lists without merge key for struct")
    kept, additions = _after_directives(original, patch, merge_key)
    return arranged(_merged_elements(kept, additions, field, merge_key), additions, kept, merge_key)


def _after_directives(original: list[Any], patch: list[Any], merge_key: str) -> tuple[list[Any], list[Any]]:
    """The original without the elements that the patch deletes, and the patch without its directives."""
    additions = [element for element in patch if not _is_directive(element)]
    replaces = False
    for element in patch:
        directive = element.get(_DIRECTIVE)
        if directive == "delete":
            gone = identity(element, merge_key)
            original = [old for old in original if merge_key not in old or identity(old, merge_key) != gone]
        elif directive == "merge":
            raise unexpected("merging lists cannot yet be specified in the patch")
        elif directive == "replace":
            replaces = True
        elif _is_directive(element):
            raise unexpected(f"unknown patch type: {printed(directive)} in map: {printed(element)}")
    return (additions, []) if replaces else (original, additions)


def _merged_elements(original: list[Any], additions: list[Any], field: Schema, merge_key: str) -> list[Any]:
    merged = list(original)
    place: dict[Any, int] = {}
    for index, element in enumerate(merged):
        place.setdefault(identity(element, merge_key), index)
    for element in additions:
        key = identity(element, merge_key)
        if key in place:
            merged[place[key]] = _merged_mapping(merged[place[key]], element, field.element)
        else:
            place[key] = len(merged)
            merged.append(element)
    return merged


def _is_directive(element: Any) -> bool:
    return isinstance(element, dict) and _DIRECTIVE in element


def _without_directives(value: Any) -> Any:
    """A value that is new to the object: what the patch would delete or replace in it is left out."""
    if isinstance(value, dict):
        return {key: _without_directives(member) for key, member in value.items() if not _is_directive(member)}
    if isinstance(value, list):
        return [_without_directives(element) for element in value if not _is_directive(element)]
    return value


def _field(schema: Schema | None, key: str) -> Schema | None:
    """The schema of a member; None where the schema does not know it."""
    if schema is None:
        return None
    return schema.fields.get(key) or (schema.element if schema.type == "map" else None)


def _merge_key(field: Schema | None) -> str:
    return (field.merge_key or "") if field is not None else ""

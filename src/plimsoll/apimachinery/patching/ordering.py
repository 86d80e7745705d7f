"""The order of the elements of lists that strategic merge patches merge.

Elements that the patch names take the patch's order, all others keep the object's; the two are interleaved so that the
object's order is kept where nothing speaks against it (apimachinery, pkg/util/strategicpatch/patch.go,
normalizeElementOrder).
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from plimsoll.apimachinery.patching.refusals import inapplicable, printed, unexpected


def identity(element: Any, merge_key: str) -> Hashable:
    """What makes two elements of a list the same one: the merge key's value, or for scalars the value itself.

    Raises 500 for a mapping without its merge key, as the API server does.
    """
    if not isinstance(element, dict):
        return type(element), element
    if merge_key not in element:
        raise unexpected(f"map: {printed(element)} does not contain declared merge key: {merge_key}")
    value = element[merge_key]
    return (type(value), value) if isinstance(value, Hashable) else printed(value)


def of_mappings(*lists: list[Any]) -> bool:
    """Whether the elements are mappings and not scalars; raises where that cannot be said."""
    kinds = {type(element) for elements in lists for element in elements}
    if list in kinds:
        raise inapplicable()
    if len(kinds) != 1:
        shown = printed(list(lists))
        raise unexpected(
            f"list element types are not identical: {shown}" if kinds else "no elements in any of the given slices"
        )
    return dict in kinds


def arranged(merged: list[Any], wanted: list[Any], original: list[Any], merge_key: str) -> list[Any]:
    """The merged elements in the order of ``wanted``, and those that it does not name in the order of ``original``."""
    wanted_at = _positions(wanted, merge_key)
    original_at = _positions(original, merge_key)
    keyed = [(identity(element, merge_key), element) for element in merged]
    named = sorted((pair for pair in keyed if pair[0] in wanted_at), key=lambda pair: wanted_at[pair[0]])
    others = [pair for pair in keyed if pair[0] not in wanted_at]
    others.sort(key=lambda pair: original_at.get(pair[0], len(original_at)))
    return _interleaved(others, named, original_at)


def _positions(elements: list[Any], merge_key: str) -> dict[Hashable, int]:
    positions: dict[Hashable, int] = {}
    for index, element in enumerate(elements):
        positions.setdefault(identity(element, merge_key), index)
    return positions


def _interleaved(
    others: list[tuple[Hashable, Any]], named: list[tuple[Hashable, Any]], original_at: dict[Hashable, int]
) -> list[Any]:
    """Put each unnamed element before the first named one that follows it in the original; else behind them all."""
    result: list[Any] = []
    waiting = 0
    for key, element in named:
        place = original_at.get(key)
        while place is not None and waiting < len(others) and original_at.get(others[waiting][0], place) < place:
            result.append(others[waiting][1])
            waiting += 1
        result.append(element)
    return result + [element for _, element in others[waiting:]]

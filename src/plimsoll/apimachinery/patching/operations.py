"""JSON patches (RFC 6902) as the API server applies them.

Where its library is laxer than the RFC, so is this: ``replace`` adds a key that is missing, ``copy`` from a key that is
missing gives null, negative indices count from the end, and a pointer's text before its first slash is ignored
(gopkg.in/evanphx/json-patch.v4, patch.go).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeAlias

import orjson

from plimsoll.apimachinery.decoding.bounds import is_too_deep
from plimsoll.apimachinery.patching.refusals import inapplicable, malformed
from plimsoll.errors import ApiError

MAX_OPERATIONS = 10_000
"""What one patch may hold (apiserver, pkg/endpoints/handlers/patch.go)."""

MAX_COPIED_BYTES = 3 * 1024 * 1024
"""What all copies of one patch may add together (apiserver, pkg/server/config.go, JSONPatchMaxCopyBytes)."""

_Edit: TypeAlias = Callable[[Any, str], Any]

_FIELDS = ("op", "path", "from", "value")
_INDEX = re.compile(r"[+-]?[0-9]+")


def json_patch(document: Any, operations: Any) -> Any:
    """Apply the operations in order, all or none.

    Raises 400 for what is no list of operations, 413 for more than 10,000 of them, and 422 if one cannot be done:
    a test that fails, a place that is missing, an operation that is unknown, copies that add too much, a result that is
    nested too deeply.
    """
    try:
        document = _performed(document, _checked(operations))
    except RecursionError:
        raise inapplicable() from None
    if is_too_deep(document):
        raise inapplicable()
    return document


def _performed(document: Any, operations: list[dict[str, Any]]) -> Any:
    copied_bytes = 0
    for operation in operations:
        kind = operation.get("op") or ""
        if kind == "copy":
            copied_bytes += _size(_found(document, _pointer(operation, "from")))
            if copied_bytes > MAX_COPIED_BYTES:
                raise inapplicable()
        perform = _OPERATIONS.get(kind)
        if perform is None:
            raise inapplicable()
        document = perform(document, operation)
    return document


def _size(value: Any) -> int:
    try:
        return len(orjson.dumps(value))
    except orjson.JSONEncodeError:
        raise inapplicable() from None


def unknown_fields(operations: list[dict[str, Any]]) -> list[str]:
    """The members that operations do not have, as strict decoding complains of them."""
    return [
        f'json patch unknown field "[{index}].{name}"'
        for index, operation in enumerate(operations)
        for name in operation
        if name not in _FIELDS
    ]


def _checked(operations: Any) -> list[dict[str, Any]]:
    if not isinstance(operations, list) or not all(isinstance(operation, dict) for operation in operations):
        raise malformed("error decoding patch: json: cannot unmarshal into Go value of type []handlers.jsonPatchOp")
    for operation in operations:
        for name in ("op", "path", "from"):
            if not isinstance(operation.get(name, ""), str | None):
                message = f"json: cannot unmarshal into Go struct field jsonPatchOp.{name} of type string"
                raise malformed(f"error decoding patch: {message}")
    if len(operations) > MAX_OPERATIONS:
        message = f"The allowed maximum operations in a JSON patch is {MAX_OPERATIONS}, got {len(operations)}"
        raise ApiError(413, "RequestEntityTooLarge", message)
    return operations


def _pointer(operation: dict[str, Any], name: str) -> list[str]:
    """The reference tokens of a JSON pointer (RFC 6901)."""
    pointer = operation.get(name)
    if pointer is None:
        raise inapplicable()
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def _edited(document: Any, tokens: list[str], edit: _Edit, depth: int = 0) -> Any:
    """A copy of the document in which ``edit`` has changed the container that the last token points into."""
    if depth == len(tokens) or not isinstance(document, dict | list):
        raise inapplicable()
    token = tokens[depth]
    if depth == len(tokens) - 1:
        return edit(document, token)
    inner = _edited(_member(document, token), tokens, edit, depth + 1)
    return _with_member(document, token, inner)


def _found(document: Any, tokens: list[str]) -> Any:
    if not tokens:
        raise inapplicable()
    for token in tokens:
        document = _member(document, token)
    return document


def _index(token: str, size: int) -> int:
    """The place that a token means among ``size`` places."""
    if not _INDEX.fullmatch(token):
        raise inapplicable()
    index = int(token)
    if not -size <= index < size:
        raise inapplicable()
    return index % size


def _member(container: Any, token: str) -> Any:
    """A member of a container; of a mapping also one that is missing, as null."""
    if isinstance(container, dict):
        return container.get(token)
    if isinstance(container, list):
        return container[_index(token, len(container))]
    raise inapplicable()


def _with_member(container: Any, token: str, value: Any) -> Any:
    if isinstance(container, dict):
        return {**container, token: value}
    index = _index(token, len(container))
    return [*container[:index], value, *container[index + 1 :]]


def _with_added(container: Any, token: str, value: Any) -> Any:
    if isinstance(container, dict):
        return {**container, token: value}
    index = len(container) if token == "-" else _index(token, len(container) + 1)
    return [*container[:index], value, *container[index:]]


def _without_member(container: Any, token: str) -> Any:
    if isinstance(container, list):
        index = _index(token, len(container))
        return [*container[:index], *container[index + 1 :]]
    if token not in container:
        raise inapplicable()
    return {key: value for key, value in container.items() if key != token}


def _add(document: Any, operation: dict[str, Any]) -> Any:
    value = operation.get("value")
    return _edited(document, _pointer(operation, "path"), lambda container, token: _with_added(container, token, value))


def _remove(document: Any, operation: dict[str, Any]) -> Any:
    return _edited(document, _pointer(operation, "path"), _without_member)


def _replace(document: Any, operation: dict[str, Any]) -> Any:
    value = operation.get("value")
    if operation.get("path") == "":
        if not isinstance(value, dict | list):
            raise inapplicable()
        return value
    tokens = _pointer(operation, "path")
    return _edited(document, tokens, lambda container, token: _with_member(container, token, value))


def _move(document: Any, operation: dict[str, Any]) -> Any:
    source = _pointer(operation, "from")
    value = _found(document, source)
    emptied = _edited(document, source, _without_member)
    target = _pointer(operation, "path")
    return _edited(emptied, target, lambda container, token: _with_added(container, token, value))


def _copy(document: Any, operation: dict[str, Any]) -> Any:
    value = _found(document, _pointer(operation, "from"))
    target = _pointer(operation, "path")
    return _edited(document, target, lambda container, token: _with_added(container, token, value))


def _test(document: Any, operation: dict[str, Any]) -> Any:
    here = document if operation.get("path") == "" else _found(document, _pointer(operation, "path"))
    if not same(here, operation.get("value")):
        raise inapplicable()
    return document


def same(left: Any, right: Any) -> bool:
    """Whether two JSON values are equal; other than for Python, ``1``, ``1.0`` and ``true`` are three values."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(value, right[key]) for key, value in left.items())
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)


_OPERATIONS: dict[str, Callable[[Any, dict[str, Any]], Any]] = {
    "add": _add,
    "remove": _remove,
    "replace": _replace,
    "move": _move,
    "copy": _copy,
    "test": _test,
}

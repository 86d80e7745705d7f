"""What strict decoding finds: fields that a type does not have, and keys that stand twice, in the order of the text."""

from __future__ import annotations

from collections.abc import Iterable

from plimsoll.apimachinery.decoding.bodies import Body, key_order


def strict_problems(body: Body, unknown: list[str]) -> tuple[str, ...]:
    """Return the problems of a body whose unknown fields were found already; usually there are none."""
    problems = body.problems
    if body.text:
        return problems + _in_order(body.text, unknown)
    return problems + tuple(map(_unknown, unknown)) if unknown else problems


def custom_strict_problems(body: Body, unknown: list[str]) -> tuple[str, ...]:
    """Return the problems of a custom resource, which are found one kind after the other and sorted by their paths."""
    repeated = key_order(body.text).repeated if body.text else ()
    ordered = sorted(unknown, key=lambda path: (not path.startswith("metadata."), path))
    return (*body.problems, *(f'duplicate field "{path}"' for path in repeated), *map(_unknown, ordered))


def _in_order(text: bytes, unknown: list[str]) -> tuple[str, ...]:
    order = key_order(text)
    found = {path: position for path, position in order.repeated.items() if not _is_within(path, unknown)}
    if not found:
        return tuple(map(_unknown, unknown))
    problems = [(position, f'duplicate field "{path}"') for path, position in found.items()]
    problems += [(order.first[path], _unknown(path)) for path in unknown]
    return tuple(problem for _, problem in sorted(problems))


def _unknown(path: str) -> str:
    return f'unknown field "{path}"'


def _is_within(path: str, unknown: Iterable[str]) -> bool:
    """Whether a path is an unknown field or below one: the decoder skips those as a whole."""
    return any(path == field or path.startswith((f"{field}.", f"{field}[")) for field in unknown)

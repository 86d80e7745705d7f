"""What strict decoding finds: fields that a type does not have, and keys that stand twice, in the order of the text."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

from plimsoll.apimachinery.decoding.bodies import Body, key_order

MAX_PROBLEMS = 100
"""Of one body; those beyond are left out (sigs.k8s.io/json, kubernetes_patch.go)."""

_BELOW = re.compile(r"[.\[]")


def strict_problems(body: Body, unknown: list[str]) -> tuple[str, ...]:
    """Return the problems of a body whose unknown fields were found already; usually there are none."""
    problems = body.problems
    if body.text:
        return problems + _in_order(body.text, unknown)[:MAX_PROBLEMS]
    return problems + tuple(map(_unknown, unknown[:MAX_PROBLEMS])) if unknown else problems


def custom_strict_problems(body: Body, unknown: list[str]) -> tuple[str, ...]:
    """Return the problems of a custom resource, which are found one kind after the other and sorted by their paths."""
    repeated = key_order(body.text).repeated if body.text else ()
    ordered = sorted(unknown, key=lambda path: (not path.startswith("metadata."), path))
    return (*body.problems, *(f'duplicate field "{path}"' for path in repeated), *map(_unknown, ordered))


def _in_order(text: bytes, unknown: list[str]) -> tuple[str, ...]:
    order = key_order(text)
    skipped = set(unknown)
    found = {path: position for path, position in order.repeated.items() if not _is_within(path, skipped)}
    if not found:
        return tuple(map(_unknown, unknown))
    problems = [(position, f'duplicate field "{path}"') for path, position in found.items()]
    problems += [(order.first[path], _unknown(path)) for path in unknown]
    return tuple(problem for _, problem in sorted(problems))


def _unknown(path: str) -> str:
    return f'unknown field "{path}"'


def _is_within(path: str, unknown: AbstractSet[str]) -> bool:
    """Whether a path is an unknown field or below one: the decoder skips those as a whole."""
    return path in unknown or any(path[: end.start()] in unknown for end in _BELOW.finditer(path))

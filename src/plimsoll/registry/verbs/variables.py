"""Values of environment variables: taken out of a pod's spec, so that pods that differ in them have one form, and put in.

Nothing but ``$(`` in a value makes a difference to how a pod is read, completed and checked, so such values stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object

Place = tuple[str, int, int]
"""A variable: the field of its container, the container's position there, and its own position in ``env``."""

_CONTAINERS = ("initContainers", "containers")


def free_values(spec: Object) -> tuple[tuple[Place, ...], tuple[str, ...]]:
    """Where a spec's form does not depend on a variable's value, and the values there."""
    places: list[Place] = []
    values: list[str] = []
    for field in _CONTAINERS:
        for index, variables in _environments(spec.get(field)):
            for position, variable in enumerate(variables):
                value = variable.get("value") if isinstance(variable, dict) else None
                if value and isinstance(value, str) and "$(" not in value:
                    places.append((field, index, position))
                    values.append(value)
    return tuple(places), tuple(values)


def with_values(spec: Object, places: Sequence[Place], values: Sequence[str]) -> Object:
    """The spec with other values at these places; shares all that has none of them."""
    changed = {**spec}
    opened: dict[tuple[str, int], list[Any]] = {}
    for (field, index, position), value in zip(places, values, strict=True):
        variables = opened.get((field, index))
        if variables is None:
            variables = opened[field, index] = _open(changed, field, index)
        variables[position] = {**variables[position], "value": value}
    return changed


def _environments(containers: Any) -> Iterator[tuple[int, list[Any]]]:
    """The lists of variables of some containers, as far as a body has them."""
    for index, container in enumerate(containers if isinstance(containers, list) else ()):
        variables = container.get("env") if isinstance(container, dict) else None
        if isinstance(variables, list):
            yield index, variables


def _open(spec: Object, field: str, index: int) -> list[Any]:
    """A container's variables as a list that may be changed, in a spec of which only the top may be changed so far."""
    spec[field] = containers = [*spec[field]]
    containers[index] = container = {**containers[index]}
    container["env"] = variables = [*container["env"]]
    return variables

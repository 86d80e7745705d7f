"""Paths of fields within an object, as the API writes them: ``spec.containers[0].name``."""

from __future__ import annotations


def prefix_paths(paths: list[str], start: int, name: str) -> None:
    """Put a field's name or an item's index before the paths from ``start`` on, which were found below it."""
    for index in range(start, len(paths)):
        path = paths[index]
        paths[index] = f"{name}{path}" if path.startswith("[") else f"{name}.{path}"

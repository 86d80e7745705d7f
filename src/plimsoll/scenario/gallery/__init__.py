"""The scenarios that ship with the package, addressed by name: ``openshift/500-pods-per-node``.

Belongs here: one YAML file per scenario, whose description says what it shows and which published number belongs to it.
Does not belong here: code beyond finding them.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable


@cache
def _files() -> dict[str, Traversable]:
    return dict(sorted(_walk(resources.files(__name__), "")))


def _walk(folder: Traversable, prefix: str) -> list[tuple[str, Traversable]]:
    found = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _walk(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".yaml"):
            found.append((prefix + entry.name.removesuffix(".yaml"), entry))
    return found


def names() -> tuple[str, ...]:
    """The names of all scenarios, in alphabetical order."""
    return tuple(_files())


def read(name: str) -> str | None:
    """The text of a scenario; None where there is none of that name."""
    file = _files().get(name)
    return file.read_text(encoding="utf-8") if file else None

"""The scenarios and sweeps that ship with the package, addressed by name: ``openshift/500-pods-per-node``.

Belongs here: one YAML file per scenario, whose description says what it shows and which published number belongs to it;
``NAME.sweep.yaml`` is a sweep over scenarios. Of each row of the published claims there is a ``TOPIC-before`` that misses
its objectives and a ``TOPIC-after`` that meets them. Does not belong here: code beyond finding them.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

_SCENARIO, _SWEEP = ".yaml", ".sweep.yaml"

_ALIASES = {"openshift/500-pods-per-node-after": "openshift/500-pods-per-node"}
"""Second names of scenarios that are the second of a pair and known by a name of their own."""


@cache
def _files() -> dict[str, Traversable]:
    return dict(sorted(_walk(resources.files(__name__), "")))


def _walk(folder: Traversable, prefix: str) -> list[tuple[str, Traversable]]:
    found = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _walk(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(_SCENARIO):
            found.append((prefix + entry.name, entry))
    return found


def names() -> tuple[str, ...]:
    """The names of all scenarios, in alphabetical order."""
    return tuple(name.removesuffix(_SCENARIO) for name in _files() if not name.endswith(_SWEEP))


def sweeps() -> tuple[str, ...]:
    """The names of all sweeps, in alphabetical order."""
    return tuple(name.removesuffix(_SWEEP) for name in _files() if name.endswith(_SWEEP))


def read(name: str) -> str | None:
    """The text of a scenario; None where there is none of that name."""
    return _text(_ALIASES.get(name, name) + _SCENARIO)


def read_sweep(name: str) -> str | None:
    """The text of a sweep; None where there is none of that name."""
    return _text(name + _SWEEP)


def _text(file_name: str) -> str | None:
    file = _files().get(file_name)
    return file.read_text(encoding="utf-8") if file else None

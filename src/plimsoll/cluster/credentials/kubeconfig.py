"""Kubeconfig files: which there are, what they say together, and what one context stands for.

The rules are those of client-go (``tools/clientcmd/loader.go``): ``--kubeconfig`` names one file that must exist; the
files of ``$KUBECONFIG`` may be missing, and the first of them that says something is heeded; without either it is
``~/.kube/config``. Paths in a file are relative to it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from plimsoll.cluster.credentials.settings import Settings
from plimsoll.errors import Complaint, InputError, Place

_VARIABLE = "KUBECONFIG"


@dataclass(frozen=True, slots=True)
class Context:
    """A cluster and a user of it."""

    name: str
    cluster: Settings
    user: Settings
    namespace: str = ""


class Kubeconfig:
    """What some files say together."""

    def __init__(self, files: Sequence[tuple[Path, Mapping[str, Any]]]) -> None:
        self._files = [Settings(path, "", values) for path, values in files]

    @property
    def is_empty(self) -> bool:
        """Whether the files know no cluster."""
        return not any(each.items("clusters") for each in self._files)

    @property
    def current_context(self) -> str:
        """The context that is used where none is named."""
        return next((name for each in self._files if (name := each.text("current-context"))), "")

    def context_names(self) -> list[str]:
        """Every context, each once."""
        names = [
            str(entry.get("name"))
            for each in self._files
            for entry in each.items("contexts")
            if isinstance(entry, dict)
        ]
        return list(dict.fromkeys(names))

    def context(self, name: str | None = None) -> Context:
        """A context by name, the current one where none is given; :class:`InputError` where it is not complete."""
        chosen = name or self.current_context
        if not chosen:
            raise InputError(
                Complaint(self._place("current-context"), "is not set", "Name one with --context: " + self._known())
            )
        found = self._entry("contexts", "context", chosen)
        if found is None:
            raise InputError(
                Complaint(self._place("contexts"), f"there is no context {chosen!r}", f"There are {self._known()}")
            )
        return Context(chosen, self._named(found, "clusters", "cluster"), self._user_of(found), found.text("namespace"))

    def _user_of(self, context: Settings) -> Settings:
        """The user of a context; one without a user is anonymous."""
        if not context.text("user"):
            return Settings(context.file, context.field_path("user"), {})
        return self._named(context, "users", "user")

    def _named(self, context: Settings, section: str, kind: str) -> Settings:
        name = context.text(kind)
        if not name:
            context.complain(kind, "is missing", f"Name one of the file's {section}")
        found = self._entry(section, kind, name)
        if found is None:
            context.complain(
                kind, f"there is no {kind} {name!r} among the {section}", f"Add it to {section}, or name another"
            )
        return found

    def _entry(self, section: str, kind: str, name: str) -> Settings | None:
        for each in self._files:
            for entry in each.items(section):
                if isinstance(entry, dict) and entry.get("name") == name:
                    return Settings(each.file, f"{section}[{name}]", entry).within(kind) or Settings(
                        each.file, f"{section}[{name}].{kind}"
                    )
        return None

    def _known(self) -> str:
        return ", ".join(self.context_names()) or "none at all"

    def _place(self, field: str) -> Place:
        return Place(os.pathsep.join(str(each.file) for each in self._files) or "kubeconfig", field=field)


def find_kubeconfig(explicit: Path | None, environment: Mapping[str, str] = os.environ) -> Kubeconfig:
    """Read the files that are meant; :class:`InputError` for one that must exist and does not, or is no kubeconfig."""
    if explicit is not None:
        return Kubeconfig([(explicit, _read(explicit))])
    listed = [Path(name) for name in environment.get(_VARIABLE, "").split(os.pathsep) if name]
    paths = listed or [Path(environment.get("HOME") or Path.home()) / ".kube" / "config"]
    return Kubeconfig([(path, _read(path)) for path in paths if path.exists()])


def _read(path: Path) -> Mapping[str, Any]:
    try:
        document = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
        raise InputError(Complaint(Place(str(path)), problem, "Name a kubeconfig file with --kubeconfig")) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = Place(str(path), None if mark is None else mark.line + 1)
        raise InputError(Complaint(place, "is not YAML", "Restore it, or name another with --kubeconfig")) from error
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise InputError(Complaint(Place(str(path)), "is not a kubeconfig", "Name another with --kubeconfig"))
    return document

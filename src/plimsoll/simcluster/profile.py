"""Profiles: every constant of a simulated cluster, by version, with its source and how well it is known."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from plimsoll.errors import PlimsollError
from plimsoll.simcluster import settings
from plimsoll.simcluster.settings import Settings

COMPONENTS: dict[str, type[Settings]] = {
    "apiserver": settings.ApiServerSettings,
    "kubelet": settings.KubeletSettings,
    "runtime": settings.RuntimeSettings,
    "scheduler": settings.SchedulerSettings,
    "controllers": settings.ControllerSettings,
    "namespace": settings.NamespaceSettings,
    "network": settings.NetworkSettings,
    "logging": settings.LoggingSettings,
    "proxy": settings.ProxySettings,
    "masters": settings.MastersSettings,
    "dns": settings.DnsSettings,
    "database": settings.DatabaseSettings,
    "migration": settings.MigrationSettings,
    "monitoring": settings.MonitoringSettings,
}


class Knowledge(StrEnum):
    """How well a constant is known, best first."""

    PUBLISHED = "published"
    SOURCE = "source"
    CALIBRATED = "calibrated"
    GUESSED = "guessed"
    OVERRIDDEN = "overridden"


class ProfileError(PlimsollError):
    """A profile or a setting is wrong: which one, what is wrong with it, what to write instead."""

    exit_code = 2

    def __init__(self, setting: str, problem: str, remedy: str = "") -> None:
        super().__init__(f"{setting}: {problem}. {remedy}".rstrip())
        self.setting = setting
        self.problem = problem
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Constant:
    """One setting with where it comes from."""

    name: str
    value: Any
    status: Knowledge
    source: str


@dataclass(frozen=True, slots=True)
class Profile:
    """A version's constants, typed by component, and the list of them with their sources."""

    name: str
    summary: str
    constants: tuple[Constant, ...]
    apiserver: settings.ApiServerSettings
    kubelet: settings.KubeletSettings
    runtime: settings.RuntimeSettings
    scheduler: settings.SchedulerSettings
    controllers: settings.ControllerSettings
    namespace: settings.NamespaceSettings
    network: settings.NetworkSettings
    logging: settings.LoggingSettings
    proxy: settings.ProxySettings
    masters: settings.MastersSettings
    dns: settings.DnsSettings
    database: settings.DatabaseSettings
    migration: settings.MigrationSettings
    monitoring: settings.MonitoringSettings

    def document(self) -> dict[str, Any]:
        """The profile as JSON-like values, as archives keep it."""
        return {
            "name": self.name,
            "summary": self.summary,
            "constants": [
                {"name": c.name, "value": c.value, "status": str(c.status), "source": c.source} for c in self.constants
            ],
        }


def profile_names() -> tuple[str, ...]:
    """Names of the profiles that ship with Plimsoll."""
    folder = resources.files(__package__) / "profiles"
    return tuple(sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml")))


def load_profile(name_or_path: str, overrides: Mapping[str, Any] | None = None) -> Profile:
    """Load a shipped profile by name, or a user's own by path, with some settings replaced.

    ``overrides`` maps dotted names (``kubelet.kubeAPIQPS``) to values. Raises :class:`ProfileError`.
    """
    name, summary, constants = _collect(name_or_path, seen=())
    for setting, value in (overrides or {}).items():
        if setting not in constants:
            raise ProfileError(setting, "there is no such setting", _suggestion(setting, constants))
        constants[setting] = Constant(
            setting, value, Knowledge.OVERRIDDEN, "set by the scenario or on the command line"
        )
    components = {component: _component(component, model, constants) for component, model in COMPONENTS.items()}
    return Profile(name, summary, tuple(constants[key] for key in sorted(constants)), **components)  # type: ignore[arg-type]


def _collect(name_or_path: str, seen: tuple[str, ...]) -> tuple[str, str, dict[str, Constant]]:
    """Read a profile after the one it extends."""
    if name_or_path in seen:
        raise ProfileError(name_or_path, "the profile extends itself", "Break the circle of `extends`.")
    document = _read(name_or_path)
    base = document.get("extends")
    constants: dict[str, Constant] = {}
    if base:
        parent = str(Path(name_or_path).parent / base) if _is_path(base) and _is_path(name_or_path) else str(base)
        constants = _collect(parent, (*seen, name_or_path))[2]
    for component, entries in (document.get("settings") or {}).items():
        for key, entry in _mapping(component, entries).items():
            constants[f"{component}.{key}"] = _constant(f"{component}.{key}", entry)
    return str(document.get("name", name_or_path)), str(document.get("summary", "")), constants


def _read(name_or_path: str) -> dict[str, Any]:
    if _is_path(name_or_path):
        path = Path(name_or_path)
        if not path.is_file():
            raise ProfileError(
                name_or_path, "there is no such file", "Give a profile's name or the path of a YAML file."
            )
        text = path.read_text(encoding="utf-8")
    elif name_or_path in profile_names():
        return _shipped(name_or_path)
    else:
        raise ProfileError(name_or_path, "there is no such profile", _suggestion(name_or_path, profile_names()))
    return _parse(name_or_path, text)


@cache
def _shipped(name: str) -> dict[str, Any]:
    """A profile that ships with Plimsoll, read once: a test makes many clusters of it."""
    return _parse(name, (resources.files(__package__) / "profiles" / f"{name}.yaml").read_text(encoding="utf-8"))


def _parse(name_or_path: str, text: str) -> dict[str, Any]:
    try:
        return _mapping(name_or_path, yaml.load(text, Loader=yaml.CSafeLoader))
    except yaml.YAMLError as error:
        raise ProfileError(
            name_or_path, f"this is not YAML: {error}", "See docs/profiles.md for the format."
        ) from error


def _is_path(name_or_path: str) -> bool:
    return name_or_path.endswith((".yaml", ".yml")) or name_or_path.startswith((".", "/"))


def _mapping(where: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ProfileError(where, "a mapping is expected here", "See docs/profiles.md for the format.")
    return value


def _constant(name: str, entry: Any) -> Constant:
    try:
        return Constant(name, entry["value"], Knowledge(entry["status"]), str(entry["source"]))
    except (KeyError, TypeError, ValueError) as error:
        remedy = "Write {value: …, status: published|source|calibrated|guessed, source: …}."
        raise ProfileError(name, "a constant needs its value, status and source", remedy) from error


def _component(component: str, model: type[Settings], constants: Mapping[str, Constant]) -> Settings:
    prefix = f"{component}."
    values = {name.removeprefix(prefix): c.value for name, c in constants.items() if name.startswith(prefix)}
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        setting = ".".join([component, *(str(part) for part in first["loc"])])
        raise ProfileError(setting, first["msg"].lower(), f"The value is {first.get('input')!r}.") from error


def _suggestion(name: str, known: Any) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"Did you mean {close[0]}?" if close else f"Known: {', '.join(sorted(known)[:8])} …"

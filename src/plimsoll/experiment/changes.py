"""Changing a loaded scenario from the command line, so that complaints name the flag instead of the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from plimsoll.errors import Complaint, InputError, Place
from plimsoll.scenario.cluster import ClusterSpec

if TYPE_CHECKING:
    from plimsoll.scenario.loading import LoadedScenario

MOST_NODES = 100_000  # as in the model


@dataclass(frozen=True, slots=True)
class Changes:
    """What to run otherwise than the scenario says; what is None or empty stays as it is."""

    profile: str | None = None
    nodes: int | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Settings of the profile by dotted name, as ``--set`` gives them."""
    keep: bool = False
    """Leave what was created in place."""


def changed(loaded: LoadedScenario, changes: Changes) -> LoadedScenario:
    """The scenario with the changes; ``InputError`` where a change is not possible."""
    cluster = loaded.scenario.cluster
    load = loaded.scenario.load
    origins = dict(loaded.source.origins)
    update: dict[str, Any] = {}
    if changes.profile is not None:
        update["profile"] = changes.profile
        origins["cluster", "profile"] = Place("--profile")
    if changes.nodes is not None:
        update["nodes"] = _checked_nodes(changes.nodes)
        origins["cluster", "nodes"] = Place("--nodes")
    if changes.settings:
        update["settings"] = {**cluster.settings, **changes.settings}
        origins.update({("cluster", "settings", name): Place(f"--set {name}") for name in changes.settings})
    scenario = loaded.scenario.model_copy(
        update={
            "cluster": ClusterSpec.model_validate(cluster.model_copy(update=update)),
            "load": load.model_copy(update={"delete": load.delete and not changes.keep}),
        }
    )
    return replace(loaded, scenario=scenario, source=replace(loaded.source, origins=origins))


def parse_setting(text: str) -> tuple[str, Any]:
    """Read ``kubelet.kubeAPIQPS=50``; the value is written as in YAML. ``InputError`` where it is not of that form."""
    # Only here is YAML read on the way to a run that needs no file of its own.
    import yaml  # noqa: PLC0415

    name, separator, value = text.partition("=")
    name = name.strip()
    if not separator or not name:
        raise InputError(Complaint(Place("--set"), f"{text!r} is not a setting", "Write e.g. kubelet.kubeAPIQPS=50"))
    try:
        return name, yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise InputError(Complaint(Place(f"--set {name}"), f"{value!r} is not a value in YAML")) from error


def _checked_nodes(nodes: int) -> int:
    if not 1 <= nodes <= MOST_NODES:
        raise InputError(Complaint(Place("--nodes"), f"{nodes} is not between 1 and {MOST_NODES:,}"))
    return nodes

"""Applying values to a scenario: what a point, a remedy or a varied constant means to the run that is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from plimsoll.errors import Complaint, InputError, Place
from plimsoll.experiment.changes import Changes, changed
from plimsoll.simcluster.profile import ProfileError, load_profile

if TYPE_CHECKING:
    from plimsoll.scenario.loading import LoadedScenario


def applied(loaded: LoadedScenario, changes: Mapping[str, Any], place: Place) -> LoadedScenario:
    """The scenario with some parameters changed; ``InputError`` at ``place`` where one does not exist or may not be so."""
    settings = {name: value for name, value in changes.items() if "." in name}
    nodes = changes.get("nodes")
    scenario = changed(loaded, Changes(nodes=nodes, settings=settings))
    cluster = scenario.scenario.cluster
    try:
        load_profile(cluster.profile, cluster.settings)
    except ProfileError as error:
        raise InputError(Complaint(place, error.problem, error.remedy)) from error
    return scenario


def present(loaded: LoadedScenario, name: str, place: Place) -> Any:
    """The value that a parameter has in the scenario now; ``InputError`` at ``place`` where there is no such parameter."""
    cluster = loaded.scenario.cluster
    if name == "nodes":
        return cluster.nodes
    profile = load_profile(cluster.profile, cluster.settings)
    for constant in profile.constants:
        if constant.name == name:
            return constant.value
    raise InputError(Complaint(place, "there is no such parameter", "`docs/profiles.md` lists the settings"))

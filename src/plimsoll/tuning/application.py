"""Applying values to a scenario: what a point, a remedy or a varied constant means to the run that is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from plimsoll.errors import Complaint, InputError, Place
from plimsoll.scenario import parameters
from plimsoll.simcluster.profile import ProfileError, load_profile

if TYPE_CHECKING:
    from plimsoll.scenario.loading import LoadedScenario
    from plimsoll.simcluster.profile import Profile


def applied(loaded: LoadedScenario, changes: Mapping[str, Any], place: Place) -> LoadedScenario:
    """The scenario with some parameters changed; ``InputError`` at ``place`` where one does not exist or may not be so."""
    try:
        scenario = parameters.varied(loaded.scenario, changes)
        load_profile(scenario.cluster.profile, scenario.cluster.settings)
    except InputError as error:
        complaints = [Complaint(place, each.problem, each.remedy) for each in error.complaints]
        raise InputError(*complaints) from error
    except ProfileError as error:
        raise InputError(Complaint(place, f"{error.setting}: {error.problem}", error.remedy)) from error
    return replace(loaded, scenario=scenario)


def present(loaded: LoadedScenario, name: str, place: Place) -> Any:
    """The value that a parameter has in the scenario now; ``InputError`` at ``place`` where there is no such parameter."""
    if "." not in name:
        try:
            return parameters.get(loaded.scenario, name)
        except InputError as error:
            raise InputError(*(Complaint(place, each.problem, each.remedy) for each in error.complaints)) from error
    constants = {constant.name: constant.value for constant in profile_of(loaded).constants}
    if name not in constants:
        raise InputError(Complaint(place, "there is no such setting", "docs/profiles.md lists them"))
    return constants[name]


def profile_of(loaded: LoadedScenario) -> Profile:
    """The profile that a scenario's cluster has, its settings applied."""
    cluster = loaded.scenario.cluster
    try:
        return load_profile(cluster.profile, cluster.settings)
    except ProfileError as error:
        place = loaded.place(("cluster", "settings"))
        raise InputError(Complaint(place, f"{error.setting}: {error.problem}", error.remedy)) from error

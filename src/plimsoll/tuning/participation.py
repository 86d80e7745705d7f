"""Which components take part in a scenario: guesses of the others cannot move what comes out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.scenario.model import Scenario
    from plimsoll.simcluster.profile import Profile

Condition = Callable[["Scenario", "Profile"], bool]


def _demanded(kind: str) -> Condition:
    return lambda scenario, _: any(demand.kind == kind for demand in scenario.load.demands)


_CONDITIONS: dict[str, Condition] = {
    "database": _demanded("databaseTransactions"),
    "dns": _demanded("dnsLookups"),
    "logging": lambda *_: False,  # what is written down changes nothing
    "masters": lambda _, profile: profile.masters.count > 0,
    "migration": _demanded("liveMigrations"),
    "monitoring": lambda _, profile: profile.monitoring.enabled,
    "proxy": lambda _, profile: profile.proxy.enabled,
}


def takes_part(scenario: Scenario, profile: Profile, component: str) -> bool:
    """Whether a component (the first part of a setting's name) does anything in the scenario. In doubt, it does."""
    condition = _CONDITIONS.get(component)
    return condition is None or condition(scenario, profile)

"""What claims look at of a search for limits: the largest load at each point, as if it had been measured."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from plimsoll.campaign.sweeping import spelled
from plimsoll.claims.evidence import Evidence
from plimsoll.errors import Complaint, InputError, Place
from plimsoll.scenario.loading import scenario_of
from plimsoll.scenario.sweep import load_sweep
from plimsoll.tuning.frontier import Axis, Survey, find_frontier
from plimsoll.tuning.grids import spread
from plimsoll.tuning.wishes import KnobWish, load_of

if TYPE_CHECKING:
    from plimsoll.campaign.crew import Crew

AT_THE_SAME_TIME = 2
"""Trials that the search asks for at once. Fixed, because the answer is the same and what it cost should be, too."""


def frontier_evidence(name: str, seed: int, crew: Crew) -> dict[str, Evidence]:
    """Search along a sweep of the gallery; of each point ``NAME nodes=4`` the largest value, as a metric of its name.

    Raises:
        InputError: the sweep looks for nothing.

    """
    loaded = load_sweep(name)
    find = loaded.sweep.find
    if find is None:
        raise InputError(Complaint(Place(name), "it has no `find`", "Name it among the sweeps of its claim"))
    base = loaded.scenario_at({})
    scenario = scenario_of(base.model_dump(mode="json", by_alias=True), name)
    knob = load_of(KnobWish(find.parameter, spread(find.at_least, find.at_most), "find"), scenario)
    axes = tuple(Axis(parameter, values) for parameter, values in loaded.sweep.vary.items())
    found = find_frontier(scenario, Survey(knob, axes, 1, seed, AT_THE_SAME_TIME), crew)
    return {
        f"{name} {spelled(dict(limit.at))}": Evidence(
            {find.parameter: float(limit.largest)} if limit.largest is not None else {}, Path(), "pass"
        )
        for limit in found.limits
    }

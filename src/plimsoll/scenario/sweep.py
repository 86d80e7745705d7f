"""Sweeps: a scenario at many values of its parameters, as a file.

::

    scenario: openshift/500-pods-per-node     # of the gallery, a file beside this one, or a whole scenario in place
    set: {nodes: 10}                          # parameters that are the same at every point
    vary: {podsPerNode: [250, 500, 750]}      # every combination of these is a point
    find: {parameter: podsPerNode, atLeast: 50, atMost: 2000}    # at each point, the largest that meets the objectives
    show: [podRunning.p99]                    # metrics that the table has a column for
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path as FilePath
from typing import Any, Self

from pydantic import Field, ValidationError, model_validator

from plimsoll.errors import Complaint, InputError
from plimsoll.scenario import gallery
from plimsoll.scenario.complaints import complaints_of
from plimsoll.scenario.documents import Node, parse_document
from plimsoll.scenario.loading import load_scenario, parse_scenario, read_file, scenario_of
from plimsoll.scenario.model import Scenario
from plimsoll.scenario.parameters import varied
from plimsoll.scenario.sources import Source
from plimsoll.scenario.values import Many, Model

Point = dict[str, Any]
"""Values of parameters by their names."""

MOST_POINTS = 10_000
_SWEEP_KEYS = ("vary", "find", "set")


class Find(Model):
    """A parameter of which the largest value that meets the objectives is looked for, between two bounds."""

    parameter: str = Field(min_length=1)
    at_least: int | float = Field(gt=0)
    at_most: int | float = Field(gt=0)

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if self.at_least > self.at_most:
            raise ValueError("atLeast is more than atMost")
        return self


class Sweep(Model):
    """What to vary in a scenario, over which values, and what to show of the results."""

    name: str = Field(default="", max_length=200)
    description: str = ""
    set: dict[str, Any] = Field(default={}, description="Parameters that are the same at every point.")
    vary: dict[str, Many[Any]] = Field(default={}, description="Every combination of these values is a point.")
    find: Find | None = None
    seeds: int = Field(default=1, ge=1, le=1000, description="Runs of every point, with seeds from 1 on.")
    show: Many[str] = Field(default=(), description="Metrics that the table has a column for.")

    @model_validator(mode="after")
    def _has_points(self) -> Self:
        number = 1
        for name, values in self.vary.items():
            if not values:
                raise ValueError(f"{name} has no values to take")
            number *= len(values)
        if number > MOST_POINTS:
            raise ValueError(f"there are {number:,} combinations, more than {MOST_POINTS:,}")
        return self

    @property
    def points(self) -> tuple[Point, ...]:
        """Every combination of the varied values; those of the last parameter change fastest."""
        return tuple(dict(zip(self.vary, values, strict=True)) for values in product(*self.vary.values()))


@dataclass(frozen=True, slots=True)
class LoadedSweep:
    """A sweep and the scenario that it varies."""

    sweep: Sweep
    base: Scenario

    def scenario_at(self, point: Point) -> Scenario:
        """The scenario of a point; ``InputError`` where it cannot be had."""
        return varied(self.base, {**self.sweep.set, **point}) if self.sweep.set or point else self.base

    def varying(self, name: str, values: tuple[Any, ...]) -> LoadedSweep:
        """The sweep over these values of a parameter, instead of any that it had."""
        changed = {"vary": {**self.sweep.vary, name: values}, "set": _without(self.sweep.set, name)}
        return replace(self, sweep=Sweep.model_validate(self.sweep.model_copy(update=changed).model_dump()))


def load_sweep(reference: str | FilePath) -> LoadedSweep:
    """Load a sweep of the gallery, or of a file; a scenario is a sweep of one point. ``InputError`` holds all complaints."""
    name = str(reference)
    shipped = gallery.read_sweep(name)
    if shipped is not None:
        return parse_sweep(shipped, f"{name}.sweep.yaml", name)
    scenario = gallery.read(name)
    text = read_file(FilePath(name)) if scenario is None else scenario
    return parse_sweep(text, name if scenario is None else f"{name}.yaml", name)


def parse_sweep(text: str, file: str, name: str = "") -> LoadedSweep:
    """Load a sweep from its text; complaints call it ``file``."""
    root = _mapping(text, file)
    if root is None or not any(key in root.content for key in _SWEEP_KEYS):
        scenario = parse_scenario(text, file, name or None).scenario
        return LoadedSweep(Sweep(name=scenario.name, description=scenario.description), scenario)
    plain = root.plain()
    plain.setdefault("name", name or FilePath(file).stem.removesuffix(".sweep"))
    base = _base(plain.pop("scenario", None), root, file, plain["name"])
    try:
        return LoadedSweep(Sweep.model_validate(plain), base)
    except ValidationError as error:
        raise InputError(*complaints_of(error, Source(file, root))) from error


def _mapping(text: str, file: str) -> Node | None:
    """The document, where it is a mapping: what else there is, such as other tools' files, is no sweep."""
    try:
        root = parse_document(text, file)
    except InputError:
        return None
    return root if isinstance(root.content, dict) else None


def _base(wish: Any, root: Node, file: str, name: str) -> Scenario:
    """The scenario that is varied: one with a name, or one that is written into the sweep."""
    if isinstance(wish, dict):
        return scenario_of({"name": name, **wish}, file, root.content["scenario"]).scenario
    if not isinstance(wish, str):
        place = Source(file, root).place(("scenario",))
        raise InputError(Complaint(place, "a sweep varies a scenario", "Name one, or write it here"))
    if gallery.read(wish) is not None:
        return load_scenario(wish).scenario
    return load_scenario(FilePath(file).parent / wish).scenario


def _without(values: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != name}

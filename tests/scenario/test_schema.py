"""The published JSON Schema accepts what loading accepts, and refuses what it can see is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from plimsoll.scenario import gallery
from plimsoll.scenario.documents import parse_document
from plimsoll.scenario.loading import load_scenario
from plimsoll.scenario.model import Scenario
from plimsoll.scenario.schema import json_schema
from tests.scenario.maximal import at, leaves, mappings, maximal
from tests.strategies import scenario_fields, scenarios

VALIDATOR = Draft202012Validator(json_schema())


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("name", gallery.names())
def test_the_gallery_is_valid_as_it_is_written(name: str) -> None:
    VALIDATOR.validate(parse_document(gallery.read(name) or "", name).plain())


@pytest.mark.parametrize("name", gallery.names())
def test_the_gallery_is_valid_as_the_archive_keeps_it(name: str) -> None:
    VALIDATOR.validate(load_scenario(name).scenario.model_dump(mode="json", by_alias=True))


def test_the_maximal_scenario_is_valid() -> None:
    VALIDATOR.validate(maximal())


@given(scenario_fields())
def test_generated_scenarios_are_valid(fields: dict[str, Any]) -> None:
    VALIDATOR.validate(fields)


@given(scenarios())
def test_generated_scenarios_are_valid_once_written_out(scenario: Scenario) -> None:
    VALIDATOR.validate(json.loads(scenario.model_dump_json(by_alias=True)))


def test_wrong_types_are_refused_everywhere() -> None:
    accepted = []
    for path in leaves(maximal()):
        plain = maximal()
        at(plain, path[:-1])[path[-1]] = [["x"]]
        if VALIDATOR.is_valid(plain):
            accepted.append(path)

    assert accepted == []


def test_unknown_fields_are_refused_everywhere() -> None:
    accepted = []
    for path in mappings(maximal()):
        plain = maximal()
        at(plain, path)["surprise"] = 1
        if VALIDATOR.is_valid(plain):
            accepted.append(path)

    assert accepted == []

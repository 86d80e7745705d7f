"""Every field of a scenario, made wrong in turn: each complaint names the file, the line and the field."""

from __future__ import annotations

import json
from typing import Any

import pytest

from plimsoll.errors import Complaint, InputError
from plimsoll.scenario.documents import Path, parse_document
from plimsoll.scenario.loading import parse_scenario
from plimsoll.scenario.model import Scenario
from plimsoll.scenario.sources import spell
from tests.scenario.maximal import FREE, at, leaves, mappings, maximal


def complaints(plain: dict[str, Any]) -> list[Complaint]:
    with pytest.raises(InputError) as caught:
        parse_scenario(json.dumps(plain, indent=1), "wrong.yaml")
    return list(caught.value.complaints)


def assert_complaints_at(paths: list[Path], plain: dict[str, Any]) -> list[Complaint]:
    """For each path a complaint stands exactly there, on the line where its value is written."""
    found = {complaint.place.field: complaint for complaint in complaints(plain)}
    document = parse_document(json.dumps(plain, indent=1), "wrong.yaml")

    assert [spell(path) for path in paths if spell(path) not in found] == []
    matching = [found[spell(path)] for path in paths]
    assert {complaint.place.file for complaint in matching} == {"wrong.yaml"}
    assert [complaint.place.line for complaint in matching] == [document.line_of(path) for path in paths]
    return matching


def with_value(path: Path, value: object) -> dict[str, Any]:
    plain = maximal()
    at(plain, path[:-1])[path[-1]] = value
    return plain


def test_the_maximal_scenario_is_valid() -> None:
    assert parse_scenario(json.dumps(maximal()), "maximal.yaml").scenario.name == "maximal"


def test_the_maximal_scenario_writes_every_field_of_the_model() -> None:
    fields = {
        (definition, field)
        for definition, schema in Scenario.model_json_schema(by_alias=True)["$defs"].items()
        for field in schema.get("properties", ())
    }
    written = {str(path[-1]) for path in [*leaves(maximal()), *mappings(maximal())] if path}
    lists = {str(step) for path in leaves(maximal()) for step in path}

    assert {field for _, field in fields} - written - lists <= FREE


@pytest.mark.parametrize("path", list(leaves(maximal())), ids=spell)
def test_a_list_of_lists_is_refused_everywhere(path: Path) -> None:
    place = path[:-1] if path[-1] == "kind" and "actions" not in path else path

    assert_complaints_at([place], with_value(path, [["x"]]))


@pytest.mark.parametrize("value", [-1, "a lot", 1e300, True])
def test_numbers_out_of_range_or_of_another_type_are_refused_all_at_once(value: object) -> None:
    plain = maximal()
    numbers = [path for path in leaves(plain) if type(at(plain, path)) in {int, float}]
    for path in numbers:
        at(plain, path[:-1])[path[-1]] = value

    assert_complaints_at(numbers, plain)


def test_unknown_fields_are_refused_everywhere() -> None:
    plain = maximal()
    unknown = [(*path, "surprise") for path in mappings(plain)]
    for path in unknown:
        at(plain, path[:-1])["surprise"] = 1

    assert all("no field 'surprise'" in complaint.problem for complaint in assert_complaints_at(unknown, plain))


def test_misspelt_fields_are_recognised() -> None:
    plain = maximal()
    names = [path for path in leaves(plain) if isinstance(path[-1], str) and _is_worth_misspelling(path)]
    for path in names:
        holder = at(plain, path[:-1])
        holder[f"{path[-1]}x"] = holder.pop(path[-1])
    found = assert_complaints_at([(*path[:-1], f"{path[-1]}x") for path in names], plain)

    assert all(str(path[-1]) in complaint.remedy for path, complaint in zip(names, found, strict=True))


def _is_worth_misspelling(path: Path) -> bool:
    """Not a tag, which decides what else is allowed; not the user's own; long enough to be near its own name."""
    return path[-1] != "kind" and path[-2:-1] not in {("labels",), ("nodeSelector",)} and len(str(path[-1])) > 3


@pytest.mark.parametrize(
    ("path", "value"),
    [(("cluster",), None), (("load",), {}), (("cluster", "nodes"), None), (("load", "jobs", 0, "name"), None)],
    ids=str,
)
def test_what_is_missing_is_named(path: Path, value: object) -> None:
    plain = maximal()
    if value is None:
        del at(plain, path[:-1])[path[-1]]
        missing = path
    else:
        at(plain, path[:-1])[path[-1]] = value
        missing = (*path, "jobs")

    assert any(
        complaint.place.field == spell(missing) and "missing" in complaint.problem for complaint in complaints(plain)
    )


def test_all_complaints_come_at_once_in_the_order_of_the_file() -> None:
    plain = maximal()
    plain["cluster"]["nodes"] = 0
    plain["load"]["order"] = "byMagic"
    plain["measure"]["interval"] = "soon"
    found = complaints(plain)

    assert [complaint.place.field for complaint in found] == ["cluster.nodes", "load.order", "measure.interval"]

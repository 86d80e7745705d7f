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
from tests.scenario.maximal import at, leaves, mappings, maximal


def complaints(plain: dict[str, Any]) -> list[Complaint]:
    with pytest.raises(InputError) as caught:
        parse_scenario(json.dumps(plain, indent=1), "wrong.yaml")
    return list(caught.value.complaints)


def assert_complaint_at(path: Path, plain: dict[str, Any]) -> Complaint:
    """One of the complaints stands exactly at the path, on the line where its value is written."""
    found = complaints(plain)
    document = parse_document(json.dumps(plain, indent=1), "wrong.yaml")
    matching = [complaint for complaint in found if complaint.place.field == spell(path)]

    assert matching, f"none of {[str(each) for each in found]} is about {spell(path)}"
    assert matching[0].place.file == "wrong.yaml"
    assert matching[0].place.line == document.line_of(path)
    return matching[0]


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

    assert {field for _, field in fields} - written - lists <= {"settings", "affinity", "annotations"}


@pytest.mark.parametrize("path", list(leaves(maximal())), ids=spell)
def test_a_list_of_lists_is_refused_everywhere(path: Path) -> None:
    place = path if path[-1] not in {"kind"} else path[:-1]

    assert_complaint_at(place, with_value(path, [["x"]]))


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in leaves(maximal())
        if isinstance(at(maximal(), path), int | float) and not isinstance(at(maximal(), path), bool)
    ],
    ids=spell,
)
@pytest.mark.parametrize("value", [-1, "a lot", 1e300, True])
def test_a_number_out_of_range_or_of_another_type_is_refused(path: Path, value: object) -> None:
    assert_complaint_at(path, with_value(path, value))


@pytest.mark.parametrize("path", list(mappings(maximal())), ids=lambda path: spell(path) or "top")
def test_an_unknown_field_is_refused_everywhere(path: Path) -> None:
    complaint = assert_complaint_at((*path, "surprise"), with_value((*path, "surprise"), 1))

    assert "no field 'surprise'" in complaint.problem


@pytest.mark.parametrize("path", [path for path in leaves(maximal()) if isinstance(path[-1], str)], ids=spell)
def test_a_misspelt_field_is_recognised(path: Path) -> None:
    plain = maximal()
    if path[-1] == "kind" or path[-2:-1] in {("labels",), ("nodeSelector",)} or len(str(path[-1])) < 4:
        pytest.skip("not a name of the model, or too short to be near another")
    holder = at(plain, path[:-1])
    misspelt = f"{path[-1]}x"
    holder[misspelt] = holder.pop(path[-1])

    assert str(path[-1]) in assert_complaint_at((*path[:-1], misspelt), plain).remedy


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

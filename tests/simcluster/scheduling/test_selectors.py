"""Selectors: what they match, and that equal ones are equal."""

from __future__ import annotations

import pytest

from plimsoll.kube.selectors import Operator, Requirement
from plimsoll.simcluster.scheduling.selectors import parse_label_selector


@pytest.mark.parametrize(
    ("operator", "values", "matching"),
    [
        ("In", ("1", "5"), {"one", "five"}),
        ("NotIn", ("1",), {"five", "ten", "none", "word"}),
        ("Exists", (), {"one", "five", "ten", "word"}),
        ("DoesNotExist", (), {"none"}),
        ("Gt", ("4",), {"five", "ten"}),
        ("Lt", ("10",), {"one", "five"}),
        ("Gt", ("many",), set()),
    ],
)
def test_an_operator_matches(operator: Operator, values: tuple[str, ...], matching: set[str]) -> None:
    labelled = {"one": {"k": "1"}, "five": {"k": "5"}, "ten": {"k": "10"}, "word": {"k": "word"}, "none": {}}
    requirement = Requirement("k", operator, values)
    assert {name for name, labels in labelled.items() if requirement.matches(labels)} == matching


def test_an_absent_selector_matches_nothing_and_an_empty_one_everything() -> None:
    assert not parse_label_selector(None).matches({"app": "x"})
    assert parse_label_selector({}).matches({"app": "x"})
    assert parse_label_selector({}).matches({})


def test_selectors_that_say_the_same_are_equal() -> None:
    by_labels = parse_label_selector({"matchLabels": {"app": "x", "tier": "1"}})
    by_expressions = parse_label_selector(
        {
            "matchExpressions": [
                {"key": "tier", "operator": "In", "values": ["1"]},
                {"key": "app", "operator": "In", "values": ["x"]},
            ]
        }
    )
    assert by_labels == by_expressions
    assert hash(by_labels) == hash(by_expressions)


def test_narrowing_keeps_what_was_required_and_adds_to_it() -> None:
    selector = parse_label_selector({"matchLabels": {"app": "x"}}).narrowed((Requirement("hash", "In", ("1",)),))
    assert selector.matches({"app": "x", "hash": "1"})
    assert not selector.matches({"app": "x", "hash": "2"})
    assert not selector.matches({"hash": "1"})

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from plimsoll.planning.document import SCHEMA, impossible_document, plan_document
from plimsoll.planning.plan import make_plan
from plimsoll.planning.wish import ImpossibleWishError, Wish
from tests.planning.wishes import wish, wishes

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "planning.md"


def document(wanted: Wish) -> dict[str, Any]:
    try:
        return plan_document(make_plan(wanted))
    except ImpossibleWishError as error:
        return impossible_document(error)


def fields(value: Any, path: str = "") -> Iterator[str]:
    """Dotted paths of a document's fields; what stands inside a manifest is Kubernetes' business."""
    if path.endswith("manifests[].documents[]"):
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            field = f"{path}.{name}" if path else name
            yield field
            yield from fields(inner, field)
    elif isinstance(value, list):
        for inner in value:
            yield from fields(inner, f"{path}[]")


@given(wishes())
def test_every_document_names_its_schema_and_survives_json(wanted: Wish) -> None:
    answer = document(wanted)
    assert answer["schema"] == SCHEMA
    assert json.loads(json.dumps(answer, allow_nan=False)) == answer


@pytest.mark.parametrize("wanted", [wish(), wish(host_prefix=23)])
def test_every_field_is_documented(wanted: Wish) -> None:
    documented = DOCUMENTATION.read_text(encoding="utf-8")
    assert SCHEMA in documented
    expected = {field for field in fields(document(wanted)) if not field.startswith("alternatives[].wish.")}
    assert {field for field in expected if f"`{field}`" not in documented} == set()


def test_the_articles_numbers_are_in_the_document() -> None:
    answer = document(wish())
    assert answer["kubelet"]["maxPods"] == 520
    assert answer["network"]["hostPrefix"] == 22
    assert answer["network"]["hostAddresses"] == 1022
    assert (answer["kubelet"]["kubeAPIQPS"], answer["kubelet"]["kubeAPIBurst"]) == (50, 100)


def test_the_terms_add_up_to_the_demand() -> None:
    kubelet = document(wish())["kubelet"]
    assert sum(term["value"] for term in kubelet["steadyTerms"]) == kubelet["steadyRequestsPerSecond"]
    assert sum(term["value"] for term in kubelet["startTerms"]) == kubelet["requestsPerPodStart"]


def test_an_impossible_document_has_commands_that_state_the_alternatives() -> None:
    answer = document(wish(host_prefix=23))
    assert answer["possible"] is False
    assert answer["constraint"] == "addresses-per-node"
    assert answer["alternatives"][0]["command"].endswith("--host-prefix 22")

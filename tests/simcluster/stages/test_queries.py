"""The subset of jq in which stages look at objects."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.simcluster.stages.queries import parse_query

POD: dict[str, Any] = {
    "metadata": {"annotations": {"a.b/c": "30s"}, "ownerReferences": [{"kind": "Job"}, {"kind": "Other"}]},
    "spec": {"containers": [{"name": "one"}, {"name": "two"}], "hostNetwork": True},
    "status": {
        "phase": None,
        "conditions": [{"type": "Ready", "status": "True"}, {"type": "Other", "status": "False"}],
    },
}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (".metadata.ownerReferences.[].kind", ["Job", "Other"]),
        (".metadata.ownerReferences[].kind", ["Job", "Other"]),
        ('.metadata.annotations["a.b/c"]', ["30s"]),
        ('.status.conditions.[] | select( .type == "Ready" ) | .status', ["True"]),
        ('.status.conditions.[] | select(.type != "Ready") | .status', ["False"]),
        (".spec.containers[1].name", ["two"]),
        (".status.phase", []),
        (".status.nothing.[].there", []),
        (".", [POD]),
    ],
)
def test_a_query_finds_what_jq_would_but_nulls(text: str, found: list[Any]) -> None:
    assert parse_query(text).values(POD) == found


def test_numbers_and_booleans_are_compared_as_texts() -> None:
    assert parse_query(".spec.hostNetwork").texts(POD) == ["true"]
    assert parse_query(".n").texts({"n": 3}) == ["3"]


@pytest.mark.parametrize("text", ["", "length", ".a + .b", ".a | map(.b)", ".a[", '.a | select(.b > "1")', ".a" * 1000])
def test_what_is_more_than_paths_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="query"):
        parse_query(text)


@given(st.text(alphabet='.[]"ab| =selct()01', max_size=40), st.recursive(st.none() | st.text(), st.lists))
def test_any_text_is_read_or_refused_and_any_document_can_be_asked(text: str, document: Any) -> None:
    try:
        query = parse_query(text)
    except ValueError:
        return
    query.values(document)

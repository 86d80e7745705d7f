from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.kube.selectors import LabelSelector, Requirement, parse_label_selector, selector_of, selector_of_labels

WEB = {"app": "web", "tier": "front", "weight": "5"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "app=web",
        "app==web",
        "app=web,tier=front",
        "app in (web, api)",
        "tier notin (back)",
        "tier",
        "!canary",
        "canary!=yes",
        "weight>4",
        "weight<6",
        " app = web , tier ",
    ],
)
def test_a_selector_selects(text: str) -> None:
    assert parse_label_selector(text).matches(WEB)


@pytest.mark.parametrize(
    "text",
    [
        "app=api",
        "app!=web",
        "app in (api)",
        "app notin (web)",
        "!app",
        "canary",
        "weight>5",
        "app>1",
        "canary=yes",
        "app=",
    ],
)
def test_a_selector_leaves_out(text: str) -> None:
    assert not parse_label_selector(text).matches(WEB)


@pytest.mark.parametrize("text", ["=", "app=web tier", "app in web", "a,,b", "app in (w,(x))", "app=w!b", "!"])
def test_what_is_no_selector_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"requirement|value"):
        parse_label_selector(text)


def test_the_selector_of_an_object_has_labels_and_expressions() -> None:
    selector = selector_of(
        {
            "matchLabels": {"app": "web"},
            "matchExpressions": [
                {"key": "tier", "operator": "In", "values": ["front", "back"]},
                {"key": "x", "operator": "DoesNotExist"},
            ],
        }
    )

    assert selector.matches(WEB)
    assert not selector.matches({**WEB, "x": ""})


@pytest.mark.parametrize(
    "expression",
    [
        {},
        {"key": "a", "operator": "Is"},
        {"key": "a", "operator": "In"},
        {"key": "a", "operator": "Exists", "values": ["b"]},
    ],
)
def test_a_wrong_expression_is_refused(expression: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"requirement|takes"):
        selector_of({"matchExpressions": [expression]})


def test_a_plain_map_of_labels_selects_what_has_them_all() -> None:
    assert selector_of_labels({"app": "web"}).matches(WEB)
    assert not selector_of_labels({"app": "web", "x": "y"}).matches(WEB)
    assert selector_of_labels(None).matches(WEB)


_keys = st.from_regex(r"[a-z]([a-z0-9./_-]{0,8}[a-z0-9])?", fullmatch=True)
_values = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,8}[A-Za-z0-9])?", fullmatch=True)
_requirements = st.one_of(
    st.builds(Requirement, _keys, st.sampled_from(["Exists", "DoesNotExist"])),
    st.builds(
        Requirement,
        _keys,
        st.sampled_from(["In", "NotIn"]),
        st.sets(_values, min_size=1, max_size=3).map(lambda values: tuple(sorted(values))),
    ),
    st.builds(
        Requirement, _keys, st.sampled_from(["Gt", "Lt"]), st.integers(-99, 99).map(lambda number: (str(number),))
    ),
)


@given(st.lists(_requirements, max_size=4).map(tuple).map(LabelSelector))
def test_a_selector_comes_back_from_its_text(selector: LabelSelector) -> None:
    assert parse_label_selector(str(selector)) == selector

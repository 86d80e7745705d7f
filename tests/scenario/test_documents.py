from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.errors import InputError
from plimsoll.scenario.documents import MAX_DEPTH, parse_document


def plain(text: str) -> Any:
    return parse_document(text, "f.yaml").plain()


def complaint(text: str) -> str:
    with pytest.raises(InputError) as caught:
        parse_document(text, "f.yaml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("null", None),
        ("7", 7),
        ("-7", -7),
        ("0777", "0777"),
        ("0o17", 15),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("2026-01-01", "2026-01-01"),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("'7'", "7"),
        ('"true"', "true"),
        ("!!str 7", "7"),
        ("=", "="),
        ("1" * 50, "1" * 50),
    ],
)
def test_scalars_are_read_as_kubernetes_reads_them(written: str, value: object) -> None:
    assert plain(f"key: {written}") == {"key": value}


def test_every_value_knows_its_line() -> None:
    root = parse_document("a:\n  b:\n  - x\n  - c: 1\n    d: 2\n", "f.yaml")

    assert root.line_of(("a", "b", 1, "d")) == 5
    assert root.line_of(("a", "b", 0)) == 3
    assert root.line_of(("a", "b", 1, "missing")) == 4
    assert root.line_of(("a", "x", "y")) == 1


def test_an_alias_stands_for_its_anchor() -> None:
    assert plain("a: &x {b: 1}\nc: *x") == {"a": {"b": 1}, "c": {"b": 1}}


def test_a_merge_key_fills_in_what_a_mapping_does_not_say() -> None:
    assert plain("a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}")["d"] == {"b": 1, "c": 3}


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("", 1, "empty"),
        ("# nothing", 1, "empty"),
        ("a: 1\na: 2", 2, "stands here and on line 1"),
        ("a: b: c", 1, "not YAML"),
        ("a:\n\t- b", 2, "tabs"),
        ("a: [1, 2", 2, "not YAML"),
        ("--- 1\n--- 2", 2, "second document"),
        ("a: 1\nb: !!python/object/apply:os.system [ls]", 2, "tag"),
        ("a: !thing 1", 1, "tag"),
        ("&a [*a]", 1, "itself"),
        ("a: *b", 1, "b"),
        ("{[1]: 2}", 1, "plain word"),
        ("a: 'x", 1, "not YAML"),
        ("%YAML 9.9\n---\na: 1", 1, "not YAML"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, line: int, problem: str) -> None:
    message = complaint(text)

    assert message.startswith(f"f.yaml:{line}: ")
    assert problem in message


def test_aliases_that_explode_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 10)]

    assert "once its aliases are expanded" in complaint("\n".join(lines))


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_nesting_without_end_is_refused(opening: str) -> None:
    assert f"more than {MAX_DEPTH} deep" in complaint(opening * 100_000)


def test_control_characters_are_refused() -> None:
    assert complaint("a: 1\nb: \x01") == "f.yaml:2: this is not text: it holds a control character. Give a YAML file"


_text = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), max_size=8)
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False) | _text,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(_text.filter(lambda key: key != "<<"), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(_json)
def test_json_is_read_as_it_is(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False)

    assert plain(text) == json.loads(text)


@given(_json)
def test_what_a_yaml_writer_writes_is_read_back(value: object) -> None:
    text = yaml.safe_dump(json.loads(json.dumps(value)), allow_unicode=False)

    assert plain(text) == value


@given(st.text(max_size=80))
def test_any_text_is_either_a_document_or_refused(text: str) -> None:
    with contextlib.suppress(InputError):
        parse_document(text, "f.yaml")

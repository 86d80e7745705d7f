from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.apimachinery.decoding import Decoder, ObjectKind
from plimsoll.apimachinery.decoding.yamlbodies import parse_yaml
from plimsoll.apimachinery.schema import schema_of
from plimsoll.errors import ApiError
from plimsoll.kube.resources import CONFIGMAPS


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("y", True),
        ("No", False),
        ("'y'", "y"),
        ("~", None),
        ("12", 12),
        ("-0x1F", -31),
        ("010", 8),
        ("0b101", 5),
        ("1_000", 1000),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("2020-01-01", "2020-01-01"),
        ("1:30", "1:30"),
        ("1.2.3", "1.2.3"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("", None),
    ],
)
def test_scalars_mean_what_they_mean_to_go(text: str, value: Any) -> None:
    parsed, problems = parse_yaml(f"a: {text}".encode())
    assert parsed == {"a": value}
    assert type(parsed["a"]) is type(value)
    assert problems == ()


def test_keys_become_texts() -> None:
    assert parse_yaml(b"{1: a, true: b, null: c}")[0] == {"1": "a", "true": "b", "null": "c"}


def test_anchors_and_merges_are_followed() -> None:
    assert parse_yaml(b"a: &x {b: 1}\nc: {<<: *x, d: 2}")[0]["c"] == {"b": 1, "d": 2}


def test_a_key_that_stands_twice_is_reported_with_its_line() -> None:
    value, problems = parse_yaml(b'kind: A\ndata:\n  k: "1"\n  k: "2"\n')
    assert value["data"] == {"k": "2"}
    assert problems == ('yaml: unmarshal errors:\n  line 4: key "k" already set in map',)


@pytest.mark.parametrize("body", [b"a: [b\n", b"a: b: c", b"\xff\xfe\xfd", b"a: *nowhere"])
def test_what_is_no_yaml_is_refused(body: Any) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_yaml(body)


def test_a_yaml_body_is_decoded_like_a_json_one() -> None:
    decoder = Decoder(ObjectKind("", "v1", "ConfigMap"), schema_of(CONFIGMAPS))
    assert decoder.decode(b"metadata: {name: a}\ndata: {k: v}", "application/yaml").object["data"] == {"k": "v"}
    with pytest.raises(ApiError, match="cannot unmarshal bool"):
        decoder.decode(b"data: {a: y}", "application/yaml")
    with pytest.raises(ApiError, match="unrecognized"):
        decoder.decode(b"a: [b\n", "application/yaml")


texts = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(texts, values, max_size=4))
def test_what_is_written_as_yaml_is_read_as_it_was(value: Any) -> None:
    assert parse_yaml(yaml.safe_dump(value, allow_unicode=True, default_style='"').encode()) == (value, ())

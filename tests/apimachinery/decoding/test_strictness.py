from __future__ import annotations

from typing import Any

import pytest

from plimsoll.apimachinery.decoding import Decoded, Decoder, ObjectKind, checked_fields, field_validation
from plimsoll.apimachinery.schema import schema_of
from plimsoll.errors import ApiError
from plimsoll.kube.resources import CONFIGMAPS, PODS

PODS_DECODER = Decoder(ObjectKind("", "v1", "Pod"), schema_of(PODS))
CONFIGMAPS_DECODER = Decoder(ObjectKind("", "v1", "ConfigMap"), schema_of(CONFIGMAPS))


def test_problems_come_in_the_order_of_the_text() -> None:
    body = (
        b'{"spec":{"containers":[{"name":"a","image":"b","image":"c","foo":1,"foo":2,"bar":{"x":1,"x":2}}],'
        b'"volumes":[{"foo":1}]},"x":1,"Spec":{}}'
    )
    assert PODS_DECODER.decode(body).problems == (
        'duplicate field "spec.containers[0].image"',
        'unknown field "spec.containers[0].foo"',
        'unknown field "spec.containers[0].bar"',
        'unknown field "spec.volumes[0].foo"',
        'unknown field "x"',
        'unknown field "Spec"',
    )


def test_the_last_of_repeated_keys_counts() -> None:
    decoded = CONFIGMAPS_DECODER.decode(b'{"data":{"k":"1","k":"2"}}')
    assert decoded.object["data"] == {"k": "2"}
    assert decoded.problems == ('duplicate field "data.k"',)


@pytest.mark.parametrize(
    "body",
    [
        b'{ "data": {\n "k": "1", "l": "2" } }',
        b'{"data":{"a":"\\u003c \\u0022: ","b":"\\": "}}',
        b'{"data":{"a" : "b"}}',
        b'{"data":{"a":"\\ud83d\\ude00"},"metadata":{"generation":1e2}}'.replace(b"1e2", b"100"),
    ],
)
def test_a_body_in_another_style_repeats_nothing(body: Any) -> None:
    assert CONFIGMAPS_DECODER.decode(body).problems == ()


def test_what_is_not_asked_for_is_warned_about() -> None:
    problems = ('unknown field "x"',)
    kind = ObjectKind("", "v1", "Pod")
    assert checked_fields(Decoded({}, problems), field_validation("", "CreateOptions"), kind) == problems
    assert checked_fields(Decoded({}, problems), "Ignore", kind) == ()
    assert checked_fields(Decoded({}), "Strict", kind) == ()


def test_strict_validation_refuses_with_all_problems() -> None:
    problems = ('unknown field "x"', 'duplicate field "y"')
    with pytest.raises(ApiError) as refused:
        checked_fields(Decoded({}, problems), "Strict", ObjectKind("", "v1", "Pod"))
    assert refused.value.message == (
        'Pod in version "v1" cannot be handled as a Pod: '
        'strict decoding error: unknown field "x", duplicate field "y"'
    )  # fmt: skip


def test_a_directive_that_does_not_exist_is_invalid() -> None:
    with pytest.raises(ApiError) as refused:
        field_validation("Sometimes", "CreateOptions")
    assert refused.value.code == 422
    assert refused.value.message == (
        'CreateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "Sometimes": '
        'supported values: "", "Ignore", "Strict", "Warn"'
    )
    details: Any = refused.value.details
    assert details["causes"][0]["field"] == "fieldValidation"

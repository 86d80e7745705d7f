from __future__ import annotations

from plimsoll.apimachinery.validation.fielderrors import (
    OMITTED,
    duplicate,
    forbidden,
    invalid,
    invalid_value,
    not_found,
    not_supported,
    quote,
    required,
    too_long,
    too_many,
)
from plimsoll.kube.resources import CONFIGMAPS, DEPLOYMENTS
from plimsoll.kube.statuses import failure_status


def test_each_kind_of_error_has_its_words() -> None:
    assert str(required("spec.x")) == "spec.x: Required value"
    assert str(required("spec.x", "give one")) == "spec.x: Required value: give one"
    assert str(invalid_value("n", -1, "must be more")) == "n: Invalid value: -1: must be more"
    assert str(invalid_value("n", OMITTED, "no")) == "n: Invalid value: no"
    assert str(duplicate("n", "a")) == 'n: Duplicate value: "a"'
    assert str(forbidden("n", "no")) == "n: Forbidden: no"
    assert str(not_found("n", "x")) == 'n: Not found: "x"'
    assert str(not_supported("n", "x", ("a", "b"))) == 'n: Unsupported value: "x": supported values: "a", "b"'
    assert str(too_long("n", 1)) == "n: Too long: may not be more than 1 byte"
    assert str(too_many("n", 6, 5)) == "n: Too many: 6: must have at most 5 items"


def test_values_are_shown_as_go_shows_them() -> None:
    assert invalid_value("n", True, "").body == "Invalid value: true"
    assert invalid_value("n", {"a": [1, "<b>"]}, "").body == r'Invalid value: {"a":[1,"\u003cb\u003e"]}'
    assert invalid_value("n", None, "").body == "Invalid value: null"
    assert quote('a"\n\x01é') == r'"a\"\n\x01é"'


def test_the_message_names_each_error_once_and_the_causes_name_all() -> None:
    error = required("spec.x")
    status = failure_status(invalid(DEPLOYMENTS, "web", [error, error, required("spec.y")]))
    words = 'Deployment.apps "web" is invalid: [spec.x: Required value, spec.y: Required value]'
    assert (status["code"], status["reason"], status["message"]) == (422, "Invalid", words)
    assert [cause["field"] for cause in status["details"]["causes"]] == ["spec.x", "spec.x", "spec.y"]
    assert status["details"]["group"] == "apps"


def test_a_kind_of_the_core_group_is_named_alone() -> None:
    status = failure_status(invalid(CONFIGMAPS, "", [required("metadata.name")]))
    assert status["message"] == 'ConfigMap "" is invalid: metadata.name: Required value'
    assert status["details"] == {
        "kind": "ConfigMap",
        "causes": [{"reason": "FieldValueRequired", "message": "Required value", "field": "metadata.name"}],
    }

from __future__ import annotations

import copy
from typing import Any

import pytest

from plimsoll.apimachinery.customresources import CustomKind, scale_of, with_replicas
from plimsoll.apimachinery.validation.fielderrors import FieldError

UNCHECKED = (
    "<nil>: Invalid value: null: some validation rules were not checked because the object was invalid;"
    " correct the existing errors to complete validation"
)


def rule(text: str, **more: Any) -> dict[str, Any]:
    return {"rule": text, **more}


SPEC: dict[str, Any] = {
    "type": "object",
    "required": ["size"],
    "properties": {
        "size": {"type": "integer", "minimum": 1, "maximum": 10, "multipleOf": 2},
        "small": {"type": "integer", "format": "int32"},
        "ratio": {"type": "number", "maximum": 2.5, "exclusiveMaximum": True},
        "color": {"type": "string", "enum": ["red", "green"], "default": "red"},
        "name": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 5, "minLength": 2},
        "port": {"x-kubernetes-int-or-string": True},
        "list": {
            "type": "array",
            "maxItems": 3,
            "minItems": 1,
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["key"],
            "items": {
                "type": "object",
                "required": ["key"],
                "properties": {
                    "key": {"type": "string"},
                    "value": {"type": "string", "default": "none"},
                    "n": {"type": "integer", "x-kubernetes-validations": [rule("self >= oldSelf")]},
                },
            },
        },
        "set": {"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": "set"},
        "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
        "map": {
            "type": "object",
            "maxProperties": 2,
            "minProperties": 1,
            "additionalProperties": {"type": "string", "maxLength": 3},
        },
        "maybe": {"type": "string", "nullable": True},
        "when": {"type": "string", "format": "date-time"},
        "any": {
            "type": "object",
            "properties": {"a": {"type": "string"}, "b": {"type": "integer"}},
            "anyOf": [{"required": ["a"]}, {"required": ["b"]}],
        },
        "one": {
            "type": "object",
            "properties": {"a": {"type": "string"}, "b": {"type": "integer"}},
            "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
        },
        "all": {"type": "string", "allOf": [{"minLength": 2}, {"pattern": "^a"}]},
        "not": {"type": "string", "not": {"pattern": "^b"}},
        "fixed": {"type": "string", "x-kubernetes-validations": [rule("self == oldSelf", message="is immutable")]},
        "min": {"type": "integer"},
        "max": {"type": "integer"},
        "embedded": {
            "type": "object",
            "x-kubernetes-embedded-resource": True,
            "x-kubernetes-preserve-unknown-fields": True,
        },
    },
    "x-kubernetes-validations": [
        rule("!has(self.min) || !has(self.max) || self.min <= self.max", message="min must not be over max")
    ],
}
VERSION: dict[str, Any] = {
    "name": "v1",
    "served": True,
    "storage": True,
    "schema": {
        "openAPIV3Schema": {
            "type": "object",
            "required": ["spec"],
            "properties": {
                "spec": SPEC,
                "status": {
                    "type": "object",
                    "properties": {"replicas": {"type": "integer"}, "phase": {"type": "string"}},
                },
            },
        }
    },
    "subresources": {
        "status": {},
        "scale": {
            "specReplicasPath": ".spec.min",
            "statusReplicasPath": ".status.replicas",
            "labelSelectorPath": ".status.phase",
        },
    },
    "selectableFields": [{"jsonPath": ".spec.color"}, {"jsonPath": ".spec.size"}],
}
DEFINITION: dict[str, Any] = {
    "metadata": {"name": "gizmos.example.com"},
    "spec": {
        "group": "example.com",
        "scope": "Namespaced",
        "names": {"plural": "gizmos", "kind": "Gizmo"},
        "versions": [VERSION, {**VERSION, "name": "v2", "storage": False}],
    },
}
KIND = CustomKind(DEFINITION, "v1")


def gizmo(**spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "example.com/v1",
        "kind": "Gizmo",
        "metadata": {"name": "g"},
        "spec": {"size": 2, **spec},
    }


def texts(errors: list[FieldError]) -> list[str]:
    return [str(error) for error in errors]


def refused(**spec: Any) -> list[str]:
    return texts(KIND.validate_create(KIND.completed(gizmo(**spec))))


def changed(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return texts(KIND.validate_update(KIND.completed(new), KIND.completed(old)))


def test_an_object_is_pruned_and_gets_its_defaults() -> None:
    value = {**gizmo(unknown=1, list=[{"key": "a", "x": 1}], free={"any": {"thing": [1]}}, size=None), "other": 1}
    before = copy.deepcopy(value)

    assert KIND.completed(value)["spec"] == {
        "color": "red",
        "list": [{"key": "a", "value": "none"}],
        "free": {"any": {"thing": [1]}},
    }
    assert "other" not in KIND.completed(value)
    assert value == before


def test_what_needs_no_completion_is_shared() -> None:
    value = KIND.completed(gizmo(free={"a": {}}))

    assert KIND.completed(value) is value


def test_null_stays_where_it_is_allowed_and_becomes_the_default_where_there_is_one() -> None:
    assert KIND.completed(gizmo(maybe=None, color=None, when=None))["spec"] == {
        "size": 2,
        "maybe": None,
        "color": "red",
    }


@pytest.mark.parametrize(
    ("spec", "errors"),
    [
        ({"size": 11}, ["Invalid value: 11: spec.size in body should be a multiple of 2", "less than or equal to 10"]),
        ({"size": 0}, ["Invalid value: 0: spec.size in body should be greater than or equal to 1"]),
        (
            {"small": 2**40},
            ['Invalid value: "": Checked value must be of type integer with format int32 in spec.small'],
        ),
        ({"ratio": 3}, ["spec.ratio: Invalid value: 3: spec.ratio in body should be less than 2"]),
        ({"ratio": 2.5}, ["spec.ratio: Invalid value: 2.5: spec.ratio in body should be less than 2.5"]),
        ({"name": "a"}, ['spec.name: Invalid value: "a": spec.name in body should be at least 2 chars long']),
        ({"name": "AB"}, ["spec.name: Invalid value: \"AB\": spec.name in body should match '^[a-z]+$'"]),
        ({"set": ["a", "b", "a", "a"]}, ['spec.set[2]: Duplicate value: "a"']),
        ({"list": [{"key": "a"}, {"key": "a"}]}, ['spec.list[1]: Duplicate value: {"key":"a"}']),
        ({"list": []}, ["spec.list: Invalid value: 0: spec.list in body should have at least 1 items"]),
        ({"map": {}}, ["spec.map: Invalid value: 0: spec.map in body should have at least 1 properties"]),
        ({"not": "ba"}, ['<nil>: Invalid value: "": "spec.not" must not validate the schema (not)']),
        ({"min": 3, "max": 2}, ["spec: Invalid value: min must not be over max"]),
        ({"min": -1}, [".spec.min: Invalid value: -1: should be a non-negative integer"]),
        (
            {"embedded": {"apiVersion": "a/b/c", "kind": "1x", "metadata": {"name": "a/b"}}},
            ["unexpected GroupVersion string", "may have mixed case", "spec.embedded.metadata.name"],
        ),
    ],
)
def test_values_that_break_a_limit_are_refused_as_the_server_words_it(spec: Any, errors: list[str]) -> None:
    found = refused(**spec)

    assert len(found) == len(errors)
    assert all(wanted in error for wanted, error in zip(errors, found, strict=True))


@pytest.mark.parametrize(
    ("spec", "error"),
    [
        ({"size": "big"}, 'spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"'),
        ({"port": True}, 'spec.port: Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean"'),
        ({"color": "blue"}, 'spec.color: Unsupported value: "blue": supported values: "red", "green"'),
        ({"name": "abcdefg"}, "spec.name: Too long: may not be more than 5 bytes"),
        ({"list": [{"key": str(key)} for key in range(4)]}, "spec.list: Too many: 4: must have at most 3 items"),
        ({"list": [{"value": "x"}]}, "spec.list[0].key: Required value"),
        ({"when": "yesterday"}, 'spec.when: Invalid value: "yesterday": spec.when in body must be of type date-time: "yesterday"'),
        ({"embedded": {}}, "spec.embedded.apiVersion: Required value"),
    ],
)  # fmt: skip
def test_rules_are_not_checked_on_objects_of_the_wrong_shape(spec: Any, error: str) -> None:
    found = refused(**spec, min=3, max=2)

    assert found[0] == error
    assert found[-1] == UNCHECKED


def test_a_combination_tells_what_its_best_alternative_lacks() -> None:
    assert refused(any={})[:2] == [
        '<nil>: Invalid value: "": "spec.any" must validate at least one schema (anyOf)',
        "spec.any.a: Required value",
    ]
    assert refused(one={"a": "x", "b": 1}) == [
        '<nil>: Invalid value: "": "spec.one" must validate one and only one schema (oneOf). Found 2 valid alternatives'
    ]
    assert refused(all="b") == [
        'spec.all: Invalid value: "b": spec.all in body should be at least 2 chars long',
        "spec.all: Invalid value: \"b\": spec.all in body should match '^a'",
        '<nil>: Invalid value: "": "spec.all" must validate all the schemas (allOf). None validated',
    ]


def test_objects_of_another_kind_are_refused_before_anything_else() -> None:
    value = {**gizmo(size="x"), "kind": "Other", "apiVersion": "example.com/v2"}

    assert texts(KIND.validate_create(value)) == [
        'kind: Invalid value: "Other": must be Gizmo',
        'apiVersion: Invalid value: "example.com/v2": must be example.com/v1',
    ]


def test_what_was_wrong_before_and_has_not_changed_may_stay() -> None:
    old = gizmo(size=11, min=3, max=2, set=["a", "a"])

    assert changed(old, {**old, "metadata": {"name": "g", "labels": {"a": "b"}}}) == []
    assert changed(old, gizmo(size=9, min=3, max=2)) == [
        "spec.size: Invalid value: 9: spec.size in body should be a multiple of 2",
        "spec: Invalid value: min must not be over max",
    ]


def test_rules_about_transitions_compare_with_what_was_there() -> None:
    old = gizmo(fixed="f", list=[{"key": "a", "n": 5}, {"key": "b", "n": 1}])

    assert changed(old, gizmo(fixed="g")) == ['spec.fixed: Invalid value: "g": is immutable']
    assert changed(old, gizmo(list=[{"key": "b", "n": 0}, {"key": "a", "n": 6}, {"key": "c", "n": 0}])) == [
        "spec.list[0].n: Invalid value: 0: failed rule: self >= oldSelf"
    ]


def test_the_status_is_checked_by_itself() -> None:
    old = gizmo()
    wrong = {**old, "status": {"phase": 1, "replicas": -1}}

    assert texts(KIND.validate_status_update(wrong, old)) == [
        'status.phase: Invalid value: "integer": phase in body must be of type string: "integer"',
        ".status.replicas: Invalid value: -1: should be a non-negative integer",
        '.status.phase: Invalid value: "": .status.phase accessor error: 1 is of the type int64, expected string',
        UNCHECKED,
    ]  # fmt: skip


def test_the_scale_is_a_view_of_the_object() -> None:
    assert KIND.scale is not None
    value = with_replicas({**gizmo(), "status": {"replicas": 1, "phase": "a=b"}}, KIND.scale, 3)

    assert value["spec"] == {"size": 2, "min": 3}
    assert scale_of(value, KIND.scale) == {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {"name": "g"},
        "spec": {"replicas": 3},
        "status": {"replicas": 1, "selector": "a=b"},
    }
    assert scale_of(gizmo(), KIND.scale) is None


def test_selectable_fields_are_those_that_the_version_declares() -> None:
    assert KIND.selectable_fields == ("spec.color", "spec.size")


def test_conversion_changes_nothing_but_the_version() -> None:
    value = gizmo(color="green")
    converted = CustomKind(DEFINITION, "v2").converted(value)

    assert converted == {**value, "apiVersion": "example.com/v2"}
    assert KIND.converted(value) is value

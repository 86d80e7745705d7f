from __future__ import annotations

from typing import Any

import pytest

from plimsoll.apimachinery.customresources import (
    definition_with_defaults,
    prepare_definition_create,
    prepare_definition_update,
    validate_definition,
    validate_definition_update,
)

ROOT = "spec.validation.openAPIV3Schema"
SPEC = f"{ROOT}.properties[spec]"


def version(schema: dict[str, Any] | None = None, name: str = "v1", **more: Any) -> dict[str, Any]:
    declared = {"name": name, "served": True, "storage": True, **more}
    return declared if schema is None else {**declared, "schema": {"openAPIV3Schema": schema}}


def definition(*versions: dict[str, Any], name: str = "bads.example.com", **spec: Any) -> dict[str, Any]:
    spec = {
        "group": "example.com",
        "scope": "Namespaced",
        "names": {"plural": "bads", "kind": "Bad"},
        "versions": list(versions),
        **spec,
    }
    return {"kind": "CustomResourceDefinition", "metadata": {"name": name}, "spec": spec}


def errors_of(value: dict[str, Any]) -> list[str]:
    return [str(error) for error in validate_definition(prepare_definition_create(definition_with_defaults(value)))]


def of_spec(**schema: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"spec": schema}}


def spec_errors(**schema: Any) -> list[str]:
    return errors_of(definition(version(of_spec(**schema))))


def rule(text: str, **more: Any) -> dict[str, Any]:
    return {"x-kubernetes-validations": [{"rule": text, **more}]}


EMPTY: dict[str, Any] = {"type": "object"}


def test_a_plain_definition_is_fine() -> None:
    assert errors_of(definition(version(EMPTY))) == []


def test_names_follow_from_the_kind_and_nothing_is_accepted_yet() -> None:
    made = prepare_definition_create(definition_with_defaults(definition(version(EMPTY))))

    assert made["spec"]["names"] == {"plural": "bads", "kind": "Bad", "singular": "bad", "listKind": "BadList"}
    assert made["spec"]["conversion"] == {"strategy": "None"}
    assert made["status"] == {
        "conditions": None,
        "acceptedNames": {"plural": "", "kind": ""},
        "storedVersions": ["v1"],
    }


def test_the_name_is_made_of_plural_and_group() -> None:
    assert errors_of(definition(version(EMPTY), name="others.example.com")) == [
        'metadata.name: Invalid value: "others.example.com": must be spec.names.plural+"."+spec.group'
    ]


def test_each_version_needs_a_schema() -> None:
    assert errors_of(definition(version())) == ["spec.versions[0].schema.openAPIV3Schema: Required value"]


def test_exactly_one_version_is_stored() -> None:
    shown = (
        '[{"Name":"v1","Served":true,"Storage":false,"Deprecated":false,"DeprecationWarning":null,"Schema":null,'
        '"Subresources":null,"AdditionalPrinterColumns":null,"SelectableFields":null}]'
    )

    assert errors_of(definition(version(EMPTY, storage=False))) == [
        f"spec.versions: Invalid value: {shown}: must have exactly one version marked as storage version",
        "status.storedVersions: Invalid value: null: must have at least one stored version",
    ]


def test_versions_that_differ_are_shown_with_all_fields_of_their_schemas() -> None:
    first, second = version(EMPTY), version(of_spec(type="string"), name="v1")
    error = errors_of(definition(first, second))[0]

    assert error.endswith("must contain unique version names")
    assert '"Schema":{"OpenAPIV3Schema":{"ID":"","Schema":"","Ref":null,"Description":"","Type":"object"' in error


def test_a_schema_is_structural() -> None:
    assert errors_of(definition(version({"type": "object", "properties": {"spec": {"properties": {"x": {}}}}}))) == [
        f"{SPEC}.properties[x].type: Required value: must not be empty for specified object fields",
        f"{SPEC}.type: Required value: must not be empty for specified object fields",
    ]


def test_schemas_that_differ_between_versions_are_reported_there() -> None:
    second = version(of_spec(type="array"), name="v2", storage=False)

    assert errors_of(definition(version(EMPTY), second)) == [
        "spec.versions[1].schema.openAPIV3Schema.properties[spec].items: Required value: must be specified"
    ]


@pytest.mark.parametrize(
    ("schema", "errors"),
    [
        ({"type": "strin"}, [".type: Unsupported value"]),
        ({"type": "array", "items": {"type": "string"}, "uniqueItems": True}, [".uniqueItems: Forbidden"]),
        ({"type": "string", "x-kubernetes-list-type": "set"}, [".type: Invalid value"]),
        ({"type": "string", "x-kubernetes-map-type": "x"}, [".type: Invalid value", "map-type: Unsupported value"]),
        ({"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": "x"}, ["list-type: Unsupported value"]),
        ({"type": "array", "items": {"type": "object"}, "x-kubernetes-list-type": "set"}, [".items.x-kubernetes-map-type"]),
        (
            {
                "type": "array",
                "items": {"type": "object", "properties": {"a": {"type": "object"}}},
                "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": ["a", "b", "b"],
            },
            [
                ".items.properties[a].type: Invalid value",
                "entries must all be names of item properties",
                "entries must all be names of item properties",
                "must not contain duplicate entries",
                ".items.properties[a].default: Required value",
            ],
        ),
        ({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": {"type": "string"}}, ["mutual exclusive"]),
        ({"type": "object", "default": {"x": 1}, "properties": {"a": {"type": "string"}}}, ["must not have unknown fields"]),
        ({"type": "string", "default": 1}, ['.default: Invalid value: "integer":  in body must be of type string']),
        ({"type": "string", "pattern": "(("}, [".pattern: Invalid value"]),
        ({"type": "object", "x-kubernetes-preserve-unknown-fields": False}, ["must be true or undefined"]),
        ({"x-kubernetes-embedded-resource": True}, [".properties: Required value", ".type: Required value"]),
        (
            {"x-kubernetes-int-or-string": True, "x-kubernetes-preserve-unknown-fields": True},
            ["must be false if x-kubernetes-int-or-string is true"],
        ),
        (
            {"type": "object", "anyOf": [{"properties": {"b": {"type": "string", "minLength": 1}}}]},
            [".anyOf[0].properties[b].type: Forbidden"],
        ),
    ],
)  # fmt: skip
def test_schemas_are_refused_for_what_is_wrong_with_them(schema: Any, errors: list[str]) -> None:
    found = spec_errors(**schema)

    assert len(found) == len(errors), found
    assert all(wanted in error for wanted, error in zip(errors, found, strict=True)), found


def test_what_only_a_combination_at_the_root_names_has_no_type() -> None:
    schema = {"type": "object", "anyOf": [{"properties": {"b": {"minLength": 1}}}]}

    assert errors_of(definition(version(schema))) == [
        f"{ROOT}.properties[b]: Required value: because it is defined in {ROOT}.anyOf[0].properties[b]"
    ]


def test_integers_or_strings_may_be_written_the_long_way() -> None:
    long_way = {"anyOf": [{"type": "integer"}, {"type": "string"}], "x-kubernetes-int-or-string": True}

    assert spec_errors(**long_way, pattern="^a") == []


@pytest.mark.parametrize(
    ("schema", "error"),
    [
        (rule("self.b == 'x'"), ".rule: Invalid value: {\"Rule\":\"self.b == 'x'\""),
        (rule("self.a"), "cel expression must evaluate to a bool"),
        (rule("nope(self)"), "compilation failed: ERROR: <input>:1:5: undeclared reference to 'nope'"),
        (rule(" "), ".rule: Required value: rule is not specified"),
        (rule("true", message=" "), ".message: Invalid value"),
        (rule("true &&\n true"), ".message: Required value: message must be specified if rule contains line breaks"),
        (rule("true", reason="Foo"), ".reason: Unsupported value"),
        (rule("true", fieldPath=".x"), '.fieldPath: Invalid value: ".x": must be a valid path'),
        (rule("true", messageExpression="1"), "messageExpression must evaluate to a string"),
        (rule("true", optionalOldSelf=True), "may not be set if oldSelf is not used in rule"),
    ],
)  # fmt: skip
def test_rules_are_compiled_when_they_are_defined(schema: Any, error: str) -> None:
    found = spec_errors(type="object", properties={"a": {"type": "string"}}, **schema)

    assert len(found) == 1
    assert error in found[0]


def test_elements_of_a_list_without_keys_have_no_old_value() -> None:
    found = spec_errors(type="array", items={"type": "string", **rule("self == oldSelf")})

    assert len(found) == 1
    assert found[0].startswith(f'{SPEC}.items.x-kubernetes-validations[0].rule: Invalid value: "self == oldSelf"')
    assert found[0].endswith(f"oldSelf cannot be used on the uncorrelatable portion of the schema within {SPEC}")


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"group": "nodot"}, "spec.group"),
        ({"scope": "x"}, "spec.scope"),
        ({"names": {"plural": "bads", "kind": "1Bad"}}, "spec.names.kind"),
        ({"names": {"plural": "bads", "kind": "Bad", "listKind": "Bad"}}, "spec.names.listKind"),
        ({"names": {"plural": "bads", "kind": "Bad", "shortNames": ["X"]}}, "spec.names.shortNames[0]"),
        ({"conversion": {"strategy": "Foo"}}, "spec.conversion.strategy"),
        ({"conversion": {"strategy": "Webhook"}}, "spec.conversion.webhookClientConfig"),
        ({"group": "x.k8s.io"}, "metadata.annotations[api-approved.kubernetes.io]"),
    ],
)
def test_the_rest_of_a_definition_is_checked_too(spec: Any, field: str) -> None:
    assert any(error.startswith(f"{field}: ") for error in errors_of(definition(version(EMPTY), **spec)))


@pytest.mark.parametrize(
    ("part", "field"),
    [
        ({"name": "V1"}, "spec.versions[0].name"),
        ({"deprecationWarning": "x"}, "spec.versions[0].deprecationWarning"),
        ({"subresources": {"scale": {"specReplicasPath": "spec.r"}}}, "spec.subresources.scale.specReplicasPath"),
        ({"additionalPrinterColumns": [{"name": "a", "type": "x"}]}, "spec.additionalPrinterColumns[0].type"),
        ({"selectableFields": [{"jsonPath": ".spec.nope"}]}, "spec.selectableFields[0].jsonPath"),
    ],
)
def test_versions_are_checked_part_by_part(part: Any, field: str) -> None:
    declared = {**version(of_spec(type="string")), **part}

    assert any(error.startswith(f"{field}: ") for error in errors_of(definition(declared)))


def test_accepted_names_and_scope_are_there_to_stay() -> None:
    old = prepare_definition_create(definition_with_defaults(definition(version(EMPTY))))
    established = {**old["status"], "conditions": [{"type": "Established", "status": "True"}]}
    changed = {**old, "spec": {**old["spec"], "scope": "Cluster"}}

    assert [str(error) for error in validate_definition_update(changed, old)] == []
    assert [str(error) for error in validate_definition_update(changed, {**old, "status": established})] == [
        'spec.scope: Invalid value: "Cluster": field is immutable'
    ]


def test_a_new_storage_version_is_remembered_beside_the_old_one() -> None:
    old = prepare_definition_create(definition_with_defaults(definition(version(EMPTY))))
    versions = [version(EMPTY, storage=False), version(EMPTY, name="v2")]
    new = prepare_definition_update({**old, "spec": {**old["spec"], "versions": versions}}, old)
    gone = prepare_definition_update({**old, "spec": {**old["spec"], "versions": versions[1:]}}, old)

    assert new["status"]["storedVersions"] == ["v1", "v2"]
    assert new["metadata"]["generation"] == 2
    assert prepare_definition_update(old, old) == old
    assert "missing from spec.versions" in str(validate_definition_update(gone, old)[0])

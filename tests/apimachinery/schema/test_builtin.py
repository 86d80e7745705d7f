from __future__ import annotations

from typing import Any

import pytest

from plimsoll.apimachinery.kinds import BUILT_IN, APIResource
from plimsoll.apimachinery.schema import ABSENT, schema_of, schema_of_kind, schema_of_type
from plimsoll.apimachinery.schema.builtin import type_facts
from plimsoll.kube.resources import CUSTOMRESOURCEDEFINITIONS, DEPLOYMENTS, EVENTS, PODS, SERVICES, Resource


def root(resource: Resource) -> Any:
    return schema_of(resource)


def containers() -> Any:
    return root(PODS).fields["spec"].fields["containers"]


def test_lists_of_containers_merge_by_name() -> None:
    assert containers().list_type == "map"
    assert containers().list_keys == ("name",)
    assert containers().patch_strategy == {"merge"}
    assert containers().merge_key == "name"


def test_volumes_are_replaced_key_by_key() -> None:
    volumes = root(PODS).fields["spec"].fields["volumes"]
    assert volumes.patch_strategy == {"merge", "retainKeys"}


def test_ports_of_containers_are_told_apart_by_two_keys_of_which_one_has_a_default() -> None:
    ports = containers().element.fields["ports"]
    assert ports.list_keys == ("containerPort", "protocol")
    assert ports.element.fields["protocol"].default == "TCP"


def test_enumerations_list_their_values() -> None:
    assert containers().element.fields["imagePullPolicy"].enum == ("Always", "IfNotPresent", "Never")
    assert containers().element.fields["image"].enum == ()


def test_a_field_without_a_default_says_so() -> None:
    assert containers().element.fields["image"].default is ABSENT


def test_types_that_write_themselves_are_told_apart() -> None:
    limits = containers().element.fields["resources"].fields["limits"]
    assert limits.type == "map"
    assert limits.element.type == "quantity"
    assert root(SERVICES).fields["spec"].fields["ports"].element.fields["targetPort"].type == "int-or-string"
    assert root(EVENTS).fields["eventTime"].type == "micro-time"
    assert root(PODS).fields["metadata"].fields["creationTimestamp"].type == "time"


def test_a_type_refers_to_itself_without_end() -> None:
    version = root(CUSTOMRESOURCEDEFINITIONS).fields["spec"].fields["versions"].element
    schema = version.fields["schema"].fields["openAPIV3Schema"]
    for _ in range(5):
        assert schema.type == "object"
        schema = schema.fields["properties"].element


def test_equal_types_share_their_fields() -> None:
    template = root(DEPLOYMENTS).fields["spec"].fields["template"]
    assert template.fields["spec"].fields is root(PODS).fields["spec"].fields


@pytest.mark.parametrize(
    ("field", "zero"),
    [("image", "omitted"), ("name", "filled"), ("resources", "filled"), ("livenessProbe", "kept")],
)
def test_fields_of_a_container_say_what_becomes_of_their_zero_value(field: str, zero: str) -> None:
    assert containers().element.fields[field].zero == zero


def test_a_time_of_an_event_shows_as_null_and_one_of_metadata_not_at_all() -> None:
    assert root(EVENTS).fields["firstTimestamp"].zero == "null"
    assert root(PODS).fields["metadata"].fields["creationTimestamp"].zero == "omitted"


@pytest.mark.parametrize("row", BUILT_IN, ids=lambda row: f"{row.resource.group}-{row.resource.plural}")
def test_every_served_kind_has_a_schema_and_so_do_its_subresources(row: APIResource) -> None:
    assert schema_of(row.resource).type == "object"
    for subresource in row.subresources:
        if not row.kind_of(subresource)[2].endswith("Options"):
            assert schema_of_kind(*row.kind_of(subresource)).type == "object"


def test_every_type_resolves_with_all_that_it_refers_to() -> None:
    for name in type_facts():
        for field in schema_of_type(name).fields.values():
            innermost = field
            while innermost.element is not None:
                innermost = innermost.element
            assert innermost.type


def test_a_kind_that_does_not_exist_is_no_key() -> None:
    with pytest.raises(KeyError):
        schema_of_kind("apps", "v1", "Teapot")

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from plimsoll.apimachinery.apply import FieldSet, Write, apply, update_managed_fields
from plimsoll.apimachinery.schema import Schema, from_openapi, schema_of_kind
from plimsoll.errors import ApiError

STATUS: FieldSet = {"f:status": {}}
CONFIG_MAP = schema_of_kind("", "v1", "ConfigMap")
SERVICE = schema_of_kind("", "v1", "Service")
WIDGET = from_openapi(
    {
        "type": "object",
        "properties": {
            "spec": {
                "type": "object",
                "properties": {
                    "set": {"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": "set"},
                    "list": {"type": "array", "items": {"type": "string"}},
                    "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
                    "whole": {
                        "type": "object",
                        "x-kubernetes-map-type": "atomic",
                        "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
                    },
                    "map": {
                        "type": "array",
                        "x-kubernetes-list-type": "map",
                        "x-kubernetes-list-map-keys": ["name"],
                        "items": {
                            "type": "object",
                            "required": ["name"],
                            "properties": {"name": {"type": "string"}, "value": {"type": "integer"}},
                        },
                    },
                },
            }
        },
    }
)


def write(manager: str, schema: Schema = CONFIG_MAP, second: int = 0, api_version: str = "v1", **more: Any) -> Write:
    return Write(schema=schema, manager=manager, api_version=api_version, time=f"2024-01-01T00:00:{second:02}Z", **more)


def config_map(**data: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": data}


def applied(
    live: dict[str, Any] | None, configuration: dict[str, Any], manager: str, second: int = 0, *, force: bool = False
) -> dict[str, Any]:
    circumstances = write(manager, CONFIG_MAP, second)
    return apply(live, configuration, circumstances, kind="ConfigMap", force=force)


def patched(live: dict[str, Any], data: dict[str, str], manager: str, second: int = 0) -> dict[str, Any]:
    return update_managed_fields(live, {**live, "data": {**live["data"], **data}}, write(manager, second=second))


def owners(value: dict[str, Any]) -> dict[str, Any]:
    return {entry["manager"]: entry["fieldsV1"] for entry in value["metadata"].get("managedFields", [])}


def refusal(call: Callable[..., Any], *arguments: Any, **more: Any) -> ApiError:
    with pytest.raises(ApiError) as refused:
        call(*arguments, **more)
    return refused.value


def widget(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w"}, "spec": spec}


def applied_widget(live: dict[str, Any] | None, manager: str, **spec: Any) -> dict[str, Any]:
    return apply(live, widget(**spec), write(manager, WIDGET, api_version="example.com/v1"), kind="Widget")


def test_apply_creates_what_is_not_there_and_owns_just_what_it_says() -> None:
    made = applied(None, config_map(k1="v1", k2="v2"), "tester")

    assert made["data"] == {"k1": "v1", "k2": "v2"}
    assert made["metadata"]["managedFields"] == [
        {
            "manager": "tester",
            "operation": "Apply",
            "apiVersion": "v1",
            "time": "2024-01-01T00:00:00Z",
            "fieldsType": "FieldsV1",
            "fieldsV1": {"f:data": {"f:k1": {}, "f:k2": {}}},
        }
    ]


def test_applying_the_same_again_changes_nothing_not_even_the_time() -> None:
    made = applied(None, config_map(k="v"), "tester")

    assert applied(made, config_map(k="v"), "tester", 9) == made


def test_what_is_left_out_is_removed() -> None:
    made = applied(None, config_map(k1="v", k2="v"), "tester")
    after = applied(made, config_map(k1="v"), "tester", 1)

    assert after["data"] == {"k1": "v"}
    assert owners(after) == {"tester": {"f:data": {"f:k1": {}}}}


def test_what_others_own_stays() -> None:
    live = patched(applied(None, config_map(k="v"), "tester"), {"other": "x"}, "patcher", 1)
    after = applied(live, config_map(k="w"), "tester", 2)

    assert after["data"] == {"k": "w", "other": "x"}
    assert owners(after) == {"tester": {"f:data": {"f:k": {}}}, "patcher": {"f:data": {"f:other": {}}}}


def test_another_value_of_what_somebody_applied_is_a_conflict() -> None:
    live = applied(None, config_map(k="1", mine="1"), "one")
    error = refusal(applied, live, config_map(k="2"), "two")

    assert (error.code, error.reason) == (409, "Conflict")
    assert error.message == 'Apply failed with 1 conflict: conflict with "one": .data.k'
    assert error.details == {
        "causes": [{"reason": "FieldManagerConflict", "message": 'conflict with "one"', "field": ".data.k"}]
    }


def test_conflicts_are_told_manager_by_manager() -> None:
    live = patched(applied(None, config_map(k="1", mine="1"), "one"), {"k": "patched"}, "patcher", 1)
    error = refusal(applied, live, config_map(k="9", mine="9"), "three")

    assert error.message == (
        'Apply failed with 2 conflicts: conflicts with "one":\n- .data.mine\n'
        'conflicts with "patcher" using v1:\n- .data.k'
    )


def test_equal_values_are_owned_together_until_one_forces_another() -> None:
    live = applied(applied(None, config_map(k="1", mine="1"), "one"), config_map(k="1"), "two", 1)
    shared = owners(live)
    refused = refusal(applied, live, config_map(k="3", mine="1"), "one")
    forced = applied(live, config_map(k="3", mine="1"), "one", 2, force=True)

    assert shared == {"one": {"f:data": {"f:k": {}, "f:mine": {}}}, "two": {"f:data": {"f:k": {}}}}
    assert refused.message == 'Apply failed with 1 conflict: conflict with "two": .data.k'
    assert forced["data"] == {"k": "3", "mine": "1"}
    assert owners(forced) == {"one": {"f:data": {"f:k": {}, "f:mine": {}}}}


def test_an_entry_that_came_without_a_change_has_no_time() -> None:
    live = applied(None, config_map(k="1"), "one")
    shared = applied(live, config_map(k="1"), "two", 1)

    assert [entry.get("time") for entry in shared["metadata"]["managedFields"]] == [None, "2024-01-01T00:00:00Z"]


def test_an_empty_map_is_owned_as_such() -> None:
    live = applied(applied(None, config_map(k="3"), "one"), config_map(), "two", 1)

    assert owners(live) == {"one": {"f:data": {"f:k": {}}}, "two": {"f:data": {}}}
    assert live["data"] == {"k": "3"}


def test_what_was_there_before_the_first_apply_gets_an_owner() -> None:
    live = {**config_map(k="1"), "metadata": {"name": "a", "uid": "u"}}
    after = applied(live, config_map(n="1"), "one")

    assert owners(after) == {"before-first-apply": {"f:data": {".": {}, "f:k": {}}}, "one": {"f:data": {"f:n": {}}}}
    assert refusal(applied, live, config_map(k="2"), "one").message == (
        'Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .data.k'
    )


def service(*ports: dict[str, Any], **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "s"},
        "spec": {**spec, **({"ports": list(ports)} if ports else {})},
    }


def test_keyed_elements_have_several_owners_and_go_with_the_last() -> None:
    http = {"port": 80, "protocol": "TCP"}
    first = {**http, "name": "first"}
    second = {"port": 81, "protocol": "TCP", "name": "second"}
    one, two = write("one", SERVICE, reset=STATUS), write("two", SERVICE, reset=STATUS)
    live = apply(None, service(http, clusterIP="None", selector={"a": "b"}), one, kind="Service")
    live = {**live, "spec": {**live["spec"], "ports": [{**http, "targetPort": 80}]}}
    both = apply(live, service(first, second), two, kind="Service")
    left = apply(both, {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}}, one, kind="Service")
    alone = apply(both, service(first), two, kind="Service")

    assert owners(both)["one"] == {
        "f:spec": {
            "f:clusterIP": {},
            "f:ports": {'k:{"port":80,"protocol":"TCP"}': {".": {}, "f:port": {}, "f:protocol": {}}},
            "f:selector": {},
        }
    }
    assert both["spec"]["ports"] == [{**first, "targetPort": 80}, second]
    assert left["spec"] == {"ports": [{**first, "targetPort": 80}, second]}
    assert list(owners(left)) == ["two"]
    assert alone["spec"]["ports"] == [{**first, "targetPort": 80}]


def test_a_key_that_is_left_out_is_the_default_of_its_field() -> None:
    made = apply(None, service({"port": 80}), write("one", SERVICE), kind="Service")

    assert owners(made) == {"one": {"f:spec": {"f:ports": {'k:{"port":80,"protocol":"TCP"}': {".": {}, "f:port": {}}}}}}


def test_sets_are_merged_and_lists_replaced() -> None:
    live = applied_widget(None, "one", set=["a", "b"], list=["1"])
    after = applied_widget(live, "two", set=["b", "c"])
    given_up = applied_widget(after, "one", set=["b"])

    assert after["spec"] == {"set": ["a", "b", "c"], "list": ["1"]}
    assert refusal(applied_widget, after, "two", list=["2"]).message.endswith('conflict with "one": .spec.list')
    assert given_up["spec"] == {"set": ["b", "c"]}


def test_an_atomic_map_is_owned_whole() -> None:
    live = applied_widget(None, "one", whole={"a": "1"})

    assert owners(live) == {"one": {"f:spec": {"f:whole": {}}}}
    assert refusal(applied_widget, live, "two", whole={"b": "1"}).message.endswith(".spec.whole")


def test_fields_that_no_schema_knows_are_owned_one_by_one() -> None:
    live = applied_widget(None, "one", free={"a": {"b": 1, "l": [1]}})
    after = applied_widget(live, "two", free={"a": {"c": 2}})

    assert after["spec"]["free"] == {"a": {"b": 1, "l": [1], "c": 2}}
    assert owners(live) == {"one": {"f:spec": {"f:free": {"f:a": {".": {}, "f:b": {}, "f:l": {}}}}}}


def test_elements_take_the_order_of_the_configuration_and_others_keep_theirs() -> None:
    live = applied_widget(None, "one", map=[{"name": name} for name in "abcd"])
    after = applied_widget(live, "two", map=[{"name": "e"}, {"name": "d"}, {"name": "b"}])

    assert [element["name"] for element in after["spec"]["map"]] == ["a", "c", "e", "d", "b"]


@pytest.mark.parametrize(
    ("configuration", "code", "message"),
    [
        ({"metadata": {"name": "a"}}, 400, "invalid object type: /, Kind="),
        ({**config_map(), "apiVersion": "apps/v1"}, 400, "invalid object type: apps/v1, Kind=ConfigMap"),
        ({**config_map(), "metadata": {"managedFields": []}}, 400, "metadata.managedFields must be nil"),
        (
            {**config_map(), "nonsense": 1},
            500,
            "failed to create typed patch object (/a; /v1, Kind=ConfigMap): .nonsense: field not declared in schema",
        ),
        (
            {**config_map(), "data": "text"},
            500,
            "failed to create typed patch object (/a; /v1, Kind=ConfigMap): .data: expected map, got &{text}",
        ),
        (
            {**config_map(), "immutable": "yes", "data": {"a": 1}},
            500,
            (
                "failed to create typed patch object (/a; /v1, Kind=ConfigMap): errors:\n"
                "  .immutable: expected boolean, got &{yes}\n"
                "  .data.a: expected string, got &value.valueUnstructured{Value:1}"
            ),
        ),
    ],
)
def test_configurations_that_do_not_fit_are_refused(configuration: Any, code: int, message: str) -> None:
    error = refusal(applied, None, dict(sorted(configuration.items(), key=lambda item: item[0] == "data")), "one")

    assert (error.code, error.message) == (code, message)


def test_an_element_may_be_applied_once() -> None:
    ports = [{"port": 80, "protocol": "TCP"}, {"port": 80, "protocol": "TCP"}]
    error = refusal(apply, None, service(*ports), write("one", SERVICE), kind="Service")

    assert error.message.endswith('.spec.ports: duplicate entries for key [port=80,protocol="TCP"]')


def test_an_element_without_its_key_is_refused() -> None:
    message = refusal(applied_widget, None, "one", map=[{"value": 1}]).message

    assert ".spec.map: element 0: associative list with keys has an element that omits all key fields" in message


def test_kubectl_takes_over_what_it_applied_on_the_client_s_side() -> None:
    last = config_map(k="1")
    annotation = {"kubectl.kubernetes.io/last-applied-configuration": json.dumps(last)}
    new = {**last, "metadata": {"name": "a", "annotations": annotation}}
    live = update_managed_fields(None, new, write("kubectl-client-side-apply"))
    after = applied(live, config_map(k="2"), "kubectl", 1)
    annotated = json.loads(after["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"])

    assert after["data"] == {"k": "2"}
    assert annotated == config_map(k="2")
    assert refusal(applied, live, config_map(k="2"), "somebody").code == 409


def test_kubectl_does_not_take_over_what_others_changed_since() -> None:
    last = config_map(k="1")
    annotation = {"kubectl.kubernetes.io/last-applied-configuration": json.dumps(last)}
    new = {**last, "metadata": {"name": "a", "annotations": annotation}}
    live = patched(update_managed_fields(None, new, write("kubectl-client-side-apply")), {"k": "x"}, "patcher", 1)

    assert refusal(applied, live, config_map(k="2"), "kubectl").message.endswith(".data.k")


def test_neither_object_nor_configuration_is_changed() -> None:
    live = applied(None, config_map(k1="v", k2="v"), "tester")
    configuration = config_map(k1="w")
    before = copy.deepcopy((live, configuration))
    applied(live, configuration, "tester")

    assert (live, configuration) == before

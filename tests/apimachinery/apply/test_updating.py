from __future__ import annotations

import copy
from typing import Any

import pytest

from plimsoll.apimachinery.apply import FieldSet, Write, field_manager, update_managed_fields
from plimsoll.apimachinery.schema import Schema, schema_of_kind

STATUS: FieldSet = {"f:status": {}}
CONFIG_MAP = schema_of_kind("", "v1", "ConfigMap")
SERVICE = schema_of_kind("", "v1", "Service")
POD = schema_of_kind("", "v1", "Pod")


def write(manager: str, schema: Schema = CONFIG_MAP, second: int = 0, **more: Any) -> Write:
    time = f"2024-01-01T00:00:{second:02}Z"
    return Write(schema=schema, manager=manager, api_version="v1", time=time, **more)


def config_map(data: dict[str, str], **metadata: Any) -> dict[str, Any]:
    metadata = {"name": "a", "uid": "u", "resourceVersion": "1", **metadata}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def owners(value: dict[str, Any]) -> dict[str, Any]:
    return {
        entry["manager"] + ("/" + entry["subresource"] if "subresource" in entry else ""): entry["fieldsV1"]
        for entry in value["metadata"].get("managedFields", [])
    }


def kept(value: dict[str, Any]) -> list[Any]:
    return list(value["metadata"]["managedFields"])


def created(manager: str = "one", **labels: str) -> dict[str, Any]:
    return update_managed_fields(None, config_map({"k": "1"}, labels=labels or {"l": "1"}), write(manager))


def test_the_creator_owns_what_it_wrote_and_none_of_the_system_s_fields() -> None:
    assert kept(created("conformance")) == [
        {
            "manager": "conformance",
            "operation": "Update",
            "apiVersion": "v1",
            "time": "2024-01-01T00:00:00Z",
            "fieldsType": "FieldsV1",
            "fieldsV1": {
                "f:data": {".": {}, "f:k": {}},
                "f:metadata": {"f:labels": {".": {}, "f:l": {}}},
            },
        }
    ]


def test_objects_of_one_shape_share_the_fields_of_their_creator() -> None:
    first, second = created(l="1"), created(l="2")

    assert kept(first)[0]["fieldsV1"] is kept(second)[0]["fieldsV1"]


def test_who_updates_takes_over_what_it_changes() -> None:
    live = created()
    after = update_managed_fields(live, config_map({"k": "2", "n": "1"}, labels={"l": "1"}), write("two", second=1))

    assert owners(after) == {
        "one": {"f:data": {}, "f:metadata": {"f:labels": {".": {}, "f:l": {}}}},
        "two": {"f:data": {"f:k": {}, "f:n": {}}},
    }


def test_removed_fields_are_nobody_s() -> None:
    live = created()
    after = update_managed_fields(live, config_map({}), write("two", second=1))

    assert owners(after) == {"one": {"f:data": {}}}


def test_a_manager_without_fields_is_gone() -> None:
    live = update_managed_fields(None, config_map({"k": "1"}), write("one"))
    bare = {key: value for key, value in config_map({}).items() if key != "data"}

    assert "managedFields" not in update_managed_fields(live, bare, write("two"))["metadata"]


def test_a_write_that_changes_nothing_leaves_the_entries_alone() -> None:
    live = created()
    after = update_managed_fields(live, config_map({"k": "1"}, labels={"l": "1"}), write("one", second=5))

    assert kept(after) == kept(live)


def test_an_object_is_not_changed_by_being_written_again() -> None:
    live = created()
    new = config_map({"k": "2"})
    before = copy.deepcopy((live, new))
    update_managed_fields(live, new, write("two"))

    assert (live, new) == before


def test_finalizers_are_owned_one_by_one() -> None:
    live = created()
    new = {**live, "metadata": {**live["metadata"], "finalizers": ["example.com/x"]}}
    after = update_managed_fields(live, new, write("fin", second=1))

    assert owners(after)["fin"] == {"f:metadata": {"f:finalizers": {".": {}, 'v:"example.com/x"': {}}}}


def test_the_status_is_owned_by_whom_writes_it_through_the_subresource() -> None:
    service: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "s", "uid": "u"},
        "spec": {
            "clusterIP": "None",
            "internalTrafficPolicy": "Cluster",
            "ports": [{"name": "a", "port": 1, "protocol": "TCP", "targetPort": 1}],
            "sessionAffinity": "None",
            "type": "ClusterIP",
        },
        "status": {"loadBalancer": {}},
    }
    live = update_managed_fields(None, service, write("conformance", SERVICE, reset=STATUS))
    condition = {"type": "Example", "status": "True", "reason": "R", "message": "", "lastTransitionTime": "t"}
    new = {**live, "status": {"loadBalancer": {}, "conditions": [condition]}}
    after = update_managed_fields(
        live, new, write("conformance", SERVICE, 1, subresource="status", reset={"f:spec": {}})
    )
    port: FieldSet = {".": {}, "f:name": {}, "f:port": {}, "f:protocol": {}, "f:targetPort": {}}

    assert owners(after) == {
        "conformance": {
            "f:spec": {
                "f:clusterIP": {},
                "f:internalTrafficPolicy": {},
                "f:ports": {".": {}, 'k:{"port":1,"protocol":"TCP"}': port},
                "f:sessionAffinity": {},
                "f:type": {},
            }
        },
        "conformance/status": {
            "f:status": {
                "f:conditions": {
                    ".": {},
                    'k:{"type":"Example"}': {
                        ".": {},
                        "f:lastTransitionTime": {},
                        "f:message": {},
                        "f:reason": {},
                        "f:status": {},
                        "f:type": {},
                    },
                }
            }
        },
    }


def test_structures_that_are_always_there_are_not_owned_but_lists_of_containers_are_by_element() -> None:
    container = {"name": "a", "image": "i", "resources": {}, "ports": [{"containerPort": 80, "protocol": "TCP"}]}
    pod = {"metadata": {"name": "p"}, "spec": {"containers": [container]}, "status": {}}
    fields = owners(update_managed_fields(None, pod, write("k", POD, reset=STATUS)))["k"]

    assert fields == {
        "f:spec": {
            "f:containers": {
                'k:{"name":"a"}': {
                    ".": {},
                    "f:image": {},
                    "f:name": {},
                    "f:ports": {
                        ".": {},
                        'k:{"containerPort":80,"protocol":"TCP"}': {
                            ".": {},
                            "f:containerPort": {},
                            "f:protocol": {},
                        },
                    },
                    "f:resources": {},
                }
            }
        }
    }


@pytest.mark.parametrize("entries", [[], [{}]])
def test_managed_fields_can_be_cleared_and_stay_so(entries: list[Any]) -> None:
    live = created()
    cleared = update_managed_fields(
        live, {**live, "metadata": {**live["metadata"], "managedFields": entries}}, write("x")
    )
    again = update_managed_fields(cleared, config_map({"k": "9"}), write("x"))

    assert "managedFields" not in cleared["metadata"]
    assert "managedFields" not in again["metadata"]


@pytest.mark.parametrize(
    "entry",
    [
        {"operation": "Apply"},
        {"operation": "Nonsense", "apiVersion": "v1", "fieldsType": "FieldsV1"},
        {"operation": "Update", "apiVersion": "v1", "fieldsType": "FieldsV2"},
        {"operation": "Update", "apiVersion": "v1"},
        {"operation": "Update", "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": {"data": {}}},
        "text",
    ],
)
def test_entries_that_make_no_sense_are_ignored(entry: Any) -> None:
    live = created()
    after = update_managed_fields(
        live, {**live, "metadata": {**live["metadata"], "managedFields": [entry]}}, write("x")
    )

    assert kept(after) == kept(live)


def test_entries_that_a_client_edits_are_taken_over() -> None:
    live = created()
    edited = [{**kept(live)[0], "manager": "renamed"}]
    after = update_managed_fields(live, {**live, "metadata": {**live["metadata"], "managedFields": edited}}, write("x"))

    assert list(owners(after)) == ["renamed"]


def test_an_object_without_owners_gets_none_by_updates() -> None:
    live = config_map({"k": "1"})

    assert "managedFields" not in update_managed_fields(live, config_map({"k": "2"}), write("x"))["metadata"]


def test_of_more_than_ten_updaters_the_oldest_become_one() -> None:
    live = update_managed_fields(None, config_map({"k0": "x"}), write("m00"))
    for number in range(1, 13):
        data = {**live["data"], f"k{number}": "x"}
        live = update_managed_fields(live, {**live, "data": data}, write(f"m{number:02}", second=number))

    assert len(owners(live)) == 10
    assert owners(live)["ancient-changes"] == {"f:data": {".": {}, "f:k0": {}, "f:k1": {}, "f:k2": {}, "f:k3": {}}}
    assert kept(live)[0]["time"] == "2024-01-01T00:00:03Z"


@pytest.mark.parametrize(
    ("requested", "agent", "manager"),
    [
        ("mine", "kubectl/v1.36", "mine"),
        ("", "kubectl-edit/v1 (linux) x", "kubectl-edit"),
        ("", "a\x00b\n/1", "ab"),
        ("", "x" * 200, "x" * 128),
        ("", "", ""),
    ],
)
def test_the_manager_is_named_by_the_request_or_the_user_agent(requested: str, agent: str, manager: str) -> None:
    assert field_manager(requested, agent) == manager


def test_a_manager_without_a_name_is_unknown() -> None:
    assert list(owners(update_managed_fields(None, config_map({"k": "1"}), write("")))) == ["unknown"]

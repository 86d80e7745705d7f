from __future__ import annotations

from functools import cache
from typing import Any

import orjson
import pytest

from plimsoll.apimachinery.kinds import Catalogue
from plimsoll.apimachinery.openapi import OpenAPIDocuments
from plimsoll.kube.resources import Object

POD = "io.k8s.api.core.v1.Pod"
NAMESPACED = "/api/v1/namespaces/{namespace}/pods"


def definition(kind: str = "Widget") -> Object:
    names = {"plural": f"{kind.lower()}s", "kind": kind, "listKind": f"{kind}List"}
    schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": {"size": {"type": "integer"}}}}}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    return {
        "spec": {
            "group": "example.com",
            "scope": "Namespaced",
            "names": names,
            "versions": [{**version, "subresources": {"status": {}, "scale": {}}}],
        },
        "status": {"acceptedNames": names, "conditions": [{"type": "Established", "status": "True"}]},
    }


@cache
def served() -> OpenAPIDocuments:
    return OpenAPIDocuments(Catalogue())


def custom(*kinds: str) -> OpenAPIDocuments:
    definitions = [definition(kind) for kind in kinds]
    return OpenAPIDocuments(Catalogue(definitions), definitions)


def document(place: str, documents: OpenAPIDocuments | None = None) -> Any:
    body = (documents or served()).document(place)
    assert body is not None
    return orjson.loads(body)


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*(references(part) for part in value.values()))
    return set().union(*(references(part) for part in value)) if isinstance(value, list) else set()


def test_the_index_leads_to_every_group_and_version() -> None:
    paths = served().index()["paths"]
    assert set(paths) == {
        f"apis/{group}/{version}" if group else f"api/{version}" for group, version in Catalogue().by_group_version
    }
    address = paths["apis/apps/v1"]["serverRelativeURL"]
    assert address == f"/openapi/v3/apis/apps/v1?hash={served().hash_of('apis/apps/v1')}"


def test_what_is_not_served_has_no_document() -> None:
    assert served().document("apis/apps/v9") is None
    with pytest.raises(KeyError):
        served().hash_of("apis/apps/v9")


@pytest.mark.parametrize("place", sorted(OpenAPIDocuments(Catalogue()).index()["paths"]))
def test_a_document_refers_to_nothing_outside_of_it(place: str) -> None:
    found = document(place)
    components = {f"#/components/schemas/{name}" for name in found["components"]["schemas"]}
    assert references(found) <= components


@pytest.mark.parametrize("place", sorted(OpenAPIDocuments(Catalogue()).index()["paths"]))
def test_no_two_operations_of_a_document_have_the_same_name(place: str) -> None:
    names = [
        operation["operationId"]
        for item in document(place)["paths"].values()
        for method, operation in item.items()
        if method != "parameters"
    ]
    assert len(names) == len(set(names))


def test_a_kind_says_what_it_is() -> None:
    schema = document("api/v1")["components"]["schemas"][POD]
    assert schema["x-kubernetes-group-version-kind"] == [{"group": "", "version": "v1", "kind": "Pod"}]
    assert schema["description"] == "One or more containers that run together on a node."
    assert schema["properties"]["spec"]["allOf"] == [{"$ref": "#/components/schemas/io.k8s.api.core.v1.PodSpec"}]


def test_lists_say_how_they_merge() -> None:
    spec = document("api/v1")["components"]["schemas"]["io.k8s.api.core.v1.PodSpec"]
    containers = spec["properties"]["containers"]
    assert containers["x-kubernetes-patch-merge-key"] == "name"
    assert containers["x-kubernetes-list-map-keys"] == ["name"]


@pytest.mark.parametrize(("method", "path"), [("post", ""), ("put", "/{name}"), ("patch", "/{name}")])
def test_every_change_can_be_tried_and_validated(method: str, path: str) -> None:
    operation = document("api/v1")["paths"][NAMESPACED + path][method]
    names = {parameter["name"] for parameter in operation["parameters"]}
    assert {"dryRun", "fieldManager", "fieldValidation"} <= names
    assert operation["x-kubernetes-group-version-kind"] == {"group": "", "version": "v1", "kind": "Pod"}


def test_operations_are_named_as_in_kubernetes() -> None:
    paths = document("api/v1")["paths"]
    assert paths[NAMESPACED]["get"]["operationId"] == "listCoreV1NamespacedPod"
    assert paths[NAMESPACED]["delete"]["operationId"] == "deleteCoreV1CollectionNamespacedPod"
    assert paths["/api/v1/pods"]["get"]["operationId"] == "listCoreV1PodForAllNamespaces"
    assert paths[f"{NAMESPACED}/{{name}}/log"]["get"]["operationId"] == "readCoreV1NamespacedPodLog"
    assert paths["/api/v1/nodes/{name}"]["put"]["operationId"] == "replaceCoreV1Node"


def test_a_subresource_takes_its_own_kind() -> None:
    item = document("apis/apps/v1")["paths"]["/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale"]
    (body,) = item["put"]["requestBody"]["content"].values()
    assert body["schema"]["$ref"] == "#/components/schemas/io.k8s.api.autoscaling.v1.Scale"


def test_custom_resources_have_a_document_of_their_own() -> None:
    found = document("apis/example.com/v1", custom("Widget"))
    widget = found["components"]["schemas"]["com.example.v1.Widget"]
    assert widget["properties"]["spec"]["properties"]["size"] == {"type": "integer"}
    assert widget["properties"]["metadata"]["allOf"][0]["$ref"].endswith("ObjectMeta")
    assert "com.example.v1.WidgetList" in found["components"]["schemas"]
    path = "/apis/example.com/v1/namespaces/{namespace}/widgets/{name}"
    assert "application/strategic-merge-patch+json" not in found["paths"][path]["patch"]["requestBody"]["content"]
    assert references(found) <= {f"#/components/schemas/{name}" for name in found["components"]["schemas"]}


def test_an_address_changes_with_what_its_document_is_made_from_and_only_then() -> None:
    assert custom("Widget").hash_of("apis/example.com/v1") != custom("Widget", "Gadget").hash_of("apis/example.com/v1")
    assert custom("Widget").hash_of("apis/apps/v1") == served().hash_of("apis/apps/v1")

"""Bodies that are well-formed, and meant to hurt: each is refused as the client's fault, or does nothing."""

from __future__ import annotations

import json
from functools import cache
from itertools import product
from typing import Any

import pytest

from plimsoll.apimachinery.decoding.bounds import MAX_DEPTH
from plimsoll.serve.requestinfo import MAX_PARAMETERS
from tests.serve.frontends import Served, served

CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"
DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"
WIDGETS = "/apis/example.com/v1/namespaces/default/widgets"
JSON, YAML = {"content-type": "application/json"}, {"content-type": "application/yaml"}
PATCHES = ("merge-patch+json", "strategic-merge-patch+json", "json-patch+json", "apply-patch+yaml")
ODDITIES: tuple[Any, ...] = (None, [], 1, "x", True, {}, [None], [1], {"a": None})
DEEP = MAX_DEPTH + 100


@cache
def api() -> Served:
    """A cluster with a config map, a deployment, and a custom resource that may hold anything."""
    cluster = served()
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    scale = {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"}
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": schema},
        "subresources": {"status": {}, "scale": scale},
    }
    names = {"plural": "widgets", "kind": "Widget"}
    spec = {"group": "example.com", "scope": "Namespaced", "names": names, "versions": [version]}
    definition = {"metadata": {"name": "widgets.example.com"}, "spec": spec}
    create(cluster, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition)
    cluster.clock[0] += 5.0
    cluster.ask("GET", "/version")
    labels = {"a": "b"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    create(cluster, CONFIG_MAPS, {"metadata": {"name": "c"}, "data": {"a": "x" * 1000}})
    workload = {"replicas": 0, "selector": {"matchLabels": labels}, "template": template}
    create(cluster, DEPLOYMENTS, {"metadata": {"name": "c"}, "spec": workload})
    create(cluster, WIDGETS, {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "c"}})
    return cluster


def create(cluster: Served, target: str, body: Any) -> None:
    assert cluster.ask("POST", target, body).status == 201


def nested(opening: bytes, closing: bytes, depth: int) -> bytes:
    return opening * depth + b"1" + closing * depth


@pytest.mark.parametrize("headers", [JSON, YAML])
@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
@pytest.mark.parametrize("depth", [DEEP, 1000, 100_000])
@pytest.mark.parametrize("target", [CONFIG_MAPS, WIDGETS])
def test_what_is_nested_too_deeply_is_refused(
    target: str, depth: int, opening: bytes, closing: bytes, headers: dict[str, str]
) -> None:
    body = b'{"apiVersion":"example.com/v1","kind":"Widget","x":' + nested(opening, closing, depth) + b"}"
    reply = api().ask("POST", target, raw=body, headers=headers)
    assert (reply.status, reply.json["reason"]) == (400, "BadRequest")
    for patch in PATCHES:
        headers = {"content-type": f"application/{patch}"}
        reply = api().ask("PATCH", f"{target}/c?fieldManager=f", raw=nested(opening, closing, depth), headers=headers)
        assert reply.status in {400, 415}


@pytest.mark.parametrize("headers", [JSON, YAML])
def test_what_is_nested_as_deeply_as_can_be_is_stored_and_shown_in_every_form(headers: dict[str, str]) -> None:
    name = headers["content-type"].rpartition("/")[2]
    deep = nested(b'{"a":', b"}", MAX_DEPTH - 2)
    body = f'{{"apiVersion":"example.com/v1","kind":"Widget","metadata":{{"name":"{name}"}},"x":'.encode() + deep + b"}"
    assert api().ask("POST", WIDGETS, raw=body, headers=headers).status == 201
    forms = ("application/json", "application/yaml", "application/json;as=Table;v=v1;g=meta.k8s.io")
    for target, form in product((WIDGETS, f"{WIDGETS}/{name}", f"{WIDGETS}?includeObject=Object"), forms):
        assert api().ask("GET", target, headers={"accept": form}).status == 200


def test_aliases_that_multiply_are_not_followed() -> None:
    lines = ['a0: &a0 ["lol"]']
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 12)]
    reply = api().ask("POST", CONFIG_MAPS, raw="\n".join(lines).encode(), headers=YAML)
    assert reply.status == 400
    assert "excessive aliasing" in reply.json["message"]


@pytest.mark.parametrize("text", ["a: &a [*a]", "&a {a: *a}", "a: &a {<<: *a}"])
def test_an_anchor_within_itself_is_refused(text: str) -> None:
    assert api().ask("POST", CONFIG_MAPS, raw=text.encode(), headers=YAML).status == 400


@pytest.mark.parametrize(
    "number", ["1e999", "-1e999", "9" * 400, "18446744073709551616", "-9223372036854775809", "9" * 9999]
)
@pytest.mark.parametrize("headers", [JSON, YAML])
def test_giant_numbers_are_refused(number: str, headers: dict[str, str]) -> None:
    text = f'{{"metadata":{{"name":"giant"}},"spec":{{"replicas":{number},"selector":{{}},"template":{{}}}}}}'
    assert api().ask("POST", DEPLOYMENTS, raw=text.encode(), headers=headers).status == 400


@pytest.mark.parametrize(
    "body",
    [
        b'{"metadata":{"name":"n\x00"}}',
        b'{"metadata":{"name":"n\\u0000"}}',
        b'{"metadata":{"name":"\xff\xfe"}}',
        b'{"metadata":{"name":"s","labels":{"\\udc00":"x"}}}',
        b'{"metadata":{"name":"s"},"data":{"a":"\\ud800"}}',
        b'\xef\xbb\xbf{"metadata":{"name":"bom"}}',
    ],
)
def test_texts_that_are_none_are_refused(body: bytes) -> None:
    assert api().ask("POST", CONFIG_MAPS, raw=body, headers=JSON).status in {400, 422}


def test_copies_of_copies_are_not_made() -> None:
    grow = [{"op": "copy", "from": "/data", "path": f"/data/k{number}"} for number in range(60)]
    deepen = [{"op": "add", "path": "/x" + "/a" * depth, "value": {}} for depth in range(1200)]
    for operations in (grow, deepen):
        headers = {"content-type": "application/json-patch+json"}
        assert api().ask("PATCH", f"{CONFIG_MAPS}/c", operations, headers=headers).status == 422


def test_warnings_without_number_are_cut_short() -> None:
    body = {"metadata": {"name": "warned"}, "x" * 100_000: 1, **{f"x{number}": 1 for number in range(10_000)}}
    reply = api().ask("POST", f"{CONFIG_MAPS}?fieldValidation=Warn&dryRun=All", body)
    assert reply.status == 201
    assert len(reply.headers["warning"]) < 1000
    strict = api().ask("POST", f"{CONFIG_MAPS}?fieldValidation=Strict", body)
    assert strict.json["message"].count("unknown field") == 100


def test_a_query_without_end_is_refused() -> None:
    query = "&".join(f"a{number}=1" for number in range(MAX_PARAMETERS + 1))
    assert api().ask("GET", f"{CONFIG_MAPS}?{query}").status == 400


KINDS = (
    (CONFIG_MAPS, "v1", "ConfigMap"),
    (DEPLOYMENTS, "apps/v1", "Deployment"),
    (WIDGETS, "example.com/v1", "Widget"),
)
PLACES: tuple[str, ...] = (
    "metadata",
    "spec",
    "status",
    "data",
    "kind",
    "apiVersion",
    "metadata.name",
    "metadata.labels",
)
PLACES += ("metadata.ownerReferences", "metadata.finalizers", "metadata.managedFields", "metadata.creationTimestamp")
PLACES += ("metadata.generation", "metadata.uid", "metadata.generateName", "spec.replicas", "spec.template")


def odd_bodies(api_version: str, kind: str) -> list[Any]:
    """Bodies that hold what does not belong there, in one place each."""
    found: list[Any] = list(ODDITIES)
    for place, oddity in product(PLACES, ODDITIES):
        outer, _, inner = place.partition(".")
        body: dict[str, Any] = {"apiVersion": api_version, "kind": kind, "metadata": {"name": "c"}}
        body[outer] = {**body.get(outer, {}), inner: oddity} if inner else oddity
        found.append(body)
    return found


@pytest.mark.parametrize(("target", "api_version", "kind"), KINDS)
def test_whatever_stands_in_the_wrong_place_is_the_fault_of_the_client(
    target: str, api_version: str, kind: str
) -> None:
    json_type, name = "application/json", f"{target}/c"
    ways = [("POST", f"{target}?dryRun=All", json_type), ("PUT", name, json_type), ("PUT", f"{name}/status", json_type)]
    ways += [("PUT", f"{name}/scale", json_type), ("DELETE", f"{name}?dryRun=All", json_type)]
    ways += [("PATCH", f"{name}/scale", "application/merge-patch+json")]
    ways += [("PATCH", f"{name}?fieldManager=f&dryRun=All", f"application/{patch}") for patch in PATCHES]
    ways += [("PATCH", f"{target}/new?fieldManager=f&dryRun=All", "application/apply-patch+yaml")]
    for body, (method, where, media_type) in product(odd_bodies(api_version, kind), ways):
        reply = api().ask(method, where, raw=json.dumps(body).encode(), headers={"content-type": media_type})
        assert reply.status < 500 or "InternalError" not in str(reply.json.get("reason", "")), (method, where, body)

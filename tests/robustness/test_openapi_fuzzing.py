"""Requests made from the served OpenAPI documents, as they describe them and as they do not."""

from __future__ import annotations

from functools import cache
from itertools import islice
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema import Draft4Validator
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok

from tests.serve.frontends import Reply, Served, served

STATUS_FIELDS = {"kind": "Status", "apiVersion": "v1", "status": "Failure"}
DELIBERATE_FAILURES = ("target.name: Required value", "target.kind: Unsupported value")
"""A real server answers 500 to a binding without a target, too."""

EVERY = 12
"""One operation of so many is tried with examples of all kinds in the quick test; the others in the slow one."""

HEAVY = ("Pod", "PodTemplate", "CustomResourceDefinition")
"""Kinds of which inventing one takes seconds."""

GROUP_VERSIONS = (
    "api/v1",
    *(
        f"apis/{name}"
        for name in (
            "admissionregistration.k8s.io/v1",
            "apiextensions.k8s.io/v1",
            "apiregistration.k8s.io/v1",
            "apps/v1",
            "authentication.k8s.io/v1",
            "authorization.k8s.io/v1",
            "autoscaling/v1",
            "autoscaling/v2",
            "batch/v1",
            "certificates.k8s.io/v1",
            "coordination.k8s.io/v1",
            "discovery.k8s.io/v1",
            "events.k8s.io/v1",
            "kwok.x-k8s.io/v1alpha1",
            "flowcontrol.apiserver.k8s.io/v1",
            "metrics.k8s.io/v1beta1",
            "networking.k8s.io/v1",
            "node.k8s.io/v1",
            "policy/v1",
            "rbac.authorization.k8s.io/v1",
            "resource.k8s.io/v1",
            "scheduling.k8s.io/v1",
            "storage.k8s.io/v1",
        )
    ),
)


AnyCase = Case[Any]


@cache
def api() -> Served:
    """A cluster whose client is always gone already, so that every watch ends as it begins."""
    cluster = served()
    cluster.connection.is_lost = True
    return cluster


@cache
def document(group_version: str) -> Any:
    index = api().ask("GET", "/openapi/v3").json["paths"]
    return api().ask("GET", index[group_version]["serverRelativeURL"]).json


def ask(case: AnyCase) -> Reply:
    """Send a case as the ``requests`` library would."""
    prepared = requests.Request(**case.as_transport_kwargs(base_url="https://server")).prepare()
    body = prepared.body or b""
    raw = body.encode() if isinstance(body, str) else body
    assert isinstance(raw, bytes)
    sent = {name: value for name, value in prepared.headers.items() if name.lower() != "authorization"}
    headers = {name: value if isinstance(value, str) else value.decode("latin-1") for name, value in sent.items()}
    return api().ask(str(prepared.method), prepared.path_url, headers=headers, raw=raw)


def check(case: AnyCase, reply: Reply) -> None:
    assert reply.status < 500 or reply.json["message"].startswith(DELIBERATE_FAILURES), reply.body
    assert b"Traceback" not in reply.body
    media_type = reply.headers["content-type"].partition(";")[0]
    if reply.status >= 400:
        if media_type == "application/json":
            answer = reply.json
            assert answer.items() >= STATUS_FIELDS.items()
            assert answer["code"] == reply.status
            assert answer["message"]
        else:
            assert (media_type, reply.body) == ("text/plain", b"404 page not found\n")
        return
    if media_type != "application/json" or "watch" in (case.query or {}):
        return
    documented = case.operation.definition.raw["responses"]
    assert str(reply.status) in documented
    schema = documented[str(reply.status)]["content"]["application/json"]["schema"]
    if reply.json.get("kind") != "Status":
        conforms(schema, reply.json, case.operation.schema.raw_schema["components"])


def conforms(schema: Any, answer: Any, components: Any) -> None:
    errors = Draft4Validator({**schema, "components": components}).iter_errors(answer)
    assert [f"{error.json_path}: {error.message:.200}" for error in islice(errors, 5)] == []


def fuzz(operation: Any, mode: GenerationMode, examples: int) -> None:
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=examples, phases=[Phase.generate], suppress_health_check=list(HealthCheck), database=None)
    def run(case: AnyCase) -> None:
        check(case, ask(case))

    run()


def operations(group_version: str) -> list[Any]:
    described = schemathesis.openapi.from_dict(document(group_version)).get_all_operations()
    return [result.ok() for result in described if isinstance(result, Ok)]


def is_heavy(operation: Any) -> bool:
    kind = operation.definition.raw.get("x-kubernetes-group-version-kind", {}).get("kind", "")
    return operation.method.upper() in {"POST", "PUT"} and kind in HEAVY


def test_every_group_version_that_is_served_is_tried() -> None:
    assert set(api().ask("GET", "/openapi/v3").json["paths"]) <= {*GROUP_VERSIONS}


@pytest.mark.parametrize("group_version", GROUP_VERSIONS)
def test_requests_made_from_the_documents_never_break_the_server(group_version: str) -> None:
    light = [operation for operation in operations(group_version) if not is_heavy(operation)]
    for number, operation in enumerate(light[::EVERY]):
        fuzz(operation, (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)[number % 2], 2)


@pytest.mark.slow
@pytest.mark.parametrize("group_version", ["api/v1", "apis/apps/v1"])
def test_many_requests_made_from_the_documents_never_break_the_server(group_version: str) -> None:
    for number, operation in enumerate(operations(group_version)[::EVERY]):
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            fuzz(operation, mode, 2 + number % 2)

"""Version 2 of OpenAPI, which clients before Kubernetes 1.27 read, made from the documents of version 3.

Version 2 has no ``oneOf`` and no ``nullable``, and puts bodies among the parameters; a reference stands alone in its
schema but for the description (``k8s.io/kube-openapi/pkg/openapiconv`` goes the other way).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from plimsoll.apimachinery.openapi.components import COMPONENTS
from plimsoll.kube.resources import Object

OpenAPI = Mapping[str, Any]

DEFINITIONS = "#/definitions/"

_DROPPED = frozenset({"nullable", "oneOf", "anyOf", "not", "x-kubernetes-validations"})
_UNTYPED_TEXT = frozenset(
    {"io.k8s.apimachinery.pkg.api.resource.Quantity", "io.k8s.apimachinery.pkg.util.intstr.IntOrString"}
)
_BEARER = {"type": "apiKey", "description": "A bearer token", "name": "authorization", "in": "header"}


def to_swagger(documents: Iterable[Object], info: Object) -> Object:
    """Return one document of version 2 with the paths and types of all of these."""
    paths: Object = {}
    definitions: Object = {}
    for document in documents:
        for path, item in document["paths"].items():
            paths[path] = _path_item(item)
        for name, schema in document["components"]["schemas"].items():
            if name not in definitions:
                definitions[name] = to_schema(schema) | ({"type": "string"} if name in _UNTYPED_TEXT else {})
    return {
        "swagger": "2.0",
        "info": info,
        "paths": paths,
        "definitions": dict(sorted(definitions.items())),
        "securityDefinitions": {"BearerToken": _BEARER},
        "security": [{"BearerToken": []}],
    }


def to_schema(schema: Any) -> Object:
    """Return a schema of version 3 in version 2."""
    if not isinstance(schema, dict):
        return {}
    reference = schema.get("$ref") or _only_reference(schema)
    if reference is not None:
        described = {"description": schema["description"]} if "description" in schema else {}
        extensions = {name: value for name, value in schema.items() if name.startswith("x-kubernetes-")}
        return {**described, "$ref": reference.replace(COMPONENTS, DEFINITIONS), **extensions}
    converted = {
        name: _value(name, value) for name, value in schema.items() if name not in _DROPPED and name != "allOf"
    }
    if schema.get("x-kubernetes-preserve-unknown-fields") or schema.get("x-kubernetes-int-or-string"):
        converted.pop("type", None)
    return converted


def _only_reference(schema: OpenAPI) -> str | None:
    parts: list[OpenAPI] = schema.get("allOf") or []
    return parts[0].get("$ref") if len(parts) == 1 else None


def _value(name: str, value: Any) -> Any:
    match name:
        case "properties":
            return {field: to_schema(described) for field, described in value.items()}
        case "items" | "additionalProperties":
            return to_schema(value) if isinstance(value, dict) else value
        case _:
            return value


def _path_item(item: Object) -> Object:
    return {
        name: [_parameter(parameter) for parameter in part] if name == "parameters" else _operation(part)
        for name, part in item.items()
    }


def _operation(operation: Object) -> Object:
    converted = {name: value for name, value in operation.items() if name != "requestBody"}
    body = operation.get("requestBody")
    in_body = [_body_parameter(body)] if body else []
    converted["parameters"] = [*in_body, *map(_parameter, operation["parameters"])]
    if body:
        converted["consumes"] = list(body["content"])
    converted["produces"] = list(operation["responses"]["200"]["content"])
    converted["responses"] = {code: _response(response) for code, response in operation["responses"].items()}
    return converted


def _parameter(parameter: Object) -> Object:
    return {**{name: value for name, value in parameter.items() if name != "schema"}, **parameter["schema"]}


def _body_parameter(body: Object) -> Object:
    schema = next(iter(body["content"].values()))["schema"]
    required = {"required": True} if body.get("required") else {}
    return {"name": "body", "in": "body", **required, "schema": to_schema(schema)}


def _response(response: Object) -> Object:
    content = response.get("content")
    schema = {"schema": to_schema(next(iter(content.values()))["schema"])} if content else {}
    return {"description": response["description"], **schema}

"""Schemas of definitions: what may stand in them besides being structural.

Source: apiextensions-apiserver, pkg/apis/apiextensions/validation/validation.go (ValidateCustomResourceDefinition
OpenAPISchema) and pkg/apiserver/schema/defaulting/validation.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from plimsoll.apimachinery.customresources.declaredrules import has_rules
from plimsoll.apimachinery.customresources.defaulting import pruned
from plimsoll.apimachinery.customresources.definitions.structural import structural_errors
from plimsoll.apimachinery.customresources.fieldpaths import PathError, declared_schema
from plimsoll.apimachinery.customresources.valuevalidation import placed, value_errors
from plimsoll.apimachinery.validation.fielderrors import FieldError, forbidden, invalid_value, not_supported, required

OpenAPI: TypeAlias = Mapping[str, Any]

_TYPES = ("array", "boolean", "integer", "number", "object", "string")
_REASONS = ("FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired")
_UNSUPPORTED = ("id", "additionalItems", "patternProperties", "definitions", "$ref")
_META_FIELDS = ("metadata", "kind", "apiVersion")
_SCALAR_KEYS = "must be a scalar type if parent array's x-kubernetes-list-type is map"


def schema_errors(schema: OpenAPI, path: str, *, has_status: bool) -> list[FieldError]:
    """What is wrong with the schema of a version."""
    errors: list[FieldError] = []
    if has_status and schema.get("type", "object") != "object":
        detail = 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled'
        errors.append(invalid_value(f"{path}.type", schema["type"], detail))
    if schema.get("nullable"):
        errors.append(forbidden(f"{path}.nullable", "nullable cannot be true at the root"))
    structure = structural_errors(schema, path)
    errors += structure or default_errors(schema, path)
    sound = not errors
    shape = list(_openapi_errors(schema, path, is_root=True))
    errors += shape
    if sound and not shape and has_rules(schema):
        errors += _compile_errors(schema, path, is_root=True, uncorrelatable="")
    return errors


def default_errors(schema: OpenAPI, path: str) -> list[FieldError]:
    """Defaults that the schema itself would prune or refuse."""
    errors: list[FieldError] = []
    default = schema.get("default")
    if default is not None:
        place = f"{path}.default"
        is_resource = bool(schema.get("x-kubernetes-embedded-resource"))
        if pruned(default, schema, is_resource=is_resource) != default:
            errors.append(invalid_value(place, default, "must not have unknown fields"))
        wrong = placed(value_errors(default, schema), place)
        errors += wrong or _broken_rules(schema, default, place, is_resource=is_resource)
    if isinstance(schema.get("items"), dict):
        errors += default_errors(schema["items"], f"{path}.items")
    for name, inner in (schema.get("properties") or {}).items():
        errors += default_errors(inner, f"{path}.properties[{name}]")
    return errors


def _openapi_errors(
    schema: OpenAPI, path: str, *, is_root: bool = False, why_no_default: str = ""
) -> Iterator[FieldError]:
    yield from _standard_errors(schema, path, why_no_default)
    others = schema.get("additionalProperties")
    if others is not None and schema.get("properties") and others is not True:
        yield forbidden(f"{path}.additionalProperties", "additionalProperties and properties are mutual exclusive")
    if isinstance(others, dict):
        yield from _openapi_errors(others, f"{path}.additionalProperties", why_no_default=why_no_default)
    for name, inner in (schema.get("properties") or {}).items():
        reason = f"in top-level {name}" if is_root and name in _META_FIELDS else why_no_default
        yield from _openapi_errors(inner, f"{path}.properties[{name}]", why_no_default=reason)
    if isinstance(schema.get("items"), dict):
        yield from _openapi_errors(schema["items"], f"{path}.items", why_no_default=why_no_default)
    for name in ("allOf", "oneOf", "anyOf"):
        for index, inner in enumerate(schema.get(name) or ()):
            yield from _openapi_errors(inner, f"{path}.{name}[{index}]")
    if isinstance(schema.get("not"), dict):
        yield from _openapi_errors(schema["not"], f"{path}.not")
    yield from _map_type_errors(schema, path)
    yield from _list_type_errors(schema, path)
    yield from _rule_texts(schema, path)


def _standard_errors(schema: OpenAPI, path: str, why_no_default: str) -> Iterator[FieldError]:
    kind = schema.get("type") or ""
    if kind and kind not in _TYPES:
        yield not_supported(f"{path}.type", kind, _TYPES)
    if schema.get("default") is not None and why_no_default:
        yield forbidden(f"{path}.default", f"must not be set {why_no_default}")
    for name in _UNSUPPORTED:
        if schema.get(name):
            yield forbidden(f"{path}.{name}", f"{name} is not supported")
    if kind == "null":
        yield forbidden(f"{path}.type", "type cannot be set to null, use nullable as an alternative")
    if isinstance(schema.get("items"), list):
        yield forbidden(f"{path}.items", "items must be a schema object and not an array")
    if schema.get("uniqueItems"):
        detail = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"
        yield forbidden(f"{path}.uniqueItems", detail)
    if schema.get("x-kubernetes-preserve-unknown-fields") is False:
        name = f"{path}.x-kubernetes-preserve-unknown-fields"
        yield invalid_value(name, value=False, detail="must be true or undefined")


def _map_type_errors(schema: OpenAPI, path: str) -> Iterator[FieldError]:
    declared = schema.get("x-kubernetes-map-type")
    if declared is None:
        return
    yield from _type_required(schema, path, "object", "must be object if x-kubernetes-map-type is specified")
    if declared not in {"atomic", "granular"}:
        yield not_supported(f"{path}.x-kubernetes-map-type", declared, ("atomic", "granular"))


def _type_required(schema: OpenAPI, path: str, wanted: str, detail: str) -> Iterator[FieldError]:
    kind = schema.get("type") or ""
    if kind != wanted:
        yield invalid_value(f"{path}.type", kind, detail) if kind else required(f"{path}.type", detail)


def _list_type_errors(schema: OpenAPI, path: str) -> Iterator[FieldError]:
    declared, keys = schema.get("x-kubernetes-list-type"), schema.get("x-kubernetes-list-map-keys") or ()
    if declared is not None:
        yield from _type_required(schema, path, "array", "must be array if x-kubernetes-list-type is specified")
        if declared == "set":
            yield from _set_item_errors(schema, path)
        if declared not in {"atomic", "set", "map"}:
            yield not_supported(f"{path}.x-kubernetes-list-type", declared, ("atomic", "set", "map"))
    if keys and declared != "map":
        detail = "must be map if x-kubernetes-list-map-keys is non-empty"
        place = f"{path}.x-kubernetes-list-type"
        yield invalid_value(place, declared, detail) if declared else required(place, detail)
    if declared == "map":
        yield from _map_item_errors(schema, path)
    items = schema.get("items")
    if declared in {"set", "map"} and isinstance(items, dict) and items.get("nullable"):
        yield forbidden(f"{path}.items.nullable", f"cannot be nullable when x-kubernetes-list-type is {declared}")
    if declared == "map" and isinstance(items, dict):
        yield from _key_errors(items, list(keys), path)


def _set_item_errors(schema: OpenAPI, path: str) -> Iterator[FieldError]:
    items = schema.get("items") or {}
    detail = "must be atomic as item of a list with x-kubernetes-list-type=set"
    if items.get("type") == "array" and items.get("x-kubernetes-list-type", "atomic") != "atomic":
        yield invalid_value(f"{path}.items.x-kubernetes-list-type", items["x-kubernetes-list-type"], detail)
    if items.get("type") == "object" and items.get("x-kubernetes-map-type") != "atomic":
        yield invalid_value(f"{path}.items.x-kubernetes-map-type", items.get("x-kubernetes-list-type"), detail)


def _map_item_errors(schema: OpenAPI, path: str) -> Iterator[FieldError]:
    keys = schema.get("x-kubernetes-list-map-keys") or ()
    items = schema.get("items")
    if not keys:
        detail = "must not be empty if x-kubernetes-list-type is map"
        yield required(f"{path}.x-kubernetes-list-map-keys", detail)
    if not isinstance(items, dict):
        yield required(f"{path}.items", "must have a schema if x-kubernetes-list-type is map")
        return
    if items.get("type") != "object":
        detail = "must be object if parent array's x-kubernetes-list-type is map"
        yield invalid_value(f"{path}.items.type", items.get("type", ""), detail)
        return
    for index, key in enumerate(keys):
        inner = (items.get("properties") or {}).get(key)
        if inner is None:
            detail = "entries must all be names of item properties"
            yield invalid_value(f"{path}.x-kubernetes-list-map-keys", list(keys), detail)
        elif inner.get("type") in {"array", "object"}:
            yield invalid_value(f"{path}.items.properties[{key}].type", items["type"], _SCALAR_KEYS)
        if key in keys[:index]:
            yield invalid_value(f"{path}.x-kubernetes-list-map-keys", list(keys), "must not contain duplicate entries")


def _key_errors(items: OpenAPI, keys: list[str], path: str) -> Iterator[FieldError]:
    listed = "this property is in x-kubernetes-list-map-keys, so it"
    for key in keys:
        inner = (items.get("properties") or {}).get(key)
        if inner is None:
            continue
        place = f"{path}.items.properties[{key}]"
        if key not in (items.get("required") or ()) and inner.get("default") is None:
            yield required(f"{place}.default", f"{listed} must have a default or be a required property")
        if inner.get("nullable"):
            yield forbidden(f"{place}.nullable", f"{listed} cannot be nullable")


def _rule_texts(schema: OpenAPI, path: str) -> Iterator[FieldError]:
    """The parts of rules that are not compiled."""
    for index, rule in enumerate(schema.get("x-kubernetes-validations") or ()):
        place = f"{path}.x-kubernetes-validations[{index}]"
        text, message = str(rule.get("rule") or "").strip(), str(rule.get("message") or "")
        if not text:
            yield required(f"{place}.rule", "rule is not specified")
        elif message and not message.strip():
            yield invalid_value(f"{place}.message", message, "must be non-empty if specified")
        elif _has_newlines(message.strip()):
            yield invalid_value(f"{place}.message", message, "must not contain line breaks")
        elif _has_newlines(text) and not message:
            yield required(f"{place}.message", "message must be specified if rule contains line breaks")
        yield from _rule_extras(schema, rule, place)


def _rule_extras(schema: OpenAPI, rule: Mapping[str, Any], place: str) -> Iterator[FieldError]:
    if rule.get("messageExpression") and not rule["messageExpression"].strip():
        yield required(f"{place}.messageExpression", "messageExpression must be non-empty if specified")
    if rule.get("reason") is not None and rule["reason"] not in _REASONS:
        yield not_supported(f"{place}.reason", rule["reason"], _REASONS)
    if rule.get("fieldPath") and not rule["fieldPath"].strip():
        yield invalid_value(f"{place}.fieldPath", rule["fieldPath"], "must be non-empty if specified")
    if rule.get("fieldPath"):
        try:
            declared_schema(schema, rule["fieldPath"])
        except PathError:
            yield invalid_value(f"{place}.fieldPath", rule["fieldPath"], "must be a valid path")


def _has_newlines(text: str) -> bool:
    return "\n" in text or "\r" in text


def _broken_rules(schema: OpenAPI, default: Any, place: str, *, is_resource: bool) -> Iterator[FieldError]:
    """Rules that a default does not obey."""
    if not has_rules(schema):
        return
    from plimsoll.apimachinery.customresources.rules import Rules  # noqa: PLC0415 - slow to load, and seldom needed

    yield from Rules(schema, is_resource=is_resource).errors(default, path=place)


def _compile_errors(schema: OpenAPI, path: str, *, is_root: bool, uncorrelatable: str) -> Iterator[FieldError]:
    """Rules that do not compile, or compare with what cannot be told to be the same thing as before."""
    from plimsoll.apimachinery.customresources.rules.compilation import (  # noqa: PLC0415 - slow to load, seldom needed
        compile_errors,
        uses_old_self,
    )

    yield from compile_errors(schema, path, is_resource=is_root)
    for index, rule in enumerate(schema.get("x-kubernetes-validations") or ()):
        if not uses_old_self(rule["rule"]):
            if rule.get("optionalOldSelf") is not None:
                name = f"{path}.x-kubernetes-validations[{index}].optionalOldSelf"
                yield invalid_value(name, rule["optionalOldSelf"], "may not be set if oldSelf is not used in rule")
        elif uncorrelatable:
            detail = f"oldSelf cannot be used on the uncorrelatable portion of the schema within {uncorrelatable}"
            yield invalid_value(f"{path}.x-kubernetes-validations[{index}].rule", rule["rule"], detail)
    atomic = uncorrelatable or (path if schema.get("x-kubernetes-map-type") == "atomic" else "")
    for name, inner in (schema.get("properties") or {}).items():
        yield from _compile_errors(inner, f"{path}.properties[{name}]", is_root=False, uncorrelatable=atomic)
    if isinstance(schema.get("additionalProperties"), dict):
        place = f"{path}.additionalProperties"
        yield from _compile_errors(schema["additionalProperties"], place, is_root=False, uncorrelatable=uncorrelatable)
    if isinstance(schema.get("items"), dict):
        lost = uncorrelatable or ("" if schema.get("x-kubernetes-list-type") == "map" else path)
        yield from _compile_errors(schema["items"], f"{path}.items", is_root=False, uncorrelatable=lost)

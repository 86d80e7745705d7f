"""Checks of whole definitions (apiextensions-apiserver, pkg/apis/apiextensions/validation/validation.go).

Parts that all versions have in common are reported under ``spec``, and not under ``spec.versions``, since the server
moves them there before it looks at them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from plimsoll.apimachinery.customresources.definitions.printing import schema_as_structure
from plimsoll.apimachinery.customresources.definitions.schemas import schema_errors
from plimsoll.apimachinery.customresources.definitions.versions import (
    HOISTED,
    column_errors,
    selectable_field_errors,
    subresource_errors,
    version_errors,
)
from plimsoll.apimachinery.naming import dns_1035_label, dns_subdomain
from plimsoll.apimachinery.validation.fielderrors import (
    FieldError,
    forbidden,
    invalid_value,
    not_supported,
    required,
)
from plimsoll.kube.resources import Object

_NAMES = ("plural", "singular", "kind", "listKind")
_MIXED_CASE = "may have mixed case, but should otherwise match: "
_APPROVAL = "api-approved.kubernetes.io"


def validate_definition(definition: Object) -> list[FieldError]:
    """What is wrong with a new definition that has its defaults and its first status.

    Its metadata is to be checked as for every kind, except for the name, which is checked here.
    """
    spec, name = definition["spec"], definition["metadata"].get("name", "")
    errors = [invalid_value("metadata.name", name, problem) for problem in dns_subdomain(name)]
    names = spec.get("names") or {}
    if name != f"{names.get('plural', '')}.{spec.get('group', '')}":
        errors.append(invalid_value("metadata.name", name, 'must be spec.names.plural+"."+spec.group'))
    errors += _spec_errors(spec)
    errors += _stored_version_errors(definition)
    errors += _approval_errors(definition)
    return errors


def validate_definition_update(new: Object, old: Object) -> list[FieldError]:
    """What is wrong with a changed definition; names that were accepted cannot change."""
    spec, before = new["spec"], old["spec"]
    errors = list(_spec_errors(spec))
    conditions = (old.get("status") or {}).get("conditions") or ()
    if any(condition["type"] == "Established" and condition["status"] == "True" for condition in conditions):
        errors += _immutable("spec.scope", spec.get("scope"), before.get("scope"))
        errors += _immutable("spec.names.kind", spec["names"].get("kind"), before["names"].get("kind"))
    errors += _immutable("spec.group", spec.get("group"), before.get("group"))
    errors += _immutable("spec.names.plural", spec["names"].get("plural"), before["names"].get("plural"))
    errors += _stored_version_errors(new)
    return errors


def _immutable(path: str, new: Any, old: Any) -> Iterator[FieldError]:
    if new != old:
        yield invalid_value(path, new, "field is immutable")


def _spec_errors(spec: Object) -> Iterator[FieldError]:
    group, scope = spec.get("group") or "", spec.get("scope") or ""
    if not group:
        yield required("spec.group")
    elif problems := dns_subdomain(group):
        yield invalid_value("spec.group", group, ",".join(problems))
    elif "." not in group:
        yield invalid_value("spec.group", group, "should be a domain with at least one dot")
    if not scope:
        yield required("spec.scope")
    elif scope not in {"Cluster", "Namespaced"}:
        yield not_supported("spec.scope", scope, ("Cluster", "Namespaced"))
    versions = spec.get("versions") or []
    hoisted = {part for part in HOISTED if all(v.get(part) == versions[0].get(part) for v in versions)}
    yield from _schema_presence(versions)
    for index, version in enumerate(versions):
        yield from version_errors(version, f"spec.versions[{index}]", hoisted)
    yield from _version_set_errors(versions, hoisted)
    if versions and (problems := dns_1035_label(versions[0].get("name") or "")):
        yield invalid_value("spec.version", versions[0].get("name") or "", ",".join(problems))
    names = spec.get("names") or {}
    yield from (required(f"spec.names.{part}") for part in _NAMES if not names.get(part))
    yield from _name_errors(names, "spec.names")
    if versions:
        yield from _hoisted_errors(versions, hoisted)
    yield from _conversion_errors(spec.get("conversion") or {})


def _schema_presence(versions: list[Object]) -> Iterator[FieldError]:
    for index, version in enumerate(versions):
        if not (version.get("schema") or {}).get("openAPIV3Schema"):
            yield required(f"spec.versions[{index}].schema.openAPIV3Schema")


def _version_set_errors(versions: list[Object], hoisted: set[str]) -> Iterator[FieldError]:
    shown = [_as_structure(version, hoisted) for version in versions]
    names = [version.get("name") for version in versions]
    if len(set(names)) != len(names):
        yield invalid_value("spec.versions", shown, "must contain unique version names")
    if sum(bool(version.get("storage")) for version in versions) != 1:
        yield invalid_value("spec.versions", shown, "must have exactly one version marked as storage version")


def _as_structure(version: Object, hoisted: set[str]) -> Object:
    """A version as messages show it: with all its fields, and without what is common to all versions."""
    rest = {part: None if part in hoisted else version.get(part) for part in HOISTED}
    return {
        "Name": version.get("name", ""),
        "Served": bool(version.get("served")),
        "Storage": bool(version.get("storage")),
        "Deprecated": bool(version.get("deprecated")),
        "DeprecationWarning": version.get("deprecationWarning"),
        "Schema": rest["schema"] and {"OpenAPIV3Schema": schema_as_structure(rest["schema"].get("openAPIV3Schema"))},
        "Subresources": rest["subresources"],
        "AdditionalPrinterColumns": rest["additionalPrinterColumns"],
        "SelectableFields": rest["selectableFields"],
    }


def _hoisted_errors(versions: list[Object], hoisted: set[str]) -> Iterator[FieldError]:
    first = versions[0]
    schema = (first.get("schema") or {}).get("openAPIV3Schema")
    if "schema" in hoisted and schema:
        has_status = any((version.get("subresources") or {}).get("status") is not None for version in versions)
        yield from schema_errors(schema, "spec.validation.openAPIV3Schema", has_status=has_status)
    if "subresources" in hoisted:
        yield from subresource_errors(first.get("subresources"), "spec.subresources")
    if "additionalPrinterColumns" in hoisted:
        yield from column_errors(first.get("additionalPrinterColumns"), "spec.additionalPrinterColumns")
    if "selectableFields" in hoisted:
        yield from selectable_field_errors(first.get("selectableFields"), schema or {}, "spec.selectableFields")


def _name_errors(names: Object, path: str) -> Iterator[FieldError]:
    for part in ("plural", "singular"):
        if names.get(part) and (problems := dns_1035_label(names[part])):
            yield invalid_value(f"{path}.{part}", names[part], ",".join(problems))
    for part in ("kind", "listKind"):
        if names.get(part) and (problems := dns_1035_label(names[part].lower())):
            yield invalid_value(f"{path}.{part}", names[part], _MIXED_CASE + ",".join(problems))
    for index, name in enumerate(names.get("shortNames") or ()):
        if problems := dns_1035_label(name):
            yield invalid_value(f"{path}.shortNames[{index}]", name, ",".join(problems))
    if names.get("kind") and names["kind"] == names.get("listKind"):
        yield invalid_value(f"{path}.listKind", names["listKind"], "kind and listKind may not be the same")
    for index, name in enumerate(names.get("categories") or ()):
        if problems := dns_1035_label(name):
            yield invalid_value(f"{path}.categories[{index}]", name, ",".join(problems))


def _conversion_errors(conversion: Object) -> Iterator[FieldError]:
    strategy, webhook = conversion.get("strategy") or "", conversion.get("webhook")
    if not strategy:
        yield required("spec.conversion.strategy")
    elif strategy not in {"None", "Webhook"}:
        yield not_supported("spec.conversion.strategy", strategy, ("None", "Webhook"))
    elif strategy == "Webhook":
        config = (webhook or {}).get("clientConfig")
        if config is None:
            yield required("spec.conversion.webhookClientConfig", "required when strategy is set to Webhook")
        elif (config.get("url") is None) == (config.get("service") is None):
            yield required("spec.conversion.webhookClientConfig", "exactly one of url or service is required")
        if not (webhook or {}).get("conversionReviewVersions"):
            yield required("spec.conversion.conversionReviewVersions")
    elif webhook is not None:
        detail = "should not be set when strategy is not set to Webhook"
        if webhook.get("clientConfig") is not None:
            yield forbidden("spec.conversion.webhookClientConfig", detail)
        if webhook.get("conversionReviewVersions"):
            yield forbidden("spec.conversion.conversionReviewVersions", detail)


def _stored_version_errors(definition: Object) -> Iterator[FieldError]:
    stored = (definition.get("status") or {}).get("storedVersions")
    versions = definition["spec"].get("versions") or ()
    if not stored:
        yield invalid_value("status.storedVersions", stored, "must have at least one stored version")
        return
    for version in versions:
        if version.get("storage") and version["name"] not in stored:
            yield invalid_value("status.storedVersions", stored, f"must have the storage version {version['name']}")
    declared = {version.get("name") for version in versions}
    for index, name in enumerate(stored):
        if name not in declared:
            detail = (
                f"missing from spec.versions; {name} was previously a storage version, and must remain in spec.versions"
                f" until a storage migration ensures no data remains persisted in {name} and removes {name} from"
                " status.storedVersions"
            )
            yield invalid_value(f"status.storedVersions[{index}]", name, detail)


def _approval_errors(definition: Object) -> Iterator[FieldError]:
    """Groups of Kubernetes' own community need a link to what approved them."""
    group = definition["spec"].get("group") or ""
    protected = any(group == domain or group.endswith(f".{domain}") for domain in ("k8s.io", "kubernetes.io"))
    annotation = (definition["metadata"].get("annotations") or {}).get(_APPROVAL, "")
    if protected and not annotation:
        detail = 'protected groups must have approval annotation "api-approved.kubernetes.io", see'
        url = "https://github.com/kubernetes/enhancements/pull/1111"
        yield required(f"metadata.annotations[{_APPROVAL}]", f"{detail} {url}")
    elif protected and not annotation.startswith(("http://", "https://", "unapproved")):
        detail = 'protected groups must have approval annotation "api-approved.kubernetes.io" with either a URL or a'
        reason = f'{detail} reason starting with "unapproved", see https://github.com/kubernetes/enhancements/pull/1111'
        yield invalid_value(f"metadata.annotations[{_APPROVAL}]", annotation, reason)

"""Checks of what configures the API server itself: webhooks, and the levels and schemas of flow control."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from plimsoll.apimachinery.naming import dns_subdomain
from plimsoll.apimachinery.validation.fielderrors import Errors, duplicate, invalid_value, not_supported, required
from plimsoll.apimachinery.validation.labels import check_selector, check_text
from plimsoll.apimachinery.validation.numbers import check_one_of
from plimsoll.apimachinery.validation.rules import Rules
from plimsoll.kube.resources import Object

_ADMISSION = "admissionregistration.k8s.io"
_FLOW = "flowcontrol.apiserver.k8s.io"
_LONGEST_TIMEOUT_SECONDS = 30
_SEGMENTS = 3  # of a webhook's name, at least
_HIGHEST_PRECEDENCE = 10_000


def _check_webhooks(configuration: Object) -> Errors:
    seen: set[str] = set()
    for index, webhook in enumerate(configuration.get("webhooks") or ()):
        field, name = f"webhooks[{index}]", webhook.get("name", "")
        yield from _check_webhook(webhook, field)
        if name in seen:
            yield duplicate(f"{field}.name", name)
        seen.add(name)


def _check_webhook(webhook: Mapping[str, Any], field: str) -> Errors:
    name = webhook.get("name", "")
    wrong = list(check_text(dns_subdomain, name, f"{field}.name")) if name else [required(f"{field}.name")]
    yield from wrong
    if not wrong and name.count(".") < _SEGMENTS - 1:
        detail = "should be a domain with at least three segments separated by dots"
        yield invalid_value(f"{field}.name", name, detail)
    if not webhook.get("admissionReviewVersions"):
        yield required(f"{field}.admissionReviewVersions", "must specify one of v1, v1beta1")
    for key, choices in (("failurePolicy", ("Fail", "Ignore")), ("matchPolicy", ("Equivalent", "Exact"))):
        yield from check_one_of(webhook.get(key), choices, f"{field}.{key}", optional=True)
    effects = ("None", "NoneOnDryRun")
    if webhook.get("sideEffects") is None:
        yield required(f"{field}.sideEffects", f"must specify one of {', '.join(effects)}")
    elif webhook["sideEffects"] not in effects:
        yield not_supported(f"{field}.sideEffects", webhook["sideEffects"], effects)
    seconds = webhook.get("timeoutSeconds")
    if seconds is not None and not 1 <= seconds <= _LONGEST_TIMEOUT_SECONDS:
        detail = f"the timeout value must be between 1 and {_LONGEST_TIMEOUT_SECONDS} seconds"
        yield invalid_value(f"{field}.timeoutSeconds", seconds, detail)
    for key in ("namespaceSelector", "objectSelector"):
        yield from check_selector(webhook.get(key), f"{field}.{key}")
    client = webhook.get("clientConfig") or {}
    if (client.get("url") is None) == (client.get("service") is None):
        yield required(f"{field}.clientConfig", "exactly one of url or service is required")


def _check_flow_schema(schema: Object) -> Errors:
    spec = schema.get("spec") or {}
    precedence = spec.get("matchingPrecedence", 0)
    field = "spec.matchingPrecedence"
    if precedence <= 0:
        yield invalid_value(field, precedence, "must be a positive value")
    if precedence > _HIGHEST_PRECEDENCE:
        yield invalid_value(field, precedence, f"must not be greater than {_HIGHEST_PRECEDENCE}")
    if precedence == 1 and (schema.get("metadata") or {}).get("name") != "exempt":
        yield invalid_value(field, precedence, "only the schema named 'exempt' may have matchingPrecedence 1")
    method = spec.get("distinguisherMethod")
    if method is not None and method.get("type") not in {"ByNamespace", "ByUser"}:
        shown = {"Type": method.get("type", "")}
        yield not_supported("spec.distinguisherMethod.type", shown, ("ByNamespace", "ByUser"))
    level = (spec.get("priorityLevelConfiguration") or {}).get("name", "")
    name_field = "spec.priorityLevelConfiguration.name"
    if not level:
        yield required(name_field, "must reference a priority level")
    else:
        yield from check_text(dns_subdomain, level, name_field)


def _check_priority_level(level: Object) -> Errors:
    spec = level.get("spec") or {}
    kind, limited = spec.get("type", ""), spec.get("limited")
    if kind not in {"Exempt", "Limited"}:
        yield not_supported("spec.type", kind, ("Exempt", "Limited"))
    elif kind == "Limited" and limited is None:
        yield required("spec.limited", "must not be empty when type is Limited")
    elif kind == "Limited" and limited is not None:
        shares = limited.get("nominalConcurrencyShares", 0)
        if shares < 0:
            yield invalid_value("spec.limited.nominalConcurrencyShares", shares, "must be a non-negative integer")
        answer = (limited.get("limitResponse") or {}).get("type", "")
        if answer not in {"Queue", "Reject"}:
            yield not_supported("spec.limited.limitResponse.type", answer, ("Queue", "Reject"))


RULES: Iterable[tuple[str, str, Rules]] = (
    (_ADMISSION, "validatingwebhookconfigurations", Rules(_check_webhooks, metadata_on_update=("new",))),
    (_ADMISSION, "mutatingwebhookconfigurations", Rules(_check_webhooks, metadata_on_update=("new",))),
    (_FLOW, "flowschemas", Rules(_check_flow_schema)),
    (_FLOW, "prioritylevelconfigurations", Rules(_check_priority_level)),
)

"""Checks of what configures admission webhooks (pkg/apis/admissionregistration/validation/validation.go)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from plimsoll.apimachinery.naming import dns_subdomain, port_number
from plimsoll.apimachinery.validation.fielderrors import Errors, duplicate, invalid_value, not_supported, required
from plimsoll.apimachinery.validation.labels import check_selector, check_text
from plimsoll.apimachinery.validation.numbers import check_one_of
from plimsoll.apimachinery.validation.rules import Rules
from plimsoll.kube.resources import Object

Part = Mapping[str, Any]

_GROUP = "admissionregistration.k8s.io"
_LONGEST_TIMEOUT_SECONDS = 30
_SEGMENTS = 3  # of a webhook's name, at least
_EFFECTS = ("None", "NoneOnDryRun")
_VERSIONS = ("v1", "v1beta1")
_OPERATIONS = ("*", "CONNECT", "CREATE", "DELETE", "UPDATE")
_SCOPES = ("*", "Cluster", "Namespaced")
_CHOICES = (
    ("failurePolicy", ("Fail", "Ignore")),
    ("matchPolicy", ("Equivalent", "Exact")),
)
_FORM = "; desired format: https://host[/path]"


def _check_webhooks(configuration: Object) -> Errors:
    seen: set[str] = set()
    for index, webhook in enumerate(configuration.get("webhooks") or ()):
        field, name = f"webhooks[{index}]", webhook.get("name", "")
        yield from _check_webhook(webhook, field)
        versions = webhook.get("admissionReviewVersions") or ()
        if not versions:
            yield required(f"{field}.admissionReviewVersions", f"must specify one of {', '.join(_VERSIONS)}")
        elif not set(versions) & set(_VERSIONS):
            detail = f"must include at least one of {', '.join(_VERSIONS)}"
            yield invalid_value(f"{field}.admissionReviewVersions", list(versions), detail)
        if name in seen:
            yield duplicate(f"{field}.name", name)
        seen.add(name)


def _check_webhook(webhook: Part, field: str) -> Errors:
    name = webhook.get("name", "")
    wrong = list(check_text(dns_subdomain, name, f"{field}.name")) if name else [required(f"{field}.name")]
    yield from wrong
    if not wrong and name.count(".") < _SEGMENTS - 1:
        detail = "should be a domain with at least three segments separated by dots"
        yield invalid_value(f"{field}.name", name, detail)
    for index, rule in enumerate(webhook.get("rules") or ()):
        yield from _check_rule(rule, f"{field}.rules[{index}]")
    for key, choices in _CHOICES:
        yield from check_one_of(webhook.get(key), choices, f"{field}.{key}", optional=True)
    if webhook.get("sideEffects") is None:
        yield required(f"{field}.sideEffects", f"must specify one of {', '.join(_EFFECTS)}")
    elif webhook["sideEffects"] not in _EFFECTS:
        yield not_supported(f"{field}.sideEffects", webhook["sideEffects"], _EFFECTS)
    seconds = webhook.get("timeoutSeconds")
    if seconds is not None and not 1 <= seconds <= _LONGEST_TIMEOUT_SECONDS:
        detail = f"the timeout value must be between 1 and {_LONGEST_TIMEOUT_SECONDS} seconds"
        yield invalid_value(f"{field}.timeoutSeconds", seconds, detail)
    for key in ("namespaceSelector", "objectSelector"):
        yield from check_selector(webhook.get(key), f"{field}.{key}")
    yield from _check_client(webhook.get("clientConfig") or {}, f"{field}.clientConfig")


def _check_rule(rule: Part, field: str) -> Errors:
    for key, words in (("operations", "operations"), ("apiGroups", "API groups"), ("apiVersions", "API versions")):
        values = rule.get(key) or []
        if not values:
            yield required(f"{field}.{key}")
        elif len(values) > 1 and "*" in values:
            yield invalid_value(f"{field}.{key}", values, f"if '*' is present, must not specify other {words}")
        for index, value in enumerate(values):
            if key == "operations" and value not in _OPERATIONS:
                yield not_supported(f"{field}.{key}[{index}]", value, _OPERATIONS)
            elif key == "apiVersions" and not value:
                yield required(f"{field}.{key}[{index}]")
    if not rule.get("resources"):
        yield required(f"{field}.resources")
    scope = rule.get("scope")
    if scope is not None and scope not in _SCOPES:
        yield not_supported(f"{field}.scope", scope, _SCOPES)


def _check_client(client: Part, field: str) -> Errors:
    url, service = client.get("url"), client.get("service")
    if (url is None) == (service is None):
        yield required(field, "exactly one of url or service is required")
    elif url is not None:
        yield from _check_url(url, f"{field}.url")
    elif service is not None:
        for key in ("name", "namespace"):
            if not service.get(key):
                yield required(f"{field}.service.{key}")
        port = service.get("port", 443)
        if messages := port_number(port):
            yield invalid_value(f"{field}.service.port", port, f"port is not valid: {', '.join(messages)}")


def _check_url(url: str, field: str) -> Errors:
    parts = urlsplit(url)
    if parts.scheme != "https":
        yield invalid_value(field, parts.scheme, f"'https' is the only allowed URL scheme{_FORM}")
    user, _, host = parts.netloc.rpartition("@")
    if not host:
        yield invalid_value(field, "", f"host must be specified{_FORM}")
    if user:
        yield invalid_value(field, user, "user information is not permitted in the URL")
    if parts.fragment:
        yield invalid_value(field, parts.fragment, "fragments are not permitted in the URL")
    if parts.query:
        yield invalid_value(field, parts.query, "query parameters are not permitted in the URL")


RULES: Iterable[tuple[str, str, Rules]] = tuple(
    (_GROUP, plural, Rules(_check_webhooks, metadata_on_update=("new",)))
    for plural in ("validatingwebhookconfigurations", "mutatingwebhookconfigurations")
)

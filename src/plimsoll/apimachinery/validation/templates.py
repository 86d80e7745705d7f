"""Checks that the controllers of pods share: a selector that matches its template, counts that fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plimsoll.apimachinery.validation.fielderrors import Errors, forbidden, invalid_value, required
from plimsoll.apimachinery.validation.labels import check_selector
from plimsoll.apimachinery.validation.numbers import check_not_negative
from plimsoll.apimachinery.validation.podspec import check_only_always, check_template
from plimsoll.kube.selectors import selector_of

MISMATCH = "`selector` does not match template `labels`"


def check_owned_template(spec: Mapping[str, Any], owner: str) -> Errors:
    """Check the template against the selector; ``owner`` is the kind that the message about deadlines names."""
    template = spec.get("template") or {}
    if not is_valid(spec.get("selector")):
        yield invalid_value("spec.selector", spec.get("selector"), "invalid label selector")
        return
    yield from check_match(spec, "spec.template.metadata.labels")
    yield from check_template(template, "spec.template")
    pod_spec = template.get("spec") or {}
    yield from check_only_always(pod_spec, "spec.template.spec")
    if pod_spec.get("activeDeadlineSeconds") is not None:
        yield forbidden(
            "spec.template.spec.activeDeadlineSeconds", f"activeDeadlineSeconds in {owner} is not Supported"
        )


def check_match(spec: Mapping[str, Any], field: str) -> Errors:
    """Check that the selector selects the template's labels; no selector selects nothing, an empty one everything."""
    labels = ((spec.get("template") or {}).get("metadata") or {}).get("labels")
    selector = spec.get("selector")
    if selector is None or (is_valid(selector) and not selects(selector, labels or {})):
        yield invalid_value(field, labels and dict(sorted(labels.items())), MISMATCH)


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether a selector selects these labels; one that cannot be read counts as one that does."""
    try:
        return selector_of(selector).matches(labels)
    except ValueError:
        return True


def is_valid(selector: Mapping[str, Any] | None) -> bool:
    """Whether a selector can be read at all."""
    return not list(check_selector(selector, ""))


def is_empty(selector: Mapping[str, Any]) -> bool:
    """Whether a selector selects everything."""
    return not (selector.get("matchLabels") or selector.get("matchExpressions"))


def check_required_selector(spec: Mapping[str, Any], owner: str) -> Errors:
    """Check that there is a selector, and that it selects less than everything."""
    selector = spec.get("selector")
    if selector is None:
        yield required("spec.selector")
        return
    yield from check_selector(selector, "spec.selector")
    if is_empty(selector):
        yield invalid_value("spec.selector", selector, f"empty selector is invalid for {owner}")


def check_counts(part: Mapping[str, Any], field: str, *keys: str) -> Errors:
    """Check that none of these numbers is negative."""
    for key in keys:
        yield from check_not_negative(part.get(key), f"{field}.{key}")


def check_no_more(status: Mapping[str, Any], keys: tuple[str, ...], of_available: str) -> Errors:
    """Check that no part of a status is more than the whole."""
    whole = status.get("replicas") or 0
    for key in keys:
        if (status.get(key) or 0) > whole:
            yield invalid_value(f"status.{key}", status[key], "cannot be greater than status.replicas")
    if (status.get("availableReplicas") or 0) > (status.get("readyReplicas") or 0):
        yield invalid_value("status.availableReplicas", status["availableReplicas"], of_available)

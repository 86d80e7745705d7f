"""Checks of events, which are laxer for those of the core group (pkg/apis/core/validation/events.go)."""

from __future__ import annotations

from collections.abc import Iterable

from plimsoll.apimachinery.naming import dns_subdomain, qualified_name
from plimsoll.apimachinery.validation.fielderrors import Errors, invalid_value, required
from plimsoll.apimachinery.validation.labels import check_text
from plimsoll.apimachinery.validation.metadata import (
    check_immutable,
    check_metadata,
    check_metadata_update,
    metadata_of,
)
from plimsoll.apimachinery.validation.rules import Rules
from plimsoll.kube.resources import Object

_LONGEST_WORD = 128
_LONGEST_NOTE = 1024
_OTHER_NAMESPACE = "does not match event.namespace"
_LEGACY = (
    ("deprecatedFirstTimestamp", "firstTimestamp"),
    ("deprecatedLastTimestamp", "lastTimestamp"),
    ("deprecatedCount", "count"),
)
_FIXED = (
    ("regarding", "involvedObject"),
    ("reason", "reason"),
    ("note", "message"),
    ("deprecatedSource", "source"),
    ("deprecatedFirstTimestamp", "firstTimestamp"),
    ("deprecatedLastTimestamp", "lastTimestamp"),
    ("deprecatedCount", "count"),
    ("type", "type"),
    ("eventTime", "eventTime"),
    ("action", "action"),
    ("related", "related"),
    ("reportingController", "reportingController"),
    ("reportingInstance", "reportingInstance"),
)


def _is_old(event: Object) -> bool:
    return str(event.get("apiVersion", "v1")) == "v1"


def _check_event(event: Object) -> Errors:
    about = event.get("involvedObject" if _is_old(event) else "regarding") or {}
    own, other = metadata_of(event).get("namespace", ""), about.get("namespace", "")
    if not event.get("eventTime"):
        if (other and own != other) or (not other and own not in {"", "default"}):
            yield invalid_value("involvedObject.namespace", other, _OTHER_NAMESPACE)
    else:
        if not other and own not in {"default", "kube-system"}:
            yield invalid_value("involvedObject.namespace", other, _OTHER_NAMESPACE)
        yield from _check_reporter(event)
    yield from check_text(dns_subdomain, own, "namespace")


def _check_reporter(event: Object) -> Errors:
    key = "reportingComponent" if _is_old(event) else "reportingController"
    controller = event.get(key) or ""
    if not controller:
        yield required(key)
    yield from check_text(qualified_name, controller, key)
    for name in ("reportingInstance", "action", "reason"):
        value = event.get(name) or ""
        if not value:
            yield required(name)
        if len(value) > _LONGEST_WORD:
            yield invalid_value(name, "", f"can have at most {_LONGEST_WORD} characters")
    if len(event.get("message" if _is_old(event) else "note") or "") > _LONGEST_NOTE:
        yield invalid_value("message", "", f"can have at most {_LONGEST_NOTE} characters")


def _check_new_event(event: Object) -> Errors:
    yield from _check_event(event)
    if _is_old(event):
        return
    yield from check_metadata(metadata_of(event), namespaced=True, name=dns_subdomain)
    yield from _check_series(event)
    if not event.get("eventTime"):
        yield required("eventTime")
    if event.get("type") not in {"Normal", "Warning"}:
        yield invalid_value("type", "", f"has invalid value: {event.get('type', '')}")
    for key, shown in _LEGACY:
        if event.get(key):
            yield invalid_value(shown, "", "needs to be unset")
    if any((event.get("deprecatedSource") or {}).values()):
        yield invalid_value("source", "", "needs to be unset")


def _check_series(event: Object) -> Errors:
    series = event.get("series")
    if series is None:
        return
    if (series.get("count") or 0) < 2:  # noqa: PLR2004 - one event is no series
        yield invalid_value("series.count", "", "should be at least 2")
    if not series.get("lastObservedTime"):
        yield required("series.lastObservedTime")


def _check_change(new: Object, old: Object) -> Errors:
    if _is_old(new):
        return
    yield from check_metadata_update(metadata_of(new), metadata_of(old))
    if new.get("series") != old.get("series"):
        yield from _check_series(new)
    for key, shown in _FIXED:
        yield from check_immutable(new.get(key), old.get(key), shown)


_EVENT_RULES = Rules(_check_event, _check_change, create=_check_new_event, checks_metadata=False)

RULES: Iterable[tuple[str, str, Rules]] = (
    ("", "events", _EVENT_RULES),
    ("events.k8s.io", "events", _EVENT_RULES),
)

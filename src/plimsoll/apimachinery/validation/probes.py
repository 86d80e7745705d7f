"""Checks of probes and life-cycle hooks (``validateProbe``, ``validateHandler``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from plimsoll.apimachinery.naming import http_header_name
from plimsoll.apimachinery.validation.fielderrors import Errors, forbidden, invalid_value, not_supported, required
from plimsoll.apimachinery.validation.numbers import check_not_negative, check_port, check_positive

_NUMBERS = ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")
_HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc", "sleep")
_SCHEMES = ("HTTP", "HTTPS")


def check_probes(container: Mapping[str, Any], grace_seconds: int | None, field: str) -> Errors:
    """Check the three probes of a container; only readiness may need several successes."""
    for name in ("livenessProbe", "readinessProbe", "startupProbe"):
        probe = container.get(name)
        if probe is None:
            continue
        path = f"{field}.{name}"
        yield from _check_handler(probe, grace_seconds, path)
        for key in _NUMBERS:
            yield from check_not_negative(probe.get(key), f"{path}.{key}")
        own_grace = probe.get("terminationGracePeriodSeconds")
        yield from check_positive(own_grace, f"{path}.terminationGracePeriodSeconds")
        if name == "readinessProbe" and own_grace is not None:
            detail = "must not be set for readinessProbes"
            yield invalid_value(f"{path}.terminationGracePeriodSeconds", own_grace, detail)
        if name != "readinessProbe" and probe.get("successThreshold") != 1:
            yield invalid_value(f"{path}.successThreshold", probe.get("successThreshold", 0), "must be 1")


def check_lifecycle(lifecycle: Mapping[str, Any], spec: Mapping[str, Any], field: str) -> Errors:
    """Check what is done after a container's start and before its end."""
    for name in ("postStart", "preStop"):
        if lifecycle.get(name) is not None:
            yield from _check_handler(lifecycle[name], spec.get("terminationGracePeriodSeconds"), f"{field}.{name}")
    if lifecycle.get("stopSignal") is not None and not (spec.get("os") or {}).get("name"):
        yield forbidden(f"{field}.stopSignal", "may not be set for containers with empty `spec.os.name`")


def _check_handler(handler: Mapping[str, Any], grace_seconds: int | None, field: str) -> Errors:
    given = [kind for kind in _HANDLERS if handler.get(kind) is not None]
    for kind in given[:1]:
        if kind == "sleep":
            yield from _check_sleep(handler[kind], grace_seconds, f"{field}.{kind}")
        else:
            yield from _CHECKS[kind](handler[kind], f"{field}.{kind}")
    for kind in given[1:]:
        yield forbidden(f"{field}.{kind}", "may not specify more than 1 handler type")
    if not given:
        yield required(field, "must specify a handler type")


def _check_exec(action: Mapping[str, Any], field: str) -> Errors:
    if not action.get("command"):
        yield required(f"{field}.command")


def _check_http(action: Mapping[str, Any], field: str) -> Errors:
    if not action.get("path"):
        yield required(f"{field}.path")
    yield from check_port(action.get("port", 0), f"{field}.port")
    if action.get("scheme") not in _SCHEMES:
        yield not_supported(f"{field}.scheme", action.get("scheme", ""), _SCHEMES)
    for header in action.get("httpHeaders") or ():
        for message in http_header_name(header.get("name", "")):
            yield invalid_value(f"{field}.httpHeaders", header.get("name", ""), message)


def _check_socket(action: Mapping[str, Any], field: str) -> Errors:
    yield from check_port(action.get("port", 0), f"{field}.port")


def _check_sleep(action: Mapping[str, Any], grace_seconds: int | None, field: str) -> Errors:
    seconds = action.get("seconds", 0)
    if grace_seconds is not None and not 0 <= seconds <= grace_seconds:
        detail = f"must be non-negative and less than terminationGracePeriodSeconds ({grace_seconds})"
        yield invalid_value(field, seconds, detail)


_CHECKS: Mapping[str, Callable[[Mapping[str, Any], str], Errors]] = {
    "exec": _check_exec,
    "httpGet": _check_http,
    "tcpSocket": _check_socket,
    "grpc": _check_socket,
}

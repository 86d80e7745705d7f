"""Checks of containers: regular ones, those that run before, and ephemeral ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from plimsoll.apimachinery.naming import dns_label, port_name
from plimsoll.apimachinery.validation.amounts import check_requirements
from plimsoll.apimachinery.validation.environment import check_environment, check_environment_sources
from plimsoll.apimachinery.validation.fielderrors import (
    Errors,
    duplicate,
    forbidden,
    invalid_value,
    not_found,
    not_supported,
    required,
    too_many,
)
from plimsoll.apimachinery.validation.labels import check_text
from plimsoll.apimachinery.validation.numbers import check_one_of, check_port_number
from plimsoll.apimachinery.validation.probes import check_lifecycle, check_probes
from plimsoll.apimachinery.validation.security import check_container_security
from plimsoll.apimachinery.validation.volumes import check_devices, check_mounts

Container = Mapping[str, Any]

PROTOCOLS = ("SCTP", "TCP", "UDP")

_MESSAGE_POLICIES = ("File", "FallbackToLogsOnError")
_PULL_POLICIES = ("Always", "IfNotPresent", "Never")
_RESTARTS = ("Always", "Never", "OnFailure")
_NOT_ON_INIT = ("lifecycle", "livenessProbe", "readinessProbe", "startupProbe")
_NOT_ON_EPHEMERAL = ("ports", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle")
_MOST_RESTART_RULES = 20


def check_containers(spec: Mapping[str, Any], volumes: Mapping[str, Any], claims: set[str], field: str) -> Errors:
    """Check the regular containers; ``field`` is the path of the specification."""
    containers: Sequence[Container] = spec.get("containers") or ()
    if not containers:
        yield required(f"{field}.containers")
    names: set[str] = set()
    for index, container in enumerate(containers):
        path = f"{field}.containers[{index}]"
        yield from _check_container(container, spec, volumes, claims, path)
        name = container.get("name", "")
        if name in names:
            yield duplicate(f"{path}.name", name)
        names.add(name)
        yield from _check_hooks(container, spec, path)
        yield from _check_restarts(container, path)
    yield from _check_host_ports(containers, f"{field}.containers")


def check_init_containers(spec: Mapping[str, Any], volumes: Mapping[str, Any], claims: set[str], field: str) -> Errors:
    """Check the containers that run before; only those that are restarted for ever may have probes."""
    names = {container.get("name", "") for container in spec.get("containers") or ()}
    for index, container in enumerate(spec.get("initContainers") or ()):
        path = f"{field}.initContainers[{index}]"
        yield from _check_container(container, spec, volumes, claims, path)
        yield from _check_restarts(container, path)
        name = container.get("name", "")
        if name in names:
            yield duplicate(f"{path}.name", name)
        elif name:
            names.add(name)
        yield from _check_host_ports([container], f"{field}.initContainers")
        if container.get("restartPolicy") == "Always":
            yield from _check_hooks(container, spec, path)
            continue
        for key in _NOT_ON_INIT:
            if container.get(key) is not None:
                yield forbidden(f"{path}.{key}", "may not be set for init containers without restartPolicy=Always")


def check_ephemeral_containers(spec: Mapping[str, Any], volumes: Mapping[str, Any], field: str) -> Errors:
    """Check containers for debugging, which may have neither ports, nor probes, nor resources."""
    others = {c.get("name") for kind in ("containers", "initContainers") for c in spec.get(kind) or ()}
    names = set(others)
    for index, container in enumerate(spec.get("ephemeralContainers") or ()):
        path = f"{field}.ephemeralContainers[{index}]"
        yield from _check_container(container, spec, volumes, set(), path)
        name = container.get("name", "")
        if name in names:
            yield duplicate(f"{path}.name", name)
        names.add(name)
        target = container.get("targetContainerName")
        if target and target not in others:
            yield not_found(f"{path}.targetContainerName", target)
        for key in _NOT_ON_EPHEMERAL:
            if container.get(key):
                yield forbidden(f"{path}.{key}", "cannot be set for an Ephemeral Container")
        if any((container.get("resources") or {}).values()):
            yield forbidden(f"{path}.resources", "cannot be set for an Ephemeral Container")


def _check_container(
    container: Container, spec: Mapping[str, Any], volumes: Mapping[str, Any], claims: set[str], field: str
) -> Errors:
    if not container.get("name"):
        yield required(f"{field}.name")
    else:
        yield from check_text(dns_label, container["name"], f"{field}.name")
    if not container.get("image"):
        yield required(f"{field}.image")
    policy = container.get("terminationMessagePolicy")
    yield from check_one_of(policy, _MESSAGE_POLICIES, f"{field}.terminationMessagePolicy")
    for key, check in _PARTS:
        if container.get(key):
            yield from check(container[key], f"{field}.{key}")
    if container.get("volumeMounts"):
        yield from check_mounts(container, volumes, f"{field}.volumeMounts")
    if container.get("volumeDevices"):
        yield from check_devices(container, volumes, f"{field}.volumeDevices")
    yield from check_one_of(container.get("imagePullPolicy"), _PULL_POLICIES, f"{field}.imagePullPolicy")
    if container.get("resources"):
        yield from check_requirements(container["resources"], claims, f"{field}.resources")
    yield from _check_resize(container.get("resizePolicy") or (), spec, f"{field}.resizePolicy")
    yield from check_container_security(container.get("securityContext") or {}, f"{field}.securityContext")


def _check_hooks(container: Container, spec: Mapping[str, Any], field: str) -> Errors:
    if container.get("lifecycle") is not None:
        yield from check_lifecycle(container["lifecycle"], spec, f"{field}.lifecycle")
    yield from check_probes(container, spec.get("terminationGracePeriodSeconds"), field)


def _check_ports(ports: Sequence[Mapping[str, Any]], field: str) -> Errors:
    names: set[str] = set()
    for index, port in enumerate(ports):
        path = f"{field}[{index}]"
        name = port.get("name")
        if name:
            if port_name(name):
                yield from check_text(port_name, name, f"{path}.name")
            elif name in names:
                yield duplicate(f"{path}.name", name)
            names.add(name)
        if not port.get("containerPort"):
            yield required(f"{path}.containerPort")
        else:
            yield from check_port_number(port["containerPort"], f"{path}.containerPort")
        if port.get("hostPort"):
            yield from check_port_number(port["hostPort"], f"{path}.hostPort")
        yield from check_one_of(port.get("protocol"), PROTOCOLS, f"{path}.protocol")


def _check_host_ports(containers: Sequence[Container], field: str) -> Errors:
    """On one node a port of the host can be had once for each address and protocol."""
    taken: set[str] = set()
    for index, container in enumerate(containers):
        for number, port in enumerate(container.get("ports") or ()):
            if port.get("hostPort"):
                key = f"{port.get('protocol', '')}/{port.get('hostIP', '')}/{port['hostPort']}"
                if key in taken:
                    yield duplicate(f"{field}[{index}].ports[{number}].hostPort", key)
                taken.add(key)


def _check_resize(policies: Sequence[Mapping[str, Any]], spec: Mapping[str, Any], field: str) -> Errors:
    seen: set[str] = set()
    for index, policy in enumerate(policies):
        name, restart = policy.get("resourceName", ""), policy.get("restartPolicy", "")
        if name in seen:
            yield duplicate(f"{field}[{index}]", name)
        seen.add(name)
        yield from check_one_of(name, ("cpu", "memory"), field)
        yield from check_one_of(restart, ("NotRequired", "RestartContainer"), field)
        if spec.get("restartPolicy") == "Never" and restart != "NotRequired":
            detail = "must be 'NotRequired' when pod `restartPolicy` is 'Never'"
            yield invalid_value(field, restart, detail)


def _check_restarts(container: Container, field: str) -> Errors:
    policy, rules = container.get("restartPolicy"), container.get("restartPolicyRules") or ()
    if policy is None:
        if rules:
            yield required(f"{field}.restartPolicy", "must specify restartPolicy when restart rules are used")
    elif policy not in _RESTARTS:
        yield not_supported(f"{field}.restartPolicy", policy, _RESTARTS)
    if len(rules) > _MOST_RESTART_RULES:
        yield too_many(f"{field}.restartPolicyRules", len(rules), _MOST_RESTART_RULES)
    for index, rule in enumerate(rules):
        path = f"{field}.restartPolicyRules[{index}]"
        yield from check_one_of(rule.get("action") or "-", ("Restart", "RestartAllContainers"), f"{path}.action")
        codes = rule.get("exitCodes")
        if codes is None:
            yield required(f"{path}.exitCodes", "must be specified")
        elif codes.get("operator") not in {"In", "NotIn"}:
            yield not_supported(f"{path}.exitCodes.operator", codes.get("operator", ""), ("In", "NotIn"))


_PARTS: tuple[tuple[str, Callable[[Sequence[Mapping[str, Any]], str], Errors]], ...] = (
    ("ports", _check_ports),
    ("env", check_environment),
    ("envFrom", check_environment_sources),
)

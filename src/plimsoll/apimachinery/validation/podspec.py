"""Checks of a pod's specification, in pods and in templates (``ValidatePodSpec``), in the order of the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from plimsoll.apimachinery.naming import Check, dns_label, dns_subdomain, in_range, underscored_subdomain
from plimsoll.apimachinery.validation.containers import (
    check_containers,
    check_ephemeral_containers,
    check_init_containers,
)
from plimsoll.apimachinery.validation.fielderrors import Errors, forbidden, invalid_value, not_supported, required
from plimsoll.apimachinery.validation.labels import check_labels, check_text
from plimsoll.apimachinery.validation.metadata import check_annotations
from plimsoll.apimachinery.validation.numbers import check_address, check_one_of
from plimsoll.apimachinery.validation.placement import (
    check_affinity,
    check_gates,
    check_spreading,
    check_tolerations,
)
from plimsoll.apimachinery.validation.podresources import check_pod_resources, check_resource_claims
from plimsoll.apimachinery.validation.security import check_operating_system, check_pod_security
from plimsoll.apimachinery.validation.volumes import check_volumes

Spec = Mapping[str, Any]

RESTART_POLICIES = ("Always", "OnFailure", "Never")

_DNS_POLICIES = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
_LONGEST_SECONDS = 2**31 - 1
_MOST_NAMESERVERS = 3
_MOST_SEARCHES = 32
_LONGEST_SEARCHES = 2048
_NAMES: tuple[tuple[str, Check], ...] = (
    ("serviceAccountName", dns_subdomain),
    ("nodeName", dns_subdomain),
)
_LATER_NAMES: tuple[tuple[str, Check], ...] = (("hostname", dns_label), ("subdomain", dns_label))
_CLASS_NAMES: tuple[tuple[str, Check], ...] = (
    ("priorityClassName", dns_subdomain),
    ("runtimeClassName", dns_subdomain),
)


def check_pod_spec(spec: Spec, field: str, *, of_pod: bool) -> Errors:
    """Check a specification; ``of_pod`` tells a pod's from a template's."""
    if spec.get("terminationGracePeriodSeconds") is None:
        yield required(f"{field}.terminationGracePeriodSeconds")
    volumes: dict[str, Mapping[str, Any]] = {}
    yield from check_volumes(spec.get("volumes") or (), f"{field}.volumes", volumes)
    claims = {claim.get("name", "") for claim in spec.get("resourceClaims") or ()}
    yield from check_resource_claims(spec.get("resourceClaims") or (), f"{field}.resourceClaims")
    yield from check_containers(spec, volumes, claims, field)
    if spec.get("initContainers"):
        yield from check_init_containers(spec, volumes, claims, field)
    if spec.get("ephemeralContainers"):
        yield from check_ephemeral_containers(spec, volumes, field)
    if spec.get("resources"):
        yield from check_pod_resources(spec, f"{field}.resources")
    if spec.get("hostNetwork"):
        yield from _check_host_network(spec, field, of_pod=of_pod)
    yield from check_one_of(spec.get("restartPolicy"), RESTART_POLICIES, f"{field}.restartPolicy")
    yield from check_one_of(spec.get("dnsPolicy"), _DNS_POLICIES, f"{field}.dnsPolicy")
    yield from check_labels(spec.get("nodeSelector"), f"{field}.nodeSelector")
    if spec.get("securityContext") or spec.get("shareProcessNamespace"):
        yield from check_pod_security(spec.get("securityContext") or {}, spec, f"{field}.securityContext")
    yield from _check_placement(spec, field)
    yield from _check_names(spec, field)
    yield from _check_rest(spec, field)


def check_template(template: Mapping[str, Any], field: str) -> Errors:
    """Check a template of pods: labels, annotations, specification."""
    metadata = template.get("metadata") or {}
    yield from check_labels(metadata.get("labels"), f"{field}.labels")
    yield from check_annotations(metadata.get("annotations"), f"{field}.annotations")
    spec = template.get("spec") or {}
    yield from check_pod_spec(spec, f"{field}.spec", of_pod=False)
    if spec.get("ephemeralContainers"):
        yield forbidden(f"{field}.spec.ephemeralContainers", "ephemeral containers not allowed in pod template")


def _check_host_network(spec: Spec, field: str, *, of_pod: bool) -> Errors:
    for index, container in enumerate(spec.get("containers") or ()):
        for number, port in enumerate(container.get("ports") or ()):
            host, own = port.get("hostPort", 0), port.get("containerPort", 0)
            if (of_pod or host) and host != own:
                path = f"{field}.containers[{index}].ports[{number}].hostPort"
                yield invalid_value(path, host, "must match `containerPort` when `hostNetwork` is true")


def _check_placement(spec: Spec, field: str) -> Errors:
    if spec.get("affinity"):
        yield from check_affinity(spec["affinity"], f"{field}.affinity")
    yield from _check_dns(spec, f"{field}.dnsConfig")
    yield from check_gates(spec, field)
    if spec.get("topologySpreadConstraints"):
        yield from check_spreading(spec["topologySpreadConstraints"], f"{field}.topologySpreadConstraints")
    name = spec.get("hostnameOverride")
    if name is not None:
        yield from check_text(dns_subdomain, name, f"{field}.hostnameOverride")
    if spec.get("hostUsers") is False:
        for key, shown in (("hostPID", "HostPID"), ("hostIPC", "HostIPC")):
            if spec.get(key):
                yield forbidden(f"{field}.{shown}", "when `hostUsers` is false")


def _check_names(spec: Spec, field: str) -> Errors:
    yield from _check_each(spec, _NAMES, field)
    seconds = spec.get("activeDeadlineSeconds")
    if seconds is not None:
        for message in in_range(seconds, 1, _LONGEST_SECONDS):
            yield invalid_value(f"{field}.activeDeadlineSeconds", seconds, message)
    yield from _check_each(spec, _LATER_NAMES, field)


def _check_each(spec: Spec, names: tuple[tuple[str, Check], ...], field: str) -> Errors:
    for key, check in names:
        if spec.get(key):
            yield from check_text(check, spec[key], f"{field}.{key}")


def _check_rest(spec: Spec, field: str) -> Errors:
    if spec.get("tolerations"):
        yield from check_tolerations(spec["tolerations"], f"{field}.tolerations")
    for index, alias in enumerate(spec.get("hostAliases") or ()):
        path = f"{field}.hostAliases[{index}]"
        yield from check_address(alias.get("ip", ""), f"{path}.ip")
        for number, hostname in enumerate(alias.get("hostnames") or ()):
            yield from check_text(dns_subdomain, hostname, f"{path}.hostnames[{number}]")
    yield from _check_each(spec, _CLASS_NAMES, field)
    preemption = spec.get("preemptionPolicy")
    yield from check_one_of(
        preemption, ("PreemptLowerPriority", "Never"), f"{field}.preemptionPolicy", optional=preemption is None
    )
    if spec.get("os") is not None:
        yield from check_operating_system(spec, field)


def _check_dns(spec: Spec, field: str) -> Errors:
    config = spec.get("dnsConfig")
    if spec.get("dnsPolicy") == "None":
        if config is None:
            yield required(field, "must provide `dnsConfig` when `dnsPolicy` is None")
            return
        if not config.get("nameservers"):
            detail = "must provide at least one DNS nameserver when `dnsPolicy` is None"
            yield required(f"{field}.nameservers", detail)
            return
    if not config:
        return
    servers, searches = config.get("nameservers") or [], config.get("searches") or []
    if len(servers) > _MOST_NAMESERVERS:
        detail = f"must not have more than {_MOST_NAMESERVERS} nameservers"
        yield invalid_value(f"{field}.nameservers", servers, detail)
    for index, server in enumerate(servers):
        yield from check_address(server, f"{field}.nameservers[{index}]")
    yield from _check_searches(searches, f"{field}.searches")
    for index, option in enumerate(config.get("options") or ()):
        if not option.get("name"):
            yield required(f"{field}.options[{index}]", "must not be empty")


def _check_searches(searches: Sequence[str], field: str) -> Errors:
    if len(searches) > _MOST_SEARCHES:
        yield invalid_value(field, searches, f"must not have more than {_MOST_SEARCHES} search paths")
    if len(" ".join(searches)) > _LONGEST_SEARCHES:
        detail = f"must not have more than {_LONGEST_SEARCHES} characters (including spaces) in the search list"
        yield invalid_value(field, searches, detail)
    for index, search in enumerate(searches):
        if search != ".":
            yield from check_text(underscored_subdomain, search.removesuffix("."), f"{field}[{index}]")


def check_only_always(spec: Spec, field: str) -> Errors:
    """Check that pods of a controller that keeps them running are restarted."""
    policy = spec.get("restartPolicy")
    if policy != "Always":
        yield not_supported(f"{field}.restartPolicy", policy, ("Always",))

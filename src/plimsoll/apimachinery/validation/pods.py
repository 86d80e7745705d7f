"""Checks of pods (``ValidatePodCreate``, ``ValidatePodUpdate``, ``ValidatePodStatusUpdate``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from plimsoll.apimachinery.naming import dns_subdomain, in_range, qualified_name
from plimsoll.apimachinery.validation.fielderrors import Errors, forbidden, invalid_value, required
from plimsoll.apimachinery.validation.labels import check_text
from plimsoll.apimachinery.validation.metadata import IMMUTABLE
from plimsoll.apimachinery.validation.numbers import BAD_ADDRESS, address_of
from plimsoll.apimachinery.validation.placement import check_tolerations
from plimsoll.apimachinery.validation.podspec import check_pod_spec
from plimsoll.apimachinery.validation.podsubresources import check_ephemeral_change, check_resize
from plimsoll.apimachinery.validation.rules import Rules
from plimsoll.kube.resources import Object

_LONGEST_SECONDS = 2**31 - 1
_MIRROR = "kubernetes.io/config.mirror"
_UPDATABLE = (
    "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only "
    "additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was "
    "previously negative)"
)
_FREE_FIELDS = ("containers", "initContainers", "activeDeadlineSeconds", "tolerations", "schedulingGates")


def check_pod(pod: Object) -> Errors:
    """Check a pod's specification."""
    spec = pod.get("spec") or {}
    yield from check_pod_spec(spec, "spec", of_pod=True)
    for kind in ("containers", "initContainers"):
        for index, container in enumerate(spec.get(kind) or ()):
            image = container.get("image", "")
            if image != image.strip():
                detail = "must not have leading or trailing whitespace"
                yield invalid_value(f"spec.{kind}[{index}].image", image, detail)


def check_new_pod(pod: Object) -> Errors:
    """Check what only a new pod may not have."""
    spec = pod.get("spec") or {}
    mirrored = ((pod.get("metadata") or {}).get("annotations") or {}).get(_MIRROR)
    if mirrored is not None and not spec.get("nodeName"):
        detail = "must set spec.nodeName if mirror pod annotation is set"
        yield invalid_value(f"metadata.annotations[{_MIRROR}]", mirrored, detail)
    yield from check_pod(pod)
    if spec.get("ephemeralContainers"):
        yield forbidden("spec.ephemeralContainers", "cannot be set on create")
    if spec.get("nodeName") and spec.get("schedulingGates"):
        yield forbidden("spec.nodeName", "cannot be set until all schedulingGates have been cleared")


def check_pod_change(new: Object, old: Object) -> Errors:
    """Check that only images, deadlines, tolerations and gates of a pod change."""
    spec, before = new.get("spec") or {}, old.get("spec") or {}
    for kind in ("containers", "initContainers"):
        containers = spec.get(kind) or ()
        if len(containers) != len(before.get(kind) or ()):
            yield forbidden(f"spec.{kind}", "pod updates may not add or remove containers")
            return
        for index, container in enumerate(containers):
            if not container.get("image"):
                yield required(f"spec.{kind}[{index}].image")
    deadline = list(_check_deadline(spec, before))
    yield from deadline
    if deadline and spec.get("activeDeadlineSeconds") is not None:
        return
    yield from _check_tolerations(spec.get("tolerations") or (), before.get("tolerations") or ())
    known = {gate.get("name") for gate in before.get("schedulingGates") or ()}
    for index, gate in enumerate(spec.get("schedulingGates") or ()):
        if gate.get("name") not in known:
            detail = f"only deletion is allowed, but found new scheduling gate '{gate.get('name')}'"
            yield forbidden(f"spec.schedulingGates[{index}].name", detail)
    if spec != before and _fixed_part(spec, before) != _fixed_part(before, before):
        yield forbidden("spec", f"pod updates may not change fields other than {_UPDATABLE}\n")


def check_pod_status(new: Object, old: Object) -> Errors:
    """Check a pod's status: conditions, addresses, containers that have ended for good."""
    status, before = new.get("status") or {}, old.get("status") or {}
    for index, condition in enumerate(status.get("conditions") or ()):
        kind = condition.get("type", "")
        yield from check_text(qualified_name, kind, f"status.conditions[{index}].type") if "/" in kind else ()
    nominated = status.get("nominatedNodeName")
    if nominated and nominated != before.get("nominatedNodeName"):
        yield from check_text(dns_subdomain, nominated, "status.nominatedNodeName")
        if (old.get("spec") or {}).get("nodeName"):
            yield forbidden("status.nominatedNodeName", "may not be set on pods that are already bound to a node")
    if status.get("qosClass") != before.get("qosClass"):
        yield invalid_value("status.qosClass", status.get("qosClass", ""), IMMUTABLE)
    for kind in ("containerStatuses", "initContainerStatuses"):
        yield from _check_transitions(status, before, old.get("spec") or {}, kind)
    yield from _check_addresses(status, before, "podIPs")
    hosts = status.get("hostIPs") or ()
    if hosts and status.get("hostIP", "") != hosts[0].get("ip", ""):
        yield invalid_value("status.hostIPs[0].ip", hosts[0].get("ip", ""), "must be equal to `hostIP`")
    yield from _check_addresses(status, before, "hostIPs")


def _check_deadline(spec: Mapping[str, Any], before: Mapping[str, Any]) -> Errors:
    field, seconds, earlier = (
        "spec.activeDeadlineSeconds",
        spec.get("activeDeadlineSeconds"),
        before.get("activeDeadlineSeconds"),
    )
    if seconds is None:
        if earlier is not None:
            yield invalid_value(field, None, "must not update from a positive integer to nil value")
        return
    for message in in_range(seconds, 0, _LONGEST_SECONDS):
        yield invalid_value(field, seconds, message)
        return
    if earlier is not None and earlier < seconds:
        yield invalid_value(field, seconds, "must be less than or equal to previous value")


def _check_tolerations(new: Sequence[Mapping[str, Any]], old: Sequence[Mapping[str, Any]]) -> Errors:
    kept = [_without(toleration, "tolerationSeconds") for toleration in new]
    if any(_without(toleration, "tolerationSeconds") not in kept for toleration in old):
        yield forbidden("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds")
        return
    yield from check_tolerations(new, "spec.tolerations")


def _without(part: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    return {key: value for key, value in part.items() if key not in keys}


def _fixed_part(spec: Mapping[str, Any], before: Mapping[str, Any]) -> Mapping[str, Any]:
    """What of a specification may not change, given what it was."""
    fixed = dict(_without(spec, *_FREE_FIELDS))
    for kind in ("containers", "initContainers"):
        fixed[kind] = [_without(container, "image") for container in spec.get(kind) or ()]
    earlier = before.get("terminationGracePeriodSeconds")
    if earlier is not None and earlier < 0 and spec.get("terminationGracePeriodSeconds") in {1, earlier}:
        fixed.pop("terminationGracePeriodSeconds")
    if before.get("schedulingGates"):
        selector = spec.get("nodeSelector") or {}
        if (before.get("nodeSelector") or {}).items() <= selector.items():
            fixed.pop("nodeSelector", None)
    return fixed


def _check_transitions(
    status: Mapping[str, Any], before: Mapping[str, Any], spec: Mapping[str, Any], kind: str
) -> Errors:
    policy = spec.get("restartPolicy")
    if policy == "Always":
        return
    running = {one.get("name") for one in status.get(kind) or () if not (one.get("state") or {}).get("terminated")}
    for index, earlier in enumerate(before.get(kind) or ()):
        ended = (earlier.get("state") or {}).get("terminated")
        if not ended or (policy == "OnFailure" and ended.get("exitCode")):
            continue
        if kind == "initContainerStatuses" and _is_sidecar(spec, earlier.get("name")):
            continue
        if earlier.get("name") in running:
            yield forbidden(f"status.{kind}[{index}].state", "may not be transitioned to non-terminated state")


def _is_sidecar(spec: Mapping[str, Any], name: Any) -> bool:
    return any(c.get("name") == name and c.get("restartPolicy") == "Always" for c in spec.get("initContainers") or ())


def _check_addresses(status: Mapping[str, Any], before: Mapping[str, Any], key: str) -> Errors:
    addresses = [entry.get("ip", "") for entry in status.get(key) or ()]
    known = {entry.get("ip", "") for entry in before.get(key) or ()}
    for index, address in enumerate(addresses):
        if address not in known and address_of(address) is None:
            yield invalid_value(f"status.{key}[{index}]", address, BAD_ADDRESS)
    families = [parsed.version for parsed in map(address_of, addresses) if parsed is not None]
    if len(families) != len(set(families)):
        shown = [{"IP": address} for address in addresses]
        yield invalid_value(f"status.{key}", shown, "may specify no more than one IP for each IP family")


def _check_new_helpers(new: Object, old: Object) -> Errors:
    yield from check_pod(new)
    yield from check_ephemeral_change(new, old)


RULES: Iterable[tuple[str, str, Rules]] = (
    (
        "",
        "pods",
        Rules(
            check_pod,
            check_pod_change,
            check_pod_status,
            metadata_on_update=("change", "new"),
            create=check_new_pod,
            subresources={"ephemeralcontainers": _check_new_helpers, "resize": check_resize},
        ),
    ),
)

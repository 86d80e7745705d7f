"""Checks of security contexts (``ValidateSecurityContext``, ``validatePodSpecSecurityContext``)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from plimsoll.apimachinery.naming import in_range
from plimsoll.apimachinery.validation.fielderrors import (
    Errors,
    duplicate,
    forbidden,
    invalid_value,
    not_supported,
    required,
)
from plimsoll.apimachinery.validation.numbers import check_one_of
from plimsoll.apimachinery.validation.volumes import check_relative_path

_HIGHEST_ID = 2**31 - 1
_SYSCTL_FORM = r"([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?"
_LONGEST_SYSCTL = 253
_CONTEXT_FIELDS = (
    *("capabilities", "privileged", "windowsOptions", "runAsUser", "runAsGroup", "runAsNonRoot"),
    *("readOnlyRootFilesystem", "allowPrivilegeEscalation", "procMount", "seccompProfile", "appArmorProfile"),
)
_IDS = ("fsGroup", "runAsUser", "runAsGroup")


def check_pod_security(context: Mapping[str, Any], spec: Mapping[str, Any], field: str) -> Errors:
    """Check what holds for all containers of a pod."""
    for key in _IDS:
        yield from _check_id(context.get(key), f"{field}.{key}")
    for index, group in enumerate(context.get("supplementalGroups") or ()):
        yield from _check_id(group, f"{field}.supplementalGroups[{index}]")
    if spec.get("shareProcessNamespace") and spec.get("hostPID"):
        detail = "ShareProcessNamespace and HostPID cannot both be enabled"
        yield invalid_value(f"{field}.shareProcessNamespace", value=True, detail=detail)
    yield from _check_sysctls(context, f"{field}.sysctls")
    policy = context.get("fsGroupChangePolicy")
    if policy is not None and policy not in {"Always", "OnRootMismatch"}:
        yield not_supported(f"{field}.fsGroupChangePolicy", policy, ("Always", "OnRootMismatch"))
    yield from _check_profiles(context, field)


def check_container_security(context: Mapping[str, Any], field: str) -> Errors:
    """Check what holds for one container."""
    for key in _IDS[1:]:
        yield from _check_id(context.get(key), f"{field}.{key}")
    mount = context.get("procMount")
    if mount is not None and mount not in {"Default", "Unmasked"}:
        yield not_supported(f"{field}.procMount", mount, ("Default", "Unmasked"))
    yield from _check_profiles(context, field)
    if context.get("allowPrivilegeEscalation") is False:
        shown = _spelled(context)
        if context.get("privileged"):
            detail = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"
            yield invalid_value(field, shown, detail)
        if "CAP_SYS_ADMIN" in ((context.get("capabilities") or {}).get("add") or ()):
            detail = "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"
            yield invalid_value(field, shown, detail)


def check_operating_system(spec: Mapping[str, Any], field: str) -> Errors:
    """Check that a pod says nothing that the system it is for does not know."""
    name = (spec.get("os") or {}).get("name", "")
    if name not in {"linux", "windows"}:
        yield from check_one_of(name, ("linux", "windows"), f"{field}.os" if name else f"{field}.os.name")
        return
    fields = _FIELDS_OF_OTHERS[name]
    if name == "windows":
        for key in ("hostUsers", "hostPID", "hostIPC", "shareProcessNamespace"):
            if spec.get(key) is not None and (key in {"hostUsers", "shareProcessNamespace"} or spec[key]):
                yield forbidden(f"{field}.{key}", _NOT_FOR["windows"])
    contexts = [(field, spec)]
    for kind in ("initContainers", "containers", "ephemeralContainers"):
        contexts += [(f"{field}.{kind}[{index}]", part) for index, part in enumerate(spec.get(kind) or ())]
    for path, part in contexts:
        context = part.get("securityContext") or {}
        for key in fields:
            if context.get(key) is not None:
                yield forbidden(f"{path}.securityContext.{key}", _NOT_FOR[name])


_NOT_FOR = {"windows": "cannot be set for a windows pod", "linux": "windows options cannot be set for a linux pod"}
_FOR_LINUX_ONLY = (
    *("appArmorProfile", "seLinuxOptions", "seccompProfile", "fsGroup", "fsGroupChangePolicy", "sysctls"),
    *("runAsUser", "runAsGroup", "supplementalGroups", "supplementalGroupsPolicy", "seLinuxChangePolicy"),
    *("capabilities", "readOnlyRootFilesystem", "privileged", "allowPrivilegeEscalation", "procMount"),
)
_FIELDS_OF_OTHERS: Mapping[str, tuple[str, ...]] = {"linux": ("windowsOptions",), "windows": _FOR_LINUX_ONLY}


def _spelled(context: Mapping[str, Any]) -> Mapping[str, Any]:
    """A context as the API's own types spell it, with everything that is not set, which messages show."""
    shown = {key[0].upper() + key[1:]: context.get(key) for key in _CONTEXT_FIELDS}
    shown["SELinuxOptions"] = context.get("seLinuxOptions")
    capabilities = context.get("capabilities")
    if capabilities is not None:
        shown["Capabilities"] = {"Add": capabilities.get("add"), "Drop": capabilities.get("drop")}
    order = ("Capabilities", "Privileged", "SELinuxOptions")
    return {key: shown[key] for key in (*order, *(key for key in shown if key not in order))}


def _check_id(value: int | None, field: str) -> Errors:
    if value is not None:
        for message in in_range(value, 0, _HIGHEST_ID):
            yield invalid_value(field, value, message)


def _check_sysctls(context: Mapping[str, Any], field: str) -> Errors:
    seen: set[str] = set()
    for index, sysctl in enumerate(context.get("sysctls") or ()):
        name, path = sysctl.get("name", ""), f"{field}[{index}].name"
        if not name:
            yield required(path)
        elif len(name) > _LONGEST_SYSCTL or not re.fullmatch(_SYSCTL_FORM, name):
            detail = f"must have at most {_LONGEST_SYSCTL} characters and match regex ^{_SYSCTL_FORM}$"
            yield invalid_value(path, name, detail)
        elif name in seen:
            yield duplicate(path, name)
        seen.add(name)


def _check_profiles(context: Mapping[str, Any], field: str) -> Errors:
    kinds = ("Localhost", "RuntimeDefault", "Unconfined")
    for key in ("seccompProfile", "appArmorProfile"):
        profile = context.get(key)
        if profile is None:
            continue
        path, kind = f"{field}.{key}", profile.get("type", "")
        if not kind:
            yield required(
                f"{path}.type", "type is required when seccompProfile is set" if key == "seccompProfile" else ""
            )
        elif kind not in kinds:
            yield not_supported(f"{path}.type", kind, kinds)
        local = profile.get("localhostProfile")
        if kind == "Localhost":
            if not local:
                yield required(f"{path}.localhostProfile", f"must be set when {_KIND_WORDS[key]} type is Localhost")
            elif key == "seccompProfile":
                yield from check_relative_path(local, f"{path}.localhostProfile")
        elif local:
            detail = f"can only be set when {_KIND_WORDS[key]} type is Localhost"
            yield invalid_value(f"{path}.localhostProfile", local, detail)


_KIND_WORDS = {"seccompProfile": "seccomp", "appArmorProfile": "AppArmor"}

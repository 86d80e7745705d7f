"""What is filled into the specification of a pod, in a pod itself and in every template.

Source: pkg/apis/core/v1/defaults.go and zz_generated.defaults.go. Only what holds for templates too is in here; what a
pod alone gets is in :mod:`plimsoll.apimachinery.defaults.pods`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from plimsoll.apimachinery.defaults.amounts import default_amounts
from plimsoll.kube.resources import Object

_FILE_MODE = 0o644  # of files that come from secrets, config maps, the downward API and projections
_TOKEN_SECONDS = 3600
_PROBE_NUMBERS = {"timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3}
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_VOLUME_DEFAULTS: dict[str, dict[str, Any]] = {
    "hostPath": {"type": ""},
    "secret": {"defaultMode": _FILE_MODE},
    "configMap": {"defaultMode": _FILE_MODE},
    "downwardAPI": {"defaultMode": _FILE_MODE},
    "projected": {"defaultMode": _FILE_MODE},
    "iscsi": {"iscsiInterface": "default"},
    "rbd": {"pool": "rbd", "user": "admin", "keyring": "/etc/ceph/keyring"},
    "azureDisk": {"cachingMode": "ReadWrite", "fsType": "ext4", "readOnly": False, "kind": "Shared"},
    "scaleIO": {"storageMode": "ThinProvisioned", "fsType": "xfs"},
}


def default_pod_spec(spec: Object) -> None:
    """Fill in a private copy of a pod's specification, or of a template's; once filled in, it stays as it is."""
    _fill(spec, {"dnsPolicy": "ClusterFirst", "restartPolicy": "Always", "schedulerName": "default-scheduler"})
    spec.setdefault("securityContext", {})
    # A negative grace period counts as the shortest there is (pkg/apis/core/v1/conversion.go).
    grace_seconds = spec.get("terminationGracePeriodSeconds")
    spec["terminationGracePeriodSeconds"] = 30 if grace_seconds is None else grace_seconds if grace_seconds >= 0 else 1
    for volume in spec.get("volumes") or ():
        _default_volume(volume)
    for container in containers_of(spec):
        _default_container(container)
    _default_resources(spec.get("resources"))
    if spec.get("overhead"):
        default_amounts(spec["overhead"])
    if spec.get("serviceAccountName"):
        spec["serviceAccount"] = spec["serviceAccountName"]
    elif spec.get("serviceAccount"):
        spec["serviceAccountName"] = spec["serviceAccount"]


def containers_of(spec: Object) -> Iterator[Object]:
    """All containers: regular ones, those that run before, and ephemeral ones."""
    for kind in ("initContainers", "containers", "ephemeralContainers"):
        yield from spec.get(kind) or ()


def pull_policy(image: str) -> str:
    """The policy that an image's tag implies: ``latest``, or none at all, is pulled every time."""
    name, _, digest = image.partition("@")
    last = name.rpartition("/")[2]
    tag = last.partition(":")[2] if ":" in last else ("" if digest else "latest")
    return "Always" if tag == "latest" else "IfNotPresent"


def _default_container(container: Object) -> None:
    if not container.get("imagePullPolicy"):
        container["imagePullPolicy"] = pull_policy(container.get("image", ""))
    _fill(container, {"terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File"})
    resources = container.setdefault("resources", {})
    if resources:
        _default_resources(resources)
    for port in container.get("ports") or ():
        _fill(port, {"protocol": "TCP"})
    for variable in container.get("env") or ():
        source = variable.get("valueFrom")
        if source:
            _default_variable(source)
    for name in _PROBES:
        probe = container.get(name)
        if probe is not None:
            _fill(probe, _PROBE_NUMBERS)
            _default_handler(probe)
    for handler in (container.get("lifecycle") or {}).values():
        if isinstance(handler, dict):
            _default_handler(handler)


def _default_resources(resources: Object | None) -> None:
    for part in ("limits", "requests"):
        amounts = (resources or {}).get(part)
        if amounts:
            default_amounts(amounts)


def _default_variable(source: Object) -> None:
    _default_field(source.get("fieldRef"))
    reference = source.get("resourceFieldRef")
    if reference is not None:
        _fill(reference, {"divisor": "0"})
    file_key = source.get("fileKeyRef")
    if file_key is not None:
        file_key.setdefault("optional", False)


def _default_field(reference: Object | None) -> None:
    if reference is not None:
        _fill(reference, {"apiVersion": "v1"})


def _default_handler(handler: Object) -> None:
    http = handler.get("httpGet")
    if http is not None:
        _fill(http, {"path": "/", "scheme": "HTTP"})
    grpc = handler.get("grpc")
    if grpc is not None and grpc.get("service") is None:
        grpc["service"] = ""


def _default_volume(volume: Object) -> None:
    if not any(value is not None for key, value in volume.items() if key != "name"):
        volume["emptyDir"] = {}
    for kind, source in volume.items():
        if not isinstance(source, dict):
            continue
        for key, value in _VOLUME_DEFAULTS.get(kind, {}).items():
            # A mode of 0 and a read-only of false are choices; an empty text is none, but for the type of a host path.
            if source.get(key) is None or (source[key] == "" and value != ""):
                source[key] = value
        detail = _VOLUME_DETAILS.get(kind)
        if detail is not None:
            detail(source)


def _default_downward(source: Object) -> None:
    for item in source.get("items") or ():
        _default_field(item.get("fieldRef"))
        reference = item.get("resourceFieldRef")
        if reference is not None:
            _fill(reference, {"divisor": "0"})


def _default_projection(source: Object) -> None:
    for part in source.get("sources") or ():
        if part.get("downwardAPI"):
            _default_downward(part["downwardAPI"])
        token = part.get("serviceAccountToken")
        if token is not None:
            token.setdefault("expirationSeconds", _TOKEN_SECONDS)


def _default_ephemeral(source: Object) -> None:
    spec = (source.get("volumeClaimTemplate") or {}).get("spec")
    if spec is not None:
        spec.setdefault("volumeMode", "Filesystem")
        _default_resources(spec.get("resources"))


def _default_image(source: Object) -> None:
    if not source.get("pullPolicy"):
        source["pullPolicy"] = pull_policy(source.get("reference", ""))


_VOLUME_DETAILS: dict[str, Callable[[Object], None]] = {
    "downwardAPI": _default_downward,
    "projected": _default_projection,
    "ephemeral": _default_ephemeral,
    "image": _default_image,
}


def _fill(target: Object, values: dict[str, Any]) -> None:
    """Set what is absent, empty or zero: these fields are no pointers in the API's types."""
    for key, value in values.items():
        if not target.get(key):
            target[key] = value

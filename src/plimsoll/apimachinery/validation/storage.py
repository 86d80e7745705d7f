"""Checks of volumes, claims and the classes of storage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from plimsoll.apimachinery.naming import dns_subdomain, qualified_name
from plimsoll.apimachinery.validation.amounts import check_amount
from plimsoll.apimachinery.validation.fielderrors import (
    Errors,
    duplicate,
    forbidden,
    invalid_value,
    not_supported,
    required,
    too_long,
)
from plimsoll.apimachinery.validation.labels import check_selector, check_text
from plimsoll.apimachinery.validation.metadata import check_immutable
from plimsoll.apimachinery.validation.numbers import check_one_of, quantity
from plimsoll.apimachinery.validation.placement import check_node_selector
from plimsoll.apimachinery.validation.rules import Rules
from plimsoll.kube.resources import Object

GROUP = "storage.k8s.io"

_ACCESS_MODES = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
_VOLUME_MODES = ("Block", "Filesystem")
_RECLAIM = ("Delete", "Recycle", "Retain")
_MOST_PARAMETERS = 512
_SHORTEST_TOKEN_SECONDS = 600
_MOST_PARAMETER_BYTES = 256 * 1024
_SOURCES = (
    *("hostPath", "gcePersistentDisk", "awsElasticBlockStore", "glusterfs", "flocker", "nfs", "rbd", "quobyte"),
    *("cephfs", "iscsi", "cinder", "fc", "flexVolume", "azureFile", "vsphereVolume", "photonPersistentDisk"),
    *("portworxVolume", "azureDisk", "scaleIO", "local", "storageos", "csi"),
)
_NEEDED = {
    "hostPath": ("path",),
    "nfs": ("server", "path"),
    "local": ("path",),
    "csi": ("driver", "volumeHandle"),
    "iscsi": ("targetPortal", "iqn"),
}
_CLAIM_CHANGE = (
    "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n"
)
_CLASS_FIXED = ("parameters", "provisioner", "reclaimPolicy", "volumeBindingMode")


def _check_access_modes(modes: Iterable[str], field: str) -> Errors:
    for mode in modes:
        if mode not in _ACCESS_MODES:
            yield not_supported(field, mode, _ACCESS_MODES)
    given = {mode for mode in modes if mode in _ACCESS_MODES}
    if "ReadWriteOncePod" in given and len(given) > 1:
        yield forbidden(field, "may not use ReadWriteOncePod with other access modes")


def _check_positive(amount: Any, field: str) -> Errors:
    if quantity(amount) <= 0:
        yield invalid_value(field, str(amount), "must be greater than zero")


def _check_volume(volume: Object) -> Errors:
    spec = volume.get("spec") or {}
    modes = spec.get("accessModes") or ()
    if not modes:
        yield required("spec.accessModes")
    yield from _check_access_modes(modes, "spec.accessModes")
    capacity = spec.get("capacity")
    if not capacity:
        yield required("spec.capacity")
    if set(capacity or ()) != {"storage"}:
        yield not_supported("spec.capacity", capacity and dict(sorted(capacity.items())), ("storage",))
    for name, amount in (capacity or {}).items():
        yield from _check_positive(amount, f"spec.capacity[{name}]")
    policy = spec.get("persistentVolumeReclaimPolicy")
    yield from check_one_of(policy, _RECLAIM, "spec.persistentVolumeReclaimPolicy", optional=True)
    affinity = (spec.get("nodeAffinity") or {}).get("required")
    if affinity is not None:
        yield from check_node_selector(affinity, "spec.nodeAffinity.required")
    elif spec.get("nodeAffinity") is not None:
        yield required("spec.nodeAffinity.required", "must specify required node constraints")
    yield from _check_source(spec)
    if spec.get("storageClassName"):
        yield from check_text(dns_subdomain, spec["storageClassName"], "spec.storageClassName")
    yield from check_one_of(spec.get("volumeMode"), _VOLUME_MODES, "spec.volumeMode", optional=True)


def _check_source(spec: Mapping[str, Any]) -> Errors:
    given = [kind for kind in _SOURCES if spec.get(kind) is not None]
    for kind in given[1:]:
        yield forbidden(f"spec.{kind}", "may not specify more than 1 volume type")
    driver = (spec.get("csi") or {}).get("driver")
    if given[:1] == ["csi"] and driver:
        yield from check_text(dns_subdomain, driver, "spec.csi.driver")
    for kind in given[:1]:
        for key in _NEEDED.get(kind, ()):
            if not spec[kind].get(key):
                yield required(f"spec.{kind}.{key}")
    if not given:
        yield required("spec", "must specify a volume type")
    elif given[0] == "local" and spec.get("nodeAffinity") is None:
        yield required("spec.nodeAffinity", "Local volume requires node affinity")
    root = (spec.get("hostPath") or {}).get("path") == "/"
    if root and spec.get("persistentVolumeReclaimPolicy") == "Recycle":
        yield forbidden("spec.persistentVolumeReclaimPolicy", "may not be 'recycle' for a hostPath mount of '/'")


def _check_volume_change(new: Object, old: Object) -> Errors:
    spec, before = new.get("spec") or {}, old.get("spec") or {}
    if any(spec.get(kind) != before.get(kind) for kind in _SOURCES):
        yield forbidden("spec.persistentvolumesource", "spec.persistentvolumesource is immutable after creation\n")
    yield from check_immutable(spec.get("volumeMode"), before.get("volumeMode"), "volumeMode")


def _check_claim(claim: Object) -> Errors:
    yield from check_claim_spec(claim.get("spec") or {}, "spec")


def check_claim_spec(spec: Mapping[str, Any], field: str) -> Errors:
    """Check what is claimed, in claims and in the templates of claims."""
    modes = spec.get("accessModes") or ()
    if not modes:
        yield required(f"{field}.accessModes", "at least 1 access mode is required")
    yield from check_selector(spec.get("selector"), f"{field}.selector")
    yield from _check_access_modes(modes, f"{field}.accessModes")
    requests = (spec.get("resources") or {}).get("requests") or {}
    size = f"{field}.resources[storage]"
    if "storage" not in requests:
        yield required(size)
    else:
        wrong = list(_check_positive(requests["storage"], size))
        yield from wrong or check_amount("storage", requests["storage"], size)
    if spec.get("storageClassName"):
        yield from check_text(dns_subdomain, spec["storageClassName"], f"{field}.storageClassName")
    yield from check_one_of(spec.get("volumeMode"), _VOLUME_MODES, f"{field}.volumeMode", optional=True)
    for key in ("dataSource", "dataSourceRef"):
        source = spec.get(key)
        if source is not None:
            for part in ("name", "kind"):
                if not source.get(part):
                    yield required(f"{field}.{key}.{part}")


def _check_claim_change(new: Object, old: Object) -> Errors:
    spec, before = new.get("spec") or {}, old.get("spec") or {}
    bound = (new.get("status") or {}).get("phase") == "Bound"
    if _fixed_claim(spec, before, bound=bound) != _fixed_claim(before, before, bound=bound):
        yield forbidden("spec", _CLAIM_CHANGE)
    sizes = [((one.get("resources") or {}).get("requests") or {}).get("storage", "0") for one in (spec, before)]
    held = ((old.get("status") or {}).get("capacity") or {}).get("storage", "0")
    if quantity(sizes[0]) < quantity(sizes[1]) and quantity(sizes[0]) <= quantity(held):
        yield forbidden("spec.resources.requests.storage", "field can not be less than status.capacity")
    yield from check_immutable(spec.get("volumeMode"), before.get("volumeMode"), "volumeMode")


def _fixed_claim(spec: Mapping[str, Any], before: Mapping[str, Any], *, bound: bool) -> Mapping[str, Any]:
    """What of a claim may not change: volume and class may be filled in, and a bound claim may grow."""
    fixed = dict(spec)
    if not before.get("volumeName"):
        fixed.pop("volumeName", None)
    if before.get("storageClassName") is None:
        fixed.pop("storageClassName", None)
    if bound:
        fixed.pop("volumeAttributesClassName", None)
        resources = fixed.get("resources") or {}
        others = {key: value for key, value in (resources.get("requests") or {}).items() if key != "storage"}
        fixed["resources"] = {**resources, "requests": others}
    return fixed


def _check_class(storage_class: Object) -> Errors:
    provisioner, parameters = storage_class.get("provisioner", ""), storage_class.get("parameters") or {}
    if not provisioner:
        yield required("provisioner")
    else:
        for message in qualified_name(provisioner.lower()):
            yield invalid_value("provisioner", provisioner.lower(), message)
    yield from _check_parameters(parameters)
    for key, choices in (
        ("reclaimPolicy", ("Delete", "Retain")),
        ("volumeBindingMode", ("Immediate", "WaitForFirstConsumer")),
    ):
        yield from check_one_of(storage_class.get(key), choices, key, optional=key == "reclaimPolicy")
    for index, term in enumerate(storage_class.get("allowedTopologies") or ()):
        yield from _check_topology(term, f"allowedTopologies[{index}].matchLabelExpressions")


def _check_topology(term: Mapping[str, Any], field: str) -> Errors:
    seen: set[str] = set()
    for index, expression in enumerate(term.get("matchLabelExpressions") or ()):
        path, key, values = f"{field}[{index}]", expression.get("key", ""), expression.get("values") or ()
        if not values:
            yield required(f"{path}.values")
        for number, value in enumerate(values):
            if value in values[:number]:
                yield duplicate(f"{path}.values[{number}]", value)
        yield from check_text(qualified_name, key, f"{path}.key")
        if key in seen:
            yield duplicate(f"{path}.key", key)
        seen.add(key)


def _check_parameters(parameters: Mapping[str, str]) -> Errors:
    if len(parameters) > _MOST_PARAMETERS:
        yield too_long("parameters", _MOST_PARAMETERS)
        return
    if "" in parameters:
        yield invalid_value("parameters", "", "field can not be empty.")
    if sum(len(key.encode()) + len(value.encode()) for key, value in parameters.items()) > _MOST_PARAMETER_BYTES:
        yield too_long("parameters", _MOST_PARAMETER_BYTES)


def _check_class_change(new: Object, old: Object) -> Errors:
    for key in _CLASS_FIXED:
        yield from check_immutable(new.get(key), old.get(key), key)


def _check_attachment(attachment: Object) -> Errors:
    spec = attachment.get("spec") or {}
    if not spec.get("attacher"):
        yield required("spec.attacher")
    source = spec.get("source") or {}
    if source.get("inlineVolumeSpec") is None and source.get("persistentVolumeName") is None:
        yield required("spec.source", "must specify exactly one of inlineVolumeSpec and persistentVolumeName")
    elif source.get("persistentVolumeName") == "":
        yield required("spec.source.persistentVolumeName", "must specify non empty persistentVolumeName")
    yield from check_text(dns_subdomain, spec.get("nodeName", ""), "spec.nodeName")


def _check_attachment_change(new: Object, old: Object) -> Errors:
    if new.get("spec") != old.get("spec"):
        yield invalid_value("spec", new.get("spec"), "field is immutable")


def _check_node(node: Object) -> Errors:
    seen: set[str] = set()
    for index, driver in enumerate((node.get("spec") or {}).get("drivers") or ()):
        path, name = f"spec.drivers[{index}]", driver.get("name", "")
        if not name:
            yield required(f"{path}.name")
        else:
            yield from _check_driver_name(name, f"{path}.name")
        if name in seen:
            yield duplicate(f"{path}.name", name)
        seen.add(name)
        if not driver.get("nodeID"):
            yield required(f"{path}.nodeID")
        keys = driver.get("topologyKeys") or ()
        for number, key in enumerate(keys):
            if key in keys[:number]:
                yield duplicate(path, key)
            yield from check_text(qualified_name, key, path)


def _check_driver_name(name: str, field: str) -> Errors:
    for message in dns_subdomain(name.lower()):
        yield invalid_value(field, name, message)


def _check_driver(driver: Object) -> Errors:
    spec = driver.get("spec") or {}
    policy = spec.get("fsGroupPolicy")
    yield from check_one_of(policy, ("File", "None", "ReadWriteOnceWithFSType"), "spec.fsGroupPolicy", optional=True)
    audiences: set[str] = set()
    for index, request in enumerate(spec.get("tokenRequests") or ()):
        audience = request.get("audience", "")
        if audience in audiences:
            yield duplicate(f"spec.tokenRequests[{index}].audience", audience)
        elif request.get("expirationSeconds") is not None:
            yield from _check_lifetime(request["expirationSeconds"], f"spec.tokenRequests[{index}].expirationSeconds")
        audiences.add(audience)
    for mode in spec.get("volumeLifecycleModes") or ():
        if mode not in {"Ephemeral", "Persistent"}:
            yield not_supported("spec.volumeLifecycleModes", mode, ("Persistent", "Ephemeral"))


def _check_lifetime(seconds: int, field: str) -> Errors:
    if seconds < _SHORTEST_TOKEN_SECONDS:
        yield invalid_value(field, seconds, "may not specify a duration less than 10 minutes")
    if seconds > 1 << 32:
        yield invalid_value(field, seconds, "may not specify a duration larger than 2^32 seconds")


RULES: Iterable[tuple[str, str, Rules]] = (
    ("", "persistentvolumes", Rules(_check_volume, _check_volume_change, metadata_on_update=("new",))),
    ("", "persistentvolumeclaims", Rules(_check_claim, _check_claim_change, metadata_on_update=("change", "new"))),
    (GROUP, "storageclasses", Rules(_check_class, _check_class_change, body_on_update=False)),
    (GROUP, "volumeattachments", Rules(_check_attachment, _check_attachment_change)),
    (GROUP, "csinodes", Rules(_check_node)),
    (GROUP, "csidrivers", Rules(_check_driver)),
)

"""Checks of a pod's volumes and of their mounts (``ValidateVolumes``, ``ValidateVolumeMounts``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from plimsoll.apimachinery.naming import dns_label, dns_subdomain
from plimsoll.apimachinery.validation.environment import check_container_field, check_pod_field
from plimsoll.apimachinery.validation.fielderrors import (
    Errors,
    duplicate,
    forbidden,
    invalid_value,
    not_found,
    not_supported,
    required,
)
from plimsoll.apimachinery.validation.labels import check_labels, check_text
from plimsoll.apimachinery.validation.metadata import check_annotations
from plimsoll.apimachinery.validation.numbers import check_one_of, quantity
from plimsoll.apimachinery.validation.storage import check_claim_spec

_ONE = "may not specify more than 1 volume type"
_MODE_WORDS = "must be a number between 0 and 0777 (octal), both inclusive"
_HIGHEST_MODE = 0o777
_FILE_FIELDS = ("metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid")
_PATH_TYPES = (*("", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"),)
_SHORTEST_TOKEN_SECONDS = 600
PULL_POLICIES = ("Always", "IfNotPresent", "Never")
_LONGEST_TOKEN_SECONDS = 1 << 32

Source = Mapping[str, Any]


def check_volumes(volumes: Sequence[Mapping[str, Any]], field: str, known: dict[str, Source]) -> Errors:
    """Check volumes; those without a fault are put into ``known``, which mounts may name."""
    for index, volume in enumerate(volumes):
        path = f"{field}[{index}]"
        name = volume.get("name", "")
        errors = list(_check_volume_source(volume, path))
        errors += check_text(dns_label, name, f"{path}.name") if name else [required(f"{path}.name")]
        if name in known:
            errors.append(duplicate(f"{path}.name", name))
        if not errors:
            known[name] = volume
        yield from errors


def check_mounts(container: Mapping[str, Any], known: Mapping[str, Source], field: str) -> Errors:
    """Check the mounts of one container: of volumes that exist, at paths of their own."""
    devices = {device.get("name"): device.get("devicePath") for device in container.get("volumeDevices") or ()}
    paths: set[str] = set()
    for index, mount in enumerate(container.get("volumeMounts") or ()):
        item = f"{field}[{index}]"
        name, path = mount.get("name", ""), mount.get("mountPath", "")
        if not name:
            yield required(f"{item}.name")
        if name not in known:
            yield not_found(f"{item}.name", name)
        if not path:
            yield required(f"{item}.mountPath")
        if path in paths:
            yield invalid_value(f"{item}.mountPath", path, "must be unique")
        paths.add(path)
        if name in devices:
            yield invalid_value(f"{item}.name", name, "must not already exist in volumeDevices")
        if path in devices.values():
            yield invalid_value(f"{item}.mountPath", path, "must not already exist as a path in volumeDevices")
        yield from _check_mount_options(mount, container, field)
        if mount.get("subPathExpr") and mount.get("subPath"):
            detail = "subPathExpr and subPath are mutually exclusive"
            yield invalid_value(f"{item}.subPathExpr", mount["subPathExpr"], detail)


def check_devices(container: Mapping[str, Any], known: Mapping[str, Source], field: str) -> Errors:
    """Check the block devices of one container: only claims can be had as such."""
    mounts = {mount.get("name"): mount.get("mountPath") for mount in container.get("volumeMounts") or ()}
    names: set[str] = set()
    paths: set[str] = set()
    for index, device in enumerate(container.get("volumeDevices") or ()):
        item = f"{field}[{index}]"
        name, path = device.get("name", ""), device.get("devicePath", "")
        if not name:
            yield required(f"{item}.name")
        if name in names:
            yield invalid_value(f"{item}.name", name, "must be unique")
        if name not in known:
            yield not_found(f"{item}.name", name)
        elif not {"persistentVolumeClaim", "ephemeral"} & known[name].keys():
            detail = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode"
            yield invalid_value(f"{item}.name", name, detail)
        if not path:
            yield required(f"{item}.devicePath")
        if path in paths:
            yield invalid_value(f"{item}.devicePath", path, "must be unique")
        if ".." in path.split("/"):
            yield invalid_value(f"{item}.devicePath", path, "can not contain backsteps ('..')")
        if name in mounts:
            yield invalid_value(f"{item}.name", name, "must not already exist in volumeMounts")
        names.add(name)
        paths.add(path)


def check_relative_path(path: str, field: str) -> Errors:
    """Check a path within a volume: relative, and never out of it."""
    if path.startswith("/"):
        yield invalid_value(field, path, "must be a relative path")
    if ".." in path.split("/"):
        yield invalid_value(field, path, "must not contain '..'")


def _check_mount_options(mount: Mapping[str, Any], container: Mapping[str, Any], field: str) -> Errors:
    for key in ("subPath", "subPathExpr"):
        if mount.get(key):
            yield from check_relative_path(mount[key], f"{field}.{key}")
    propagation = mount.get("mountPropagation")
    modes = ("Bidirectional", "HostToContainer", "None")
    if propagation is not None and propagation not in modes:
        yield not_supported(f"{field}.mountPropagation", propagation, modes)
    privileged = (container.get("securityContext") or {}).get("privileged")
    if propagation == "Bidirectional" and not privileged:
        detail = "Bidirectional mount propagation is available only to privileged containers"
        yield forbidden(f"{field}.mountPropagation", detail)
    recursive = mount.get("recursiveReadOnly")
    if recursive in {"Enabled", "IfPossible"}:
        if not mount.get("readOnly"):
            yield forbidden(f"{field}.recursiveReadOnly", "may only be specified when readOnly is true")
        if propagation not in {None, "None"}:
            detail = "may only be specified when mountPropagation is None or not specified"
            yield forbidden(f"{field}.recursiveReadOnly", detail)
    elif recursive not in {None, "Disabled"}:
        yield not_supported(f"{field}.recursiveReadOnly", recursive, ("Disabled", "Enabled", "IfPossible"))


def _check_volume_source(volume: Mapping[str, Any], field: str) -> Errors:
    given = False
    for kind in _ORDER:
        source = volume.get(kind)
        if source is None:
            continue
        if given:
            yield forbidden(f"{field}.{kind}", _ONE)
        else:
            yield from _CHECKS.get(kind, _check_nothing)(source, f"{field}.{kind}")
        given = True
    if not given and not any(isinstance(source, dict) for source in volume.values()):
        yield required(field, "must specify a volume type")


def _check_nothing(_source: Source, _field: str) -> Errors:
    yield from ()


def _check_empty_directory(source: Source, field: str) -> Errors:
    if source.get("sizeLimit") is not None and quantity(source["sizeLimit"]) < 0:
        yield forbidden(f"{field}.sizeLimit", "SizeLimit field must be a valid resource quantity")


def _check_host_path(source: Source, field: str) -> Errors:
    path = source.get("path", "")
    if not path:
        yield required(f"{field}.path")
        return
    if ".." in path.split("/"):
        yield invalid_value(f"{field}.path", path, "must not contain '..'")
    if source.get("type") not in {None, *_PATH_TYPES}:
        yield not_supported(f"{field}.type", source["type"], _PATH_TYPES)


def _needing(*keys: str) -> Callable[[Source, str], Errors]:
    """Check only that these are given."""

    def check(source: Source, field: str) -> Errors:
        for key in keys:
            if not source.get(key):
                yield required(f"{field}.{key}")

    return check


def _check_files(source: Source, field: str) -> Errors:
    name = "secretName" if "secretName" in source or field.endswith(".secret") else "name"
    if not source.get(name):
        yield required(f"{field}.{name}")
    yield from _check_mode(source.get("defaultMode"), f"{field}.defaultMode")
    yield from _check_items(source, field)


def _check_items(source: Source, field: str) -> Errors:
    for index, item in enumerate(source.get("items") or ()):
        path = f"{field}.items[{index}]"
        for key in ("key", "path"):
            if not item.get(key):
                yield required(f"{path}.{key}")
        yield from _check_file_path(item.get("path", ""), f"{path}.path")
        yield from _check_mode(item.get("mode"), f"{path}.mode")


def _check_mode(mode: int | None, field: str) -> Errors:
    if mode is not None and not 0 <= mode <= _HIGHEST_MODE:
        yield invalid_value(field, mode, _MODE_WORDS)


def _check_file_path(path: str, field: str) -> Errors:
    yield from check_relative_path(path, field)
    if path.startswith("..") and not path.startswith("../"):
        yield invalid_value(field, path, "must not start with '..'")


def _check_nfs(source: Source, field: str) -> Errors:
    yield from _needing("server", "path")(source, field)
    if not source.get("path", "").startswith("/"):
        yield invalid_value(f"{field}.path", source.get("path", ""), "must be an absolute path")


def _check_downward(source: Source, field: str) -> Errors:
    yield from _check_mode(source.get("defaultMode"), f"{field}.defaultMode")
    for item in source.get("items") or ():
        if not item.get("path"):
            yield required(f"{field}.path")
        yield from _check_file_path(item.get("path", ""), f"{field}.path")
        of_pod, of_container = item.get("fieldRef"), item.get("resourceFieldRef")
        if of_pod is not None:
            yield from check_pod_field(of_pod, _FILE_FIELDS, f"{field}.fieldRef")
            if of_container is not None:
                yield invalid_value(
                    field, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously"
                )
        elif of_container is not None:
            yield from check_container_field(of_container, f"{field}.resourceFieldRef", of_volume=True)
        else:
            yield required(field, "one of fieldRef and resourceFieldRef is required")
        yield from _check_mode(item.get("mode"), f"{field}.mode")


def _check_projected(source: Source, field: str) -> Errors:
    kinds = ("secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle", "podCertificate")
    for index, part in enumerate(source.get("sources") or ()):
        path = f"{field}.sources[{index}]"
        given = [kind for kind in kinds if part.get(kind) is not None]
        for kind in given[:1]:
            yield from _check_projection(kind, part[kind], f"{path}.{kind}", field)
        if len(given) > 1:
            yield forbidden(path, f"{_ONE} per source")
    yield from _check_mode(source.get("defaultMode"), f"{field}.defaultMode")


def _check_projection(kind: str, part: Source, field: str, whole: str) -> Errors:
    if kind in {"secret", "configMap"}:
        if not part.get("name"):
            yield required(f"{field}.name")
        yield from _check_items(part, field)
    elif kind == "downwardAPI":
        yield from _check_downward(part, field)
    elif kind == "serviceAccountToken":
        seconds = part.get("expirationSeconds", 0)
        if seconds < _SHORTEST_TOKEN_SECONDS:
            yield invalid_value(
                f"{field}.expirationSeconds", seconds, "may not specify a duration less than 10 minutes"
            )
        if seconds > _LONGEST_TOKEN_SECONDS:
            yield invalid_value(
                f"{field}.expirationSeconds", seconds, "may not specify a duration larger than 2^32 seconds"
            )
        if not part.get("path"):
            yield required(f"{whole}.path")
        yield from check_relative_path(part.get("path", ""), f"{whole}.path")


def _check_csi(source: Source, field: str) -> Errors:
    driver = source.get("driver", "")
    if not driver:
        yield required(f"{field}.driver")
    else:
        yield from check_text(dns_subdomain, driver.lower(), f"{field}.driver")


def _check_ephemeral(source: Source, field: str) -> Errors:
    template = source.get("volumeClaimTemplate")
    if template is None:
        yield required(f"{field}.volumeClaimTemplate")
        return
    field += ".volumeClaimTemplate"
    metadata = template.get("metadata") or {}
    yield from check_labels(metadata.get("labels"), f"{field}.metadata.labels")
    yield from check_annotations(metadata.get("annotations"), f"{field}.metadata.annotations")
    yield from check_claim_spec(template.get("spec") or {}, f"{field}.spec")


def _check_repository(source: Source, field: str) -> Errors:
    yield from _needing("repository")(source, field)
    yield from check_relative_path(source.get("directory", ""), f"{field}.directory")


def _check_image(source: Source, field: str) -> Errors:
    if not source.get("reference"):
        yield required(f"{field}.reference")
    yield from check_one_of(source.get("pullPolicy"), PULL_POLICIES, f"{field}.pullPolicy")


# The order in which the API looks at the kinds, and so the one in which it finds the second.
_ORDER = (
    *("emptyDir", "hostPath", "gitRepo", "gcePersistentDisk", "awsElasticBlockStore", "secret", "nfs", "iscsi"),
    *("glusterfs", "flocker", "persistentVolumeClaim", "rbd", "cinder", "cephfs", "quobyte", "downwardAPI", "fc"),
    *("flexVolume", "configMap", "azureFile", "vsphereVolume", "photonPersistentDisk", "portworxVolume", "azureDisk"),
    *("storageos", "projected", "scaleIO", "csi", "ephemeral", "image"),
)
_CHECKS: Mapping[str, Callable[[Source, str], Errors]] = {
    "emptyDir": _check_empty_directory,
    "hostPath": _check_host_path,
    "secret": _check_files,
    "configMap": _check_files,
    "nfs": _check_nfs,
    "persistentVolumeClaim": _needing("claimName"),
    "downwardAPI": _check_downward,
    "projected": _check_projected,
    "csi": _check_csi,
    "ephemeral": _check_ephemeral,
    "iscsi": _needing("targetPortal", "iqn"),
    "glusterfs": _needing("endpoints", "path"),
    "rbd": _needing("monitors", "image"),
    "cinder": _needing("volumeID"),
    "cephfs": _needing("monitors"),
    "gitRepo": _check_repository,
    "image": _check_image,
    "gcePersistentDisk": _needing("pdName"),
    "awsElasticBlockStore": _needing("volumeID"),
    "flexVolume": _needing("driver"),
    "azureFile": _needing("secretName", "shareName"),
    "vsphereVolume": _needing("volumePath"),
    "portworxVolume": _needing("volumeID"),
    "azureDisk": _needing("diskName", "diskURI"),
}

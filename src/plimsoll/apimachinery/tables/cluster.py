"""How nodes, namespaces, events, configuration, storage and the classes of things are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from plimsoll.apimachinery.tables.cells import NONE, UNKNOWN, age_of, annotation_of, name_of, since
from plimsoll.apimachinery.tables.columns import AGE, NAME, Column, Layout, counted, named, wide
from plimsoll.kube.resources import Object

_ROLE_PREFIX = "node-role.kubernetes.io/"
_MODES = {"ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP"}


def _node(node: Object, now: float) -> list[Any]:
    spec, status = node.get("spec") or {}, node.get("status") or {}
    info = status.get("nodeInfo") or {}
    ready = next((one for one in status.get("conditions") or () if one.get("type") == "Ready"), None)
    state = "Unknown" if ready is None else "Ready" if ready.get("status") == "True" else "NotReady"
    if spec.get("unschedulable"):
        state += ",SchedulingDisabled"
    kernel = info.get("kernelVersion") or UNKNOWN
    if info.get("architecture"):
        kernel += f" ({info['architecture']})"
    return [
        name_of(node),
        state,
        ",".join(_roles(node)) or NONE,
        age_of(node, now),
        info.get("kubeletVersion", ""),
        _address(status, "InternalIP"),
        _address(status, "ExternalIP"),
        info.get("osImage") or UNKNOWN,
        kernel,
        info.get("containerRuntimeVersion") or UNKNOWN,
    ]


def _roles(node: Object) -> list[str]:
    labels = (node.get("metadata") or {}).get("labels") or {}
    roles = {key.removeprefix(_ROLE_PREFIX) for key in labels if key.startswith(_ROLE_PREFIX)}
    return sorted((roles | {labels.get("kubernetes.io/role", "")}) - {""})


def _address(status: Mapping[str, Any], kind: str) -> str:
    addresses = status.get("addresses") or ()
    return next((one.get("address", "") for one in addresses if one.get("type") == kind), NONE)


def _namespace(namespace: Object, now: float) -> list[Any]:
    return [name_of(namespace), (namespace.get("status") or {}).get("phase", ""), age_of(namespace, now)]


def _event(event: Object, now: float) -> list[Any]:
    about = event.get("involvedObject") or event.get("regarding") or {}
    first = event.get("firstTimestamp") or event.get("deprecatedFirstTimestamp") or event.get("eventTime")
    last = event.get("lastTimestamp") or event.get("deprecatedLastTimestamp") or first
    count = event.get("count") or event.get("deprecatedCount") or 1
    series = event.get("series")
    if series is not None:
        last, count = series.get("lastObservedTime"), series.get("count", 0)
    kind, name = str(about.get("kind", "")).lower(), about.get("name", "")
    source = event.get("source") or event.get("deprecatedSource") or {}
    component = source.get("component") or event.get("reportingComponent") or event.get("reportingController") or ""
    host = source.get("host") or event.get("reportingInstance") or ""
    return [
        since(last, now),
        event.get("type", ""),
        event.get("reason", ""),
        f"{kind}/{name}" if name else kind,
        about.get("fieldPath", ""),
        f"{component}, {host}" if host else component,
        (event.get("message") or event.get("note") or "").strip(),
        since(first, now),
        count,
        name_of(event),
    ]


def _config_map(config_map: Object, now: float) -> list[Any]:
    count = len(config_map.get("data") or ()) + len(config_map.get("binaryData") or ())
    return [name_of(config_map), count, age_of(config_map, now)]


def _secret(secret: Object, now: float) -> list[Any]:
    return [name_of(secret), secret.get("type", ""), len(secret.get("data") or ()), age_of(secret, now)]


def _plain(object_: Object, now: float) -> list[Any]:
    return [name_of(object_), age_of(object_, now)]


def _volume(volume: Object, now: float) -> list[Any]:
    spec, status = volume.get("spec") or {}, volume.get("status") or {}
    claim = spec.get("claimRef")
    return [
        name_of(volume),
        (spec.get("capacity") or {}).get("storage", "0"),
        _modes(spec.get("accessModes")),
        spec.get("persistentVolumeReclaimPolicy", ""),
        _phase(volume),
        "" if claim is None else f"{claim.get('namespace', '')}/{claim.get('name', '')}",
        _class_of(volume, spec),
        spec.get("volumeAttributesClassName") or "<unset>",
        status.get("reason", ""),
        age_of(volume, now),
        spec.get("volumeMode") or "<unset>",
    ]


def _claim(claim: Object, now: float) -> list[Any]:
    spec, status = claim.get("spec") or {}, claim.get("status") or {}
    bound = bool(spec.get("volumeName"))
    return [
        name_of(claim),
        _phase(claim),
        spec.get("volumeName", ""),
        (status.get("capacity") or {}).get("storage", "0") if bound else "",
        _modes(status.get("accessModes")) if bound else "",
        _class_of(claim, spec),
        spec.get("volumeAttributesClassName") or "<unset>",
        age_of(claim, now),
        spec.get("volumeMode") or "<unset>",
    ]


def _phase(object_: Object) -> str:
    leaving = (object_.get("metadata") or {}).get("deletionTimestamp")
    return "Terminating" if leaving else str((object_.get("status") or {}).get("phase", ""))


def _modes(modes: Iterable[str] | None) -> str:
    given = set(modes or ())
    return ",".join(short for mode, short in _MODES.items() if mode in given)


def _class_of(object_: Object, spec: Mapping[str, Any]) -> str:
    return annotation_of(object_, "volume.beta.kubernetes.io/storage-class") or str(spec.get("storageClassName") or "")


def _storage_class(storage_class: Object, now: float) -> list[Any]:
    default = annotation_of(storage_class, "storageclass.kubernetes.io/is-default-class") == "true"
    return [
        name_of(storage_class) + (" (default)" if default else ""),
        storage_class.get("provisioner", ""),
        storage_class.get("reclaimPolicy", "Delete"),
        storage_class.get("volumeBindingMode", "Immediate"),
        bool(storage_class.get("allowVolumeExpansion")),
        age_of(storage_class, now),
    ]


def _priority_class(priority_class: Object, now: float) -> list[Any]:
    value, default = priority_class.get("value", 0), bool(priority_class.get("globalDefault"))
    return [
        name_of(priority_class),
        value,
        default,
        age_of(priority_class, now),
        priority_class.get("preemptionPolicy", ""),
    ]


def _runtime_class(runtime_class: Object, now: float) -> list[Any]:
    return [name_of(runtime_class), runtime_class.get("handler", ""), age_of(runtime_class, now)]


def _lease(lease: Object, now: float) -> list[Any]:
    return [name_of(lease), (lease.get("spec") or {}).get("holderIdentity") or "", age_of(lease, now)]


def _quota(quota: Object, now: float) -> list[Any]:
    status = quota.get("status") or {}
    hard, used = status.get("hard") or {}, status.get("used") or {}
    texts = {name: f"{name}: {used.get(name, '0')}/{amount}" for name, amount in sorted(hard.items())}
    limits = [text for name, text in texts.items() if name.startswith("limits.")]
    requests = [text for name, text in texts.items() if not name.startswith("limits.")]
    return [name_of(quota), ", ".join(requests), ", ".join(limits), age_of(quota, now)]


def _csi_node(node: Object, now: float) -> list[Any]:
    return [name_of(node), len((node.get("spec") or {}).get("drivers") or ()), age_of(node, now)]


def _driver(driver: Object, now: float) -> list[Any]:
    spec = driver.get("spec") or {}
    requests = spec.get("tokenRequests")
    return [
        name_of(driver),
        bool(spec.get("attachRequired", True)),
        bool(spec.get("podInfoOnMount")),
        bool(spec.get("storageCapacity")),
        "<unset>" if requests is None else ",".join(one.get("audience", "") for one in requests),
        bool(spec.get("requiresRepublish")),
        ",".join(spec.get("volumeLifecycleModes") or ()) or NONE,
        age_of(driver, now),
    ]


def _attachment(attachment: Object, now: float) -> list[Any]:
    spec, status = attachment.get("spec") or {}, attachment.get("status") or {}
    volume = (spec.get("source") or {}).get("persistentVolumeName") or ""
    attached = bool(status.get("attached"))
    return [
        name_of(attachment),
        spec.get("attacher", ""),
        volume,
        spec.get("nodeName", ""),
        attached,
        age_of(attachment, now),
    ]


_NODE_WIDE = wide("Internal-IP", "External-IP", "OS-Image", "Kernel-Version", "Container-Runtime")
_EVENT_COLUMNS = (
    *named("Last Seen", "Type", "Reason", "Object"),
    *wide("Subobject", "Source"),
    Column("Message"),
    *wide("First Seen", "Count"),
    Column("Name", format="name", priority=1),
)
_CLASS_COLUMNS = ("StorageClass", "VolumeAttributesClass")

LAYOUTS: Iterable[tuple[str, str, Layout]] = (
    ("", "nodes", Layout((NAME, *named("Status", "Roles"), AGE, Column("Version"), *_NODE_WIDE), _node)),
    ("", "namespaces", Layout((NAME, Column("Status"), AGE), _namespace)),
    ("", "events", Layout(_EVENT_COLUMNS, _event)),
    ("events.k8s.io", "events", Layout(_EVENT_COLUMNS, _event)),
    ("", "configmaps", Layout((NAME, Column("Data"), AGE), _config_map)),
    ("", "secrets", Layout((NAME, *named("Type", "Data"), AGE), _secret)),
    ("", "serviceaccounts", Layout((NAME, AGE), _plain)),
    ("", "resourcequotas", Layout((NAME, *named("Request", "Limit"), AGE), _quota)),
    (
        "",
        "persistentvolumes",
        Layout(
            (
                NAME,
                *named("Capacity", "Access Modes", "Reclaim Policy", "Status", "Claim", *_CLASS_COLUMNS, "Reason"),
                AGE,
                *wide("VolumeMode"),
            ),
            _volume,
        ),
    ),
    (
        "",
        "persistentvolumeclaims",
        Layout(
            (
                NAME,
                *named("Status", "Volume", "Capacity", "Access Modes", *_CLASS_COLUMNS),
                AGE,
                *wide("VolumeMode"),
            ),
            _claim,
        ),
    ),
    ("coordination.k8s.io", "leases", Layout((NAME, Column("Holder"), AGE), _lease)),
    (
        "storage.k8s.io",
        "storageclasses",
        Layout(
            (
                NAME,
                *named("Provisioner", "ReclaimPolicy", "VolumeBindingMode"),
                Column("AllowVolumeExpansion"),
                AGE,
            ),
            _storage_class,
        ),
    ),
    ("storage.k8s.io", "csinodes", Layout((NAME, *counted("Drivers"), AGE), _csi_node)),
    (
        "storage.k8s.io",
        "csidrivers",
        Layout(
            (
                NAME,
                *(Column(name, "boolean") for name in ("AttachRequired", "PodInfoOnMount", "StorageCapacity")),
                Column("TokenRequests"),
                Column("RequiresRepublish", "boolean"),
                Column("Modes"),
                AGE,
            ),
            _driver,
        ),
    ),
    (
        "storage.k8s.io",
        "volumeattachments",
        Layout(
            (NAME, Column("Attacher", format="name"), *named("PV", "Node"), Column("Attached", "boolean"), AGE),
            _attachment,
        ),
    ),
    (
        "scheduling.k8s.io",
        "priorityclasses",
        Layout(
            (NAME, *counted("Value"), Column("Global-Default", "boolean"), AGE, Column("PreemptionPolicy")),
            _priority_class,
        ),
    ),
    ("node.k8s.io", "runtimeclasses", Layout((NAME, Column("Handler"), AGE), _runtime_class)),
)

"""What is stored all the same, and probably not meant so: warnings of the strategies (pkg/api/pod/warnings.go and others)."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from plimsoll.kube.quantities import parse_quantity

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object, Resource

Warn = Callable[["Object"], Iterator[str]]

_ANNOTATIONS = {
    "scheduler.alpha.kubernetes.io/critical-pod": 'non-functional in v1.16+; use the "priorityClassName" field instead',
    "security.alpha.kubernetes.io/sysctls": 'non-functional in v1.11+; use the "sysctls" field instead',
    "security.alpha.kubernetes.io/unsafe-sysctls": 'non-functional in v1.11+; use the "sysctls" field instead',
}
_NODE_LABELS = {
    "beta.kubernetes.io/arch": 'deprecated since v1.14; use "kubernetes.io/arch" instead',
    "beta.kubernetes.io/os": 'deprecated since v1.14; use "kubernetes.io/os" instead',
    "failure-domain.beta.kubernetes.io/region": 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
    "failure-domain.beta.kubernetes.io/zone": 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
    "beta.kubernetes.io/instance-type": 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
}
_VOLUMES = {
    "photonPersistentDisk": "deprecated in v1.11, non-functional in v1.16+",
    "gitRepo": "deprecated in v1.11, and disabled by default in v1.33+",
    "scaleIO": "deprecated in v1.16, non-functional in v1.22+",
    "flocker": "deprecated in v1.22, non-functional in v1.25+",
    "storageos": "deprecated in v1.22, non-functional in v1.25+",
    "quobyte": "deprecated in v1.22, non-functional in v1.25+",
    "glusterfs": "deprecated in v1.25, non-functional in v1.26+",
    "cephfs": "deprecated in v1.28, non-functional in v1.31+",
    "rbd": "deprecated in v1.28, non-functional in v1.31+",
}

JOB_DELETION = (
    "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set "
    "propagationPolicy=Orphan to suppress this warning"
)


def warnings_of(resource: Resource, value: Object) -> Iterator[str]:
    """The warnings about a new or changed object."""
    warn = _WARNINGS.get((resource.group, resource.plural))
    return iter(()) if warn is None else warn(value)


def _pod(value: Object) -> Iterator[str]:
    return _pod_template(value, "")


def _workload(value: Object) -> Iterator[str]:
    return _pod_template((value.get("spec") or {}).get("template") or {}, "spec.template.")


def _cron_job(value: Object) -> Iterator[str]:
    job = (value.get("spec") or {}).get("jobTemplate") or {}
    return _pod_template((job.get("spec") or {}).get("template") or {}, "spec.jobTemplate.spec.template.")


def _pod_template(template: Object, path: str) -> Iterator[str]:
    spec = template.get("spec") or {}
    for label in spec.get("nodeSelector") or ():
        if label in _NODE_LABELS:
            yield f"{path}spec.nodeSelector[{label}]: {_NODE_LABELS[label]}"
    annotations = (template.get("metadata") or {}).get("annotations") or {}
    for annotation, text in _ANNOTATIONS.items():
        if annotation in annotations:
            yield f"{path}metadata.annotations[{annotation}]: {text}"
    for index, volume in enumerate(spec.get("volumes") or ()):
        for kind in _VOLUMES.keys() & volume.keys():
            yield f"{path}spec.volumes[{index}].{kind}: {_VOLUMES[kind]}"
    yield from _pull_secrets(spec, f"{path}spec")
    ports: dict[tuple[int, str], str] = {}
    for field in ("initContainers", "containers"):
        for index, container in enumerate(spec.get(field) or ()):
            place = f"{path}spec.{field}[{index}]"
            yield from _fractions(container, place)
            yield from _hidden_variables(container, place)
            yield from _repeated_ports(container, place, ports)
    if spec.get("terminationGracePeriodSeconds", 0) < 0:
        yield f"{path}spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1"


def _pull_secrets(spec: Object, path: str) -> Iterator[str]:
    seen: set[str] = set()
    secrets = [secret.get("name", "") for secret in spec.get("imagePullSecrets") or ()]
    for index, name in enumerate(secrets):
        if name in seen:
            yield f'{path}.imagePullSecrets[{index}].name: duplicate name "{name}"'
        seen.add(name)
    for index, name in enumerate(secrets):
        if not name:
            yield f'{path}.imagePullSecrets[{index}].name: invalid empty name ""'


def _fractions(container: Object, place: str) -> Iterator[str]:
    resources = container.get("resources") or {}
    for name in ("memory", "ephemeral-storage"):
        for side in ("limits", "requests"):
            amount = (resources.get(side) or {}).get(name)
            if amount is not None and parse_quantity(amount).denominator != 1:
                text = f'fractional byte value "{amount}" is invalid, must be an integer'
                yield f"{place}.resources.{side}[{name}]: {text}"


def _hidden_variables(container: Object, place: str) -> Iterator[str]:
    seen: set[str] = set()
    for index, variable in enumerate(container.get("env") or ()):
        name, value = variable.get("name", ""), variable.get("value", "")
        reference = f"$({name})"
        if name in seen and ("valueFrom" in variable or value == reference or reference not in value):
            text = f'hides previous definition of "{name}", which may be dropped when using apply'
            yield f"{place}.env[{index}]: {text}"
        seen.add(name)


def _repeated_ports(container: Object, place: str, seen: dict[tuple[int, str], str]) -> Iterator[str]:
    for index, port in enumerate(container.get("ports") or ()):
        key = port.get("containerPort", 0), port.get("protocol", "TCP")
        field = f"{place}.ports[{index}]"
        if key in seen and not port.get("hostPort"):
            yield f"{field}: duplicate port definition with {seen[key]}"
        seen.setdefault(key, field)


def _secret(value: Object) -> Iterator[str]:
    if value.get("type") != "kubernetes.io/tls":
        return
    data = value.get("data") or {}
    for key, word in (("tls.crt", "certificate"), ("tls.key", "key")):
        if key in data and not _is_pem(data[key]):
            yield f"tls: failed to find any PEM data in {word} input"
            return


def _is_pem(text: str) -> bool:
    try:
        return b"-----BEGIN " in b64decode(text)
    except (Base64Error, ValueError):
        return False


def _service(value: Object) -> Iterator[str]:
    spec = value.get("spec") or {}
    kind, outside = spec.get("type"), spec.get("externalIPs")
    headless = kind == "ClusterIP" and spec.get("clusterIP") == "None"
    if headless:
        for key, shown in (("loadBalancerIP", "loadBalancerIP"), ("externalIPs", "externalIPs")):
            if spec.get(key):
                yield f"spec.{shown} is ignored for headless services"
        if spec.get("sessionAffinity", "None") != "None":
            yield "spec.SessionAffinity is ignored for headless services"
    elif outside and kind != "ExternalName":
        yield "spec.externalIPs is deprecated and may no longer be implemented in some clusters"
    if kind == "ExternalName" and outside:
        yield 'spec.externalIPs is ignored when spec.type is "ExternalName"'
    if kind != "ExternalName" and spec.get("externalName"):
        yield 'spec.externalName is ignored when spec.type is not "ExternalName"'
    if spec.get("trafficDistribution") == "PreferClose":
        yield 'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"'


def _storage_driver(value: Object) -> Iterator[str]:
    spec = value.get("spec") or {}
    if spec.get("tokenRequests") and spec.get("serviceAccountTokenInSecrets") is None:
        yield _TOKENS_IN_VOLUMES


_TOKENS_IN_VOLUMES = (
    "spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging "
    "of tokens in volume attributes"
)
_WARNINGS: Mapping[tuple[str, str], Warn] = {
    ("", "pods"): _pod,
    ("", "secrets"): _secret,
    ("", "services"): _service,
    ("storage.k8s.io", "csidrivers"): _storage_driver,
    ("apps", "daemonsets"): _workload,
    ("apps", "deployments"): _workload,
    ("apps", "replicasets"): _workload,
    ("apps", "statefulsets"): _workload,
    ("batch", "cronjobs"): _cron_job,
    ("batch", "jobs"): _workload,
}

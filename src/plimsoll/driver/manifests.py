"""The Kubernetes objects of a load, as JSON-like values that ``kubectl apply`` accepts.

A load has up to hundreds of thousands of objects that differ only in name and namespace. So what they share (labels,
data, pod templates) is built once and is *the same object* in every manifest: nobody may change a manifest in place.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

from plimsoll.driver.podspec import Running, mount_paths, pod_spec
from plimsoll.driver.programs import CoordinatorGroup, Programs, ProgramsGroup
from plimsoll.kube.labels import (
    APP_LABEL,
    COPY_LABEL,
    EXCHANGE_ANNOTATION,
    JOB_LABEL,
    OBJECT_LABEL,
    ROLE_ANNOTATION,
    RUN_LABEL,
    WORKLOAD_ANNOTATION,
)
from plimsoll.kube.resources import BY_KIND, NAMESPACES, Object, Resource
from plimsoll.scenario.expansion import object_names
from plimsoll.scenario.model import Job, Part
from plimsoll.scenario.objects import (
    ConfigMapGroup,
    DeploymentGroup,
    Group,
    PodGroup,
    ReplicaSetGroup,
    SecretGroup,
    ServiceGroup,
    TemplateGroup,
    Workload,
    group_name,
    kind_of,
)
from plimsoll.scenario.pods import EVERY_POD
from plimsoll.scenario.templates import resource_of, template
from plimsoll.workloads.delivery import config_map_data

_FILLER = b"plimsoll "  # what secrets and config maps are full of


@dataclass(frozen=True, slots=True)
class Template:
    """One object that every namespace of a part holds: all of its manifest but the namespace."""

    resource: Resource
    name: str
    metadata: Object
    body: Object

    def manifest(self, namespace: str) -> Object:
        """The object in a namespace."""
        return {
            "apiVersion": self.resource.api_version,
            "kind": self.resource.kind,
            "metadata": {"name": self.name, "namespace": namespace, **self.metadata},
            **self.body,
        }


def namespace_manifest(name: str, labels: Object) -> Object:
    """A namespace; the labels may be shared."""
    return {"apiVersion": NAMESPACES.api_version, "kind": NAMESPACES.kind, "metadata": {"name": name, "labels": labels}}


def with_labels(manifest: Object, labels: Object, annotations: Object) -> Object:
    """A manifest with more labels, which the pods that a controller will make of it get as well."""
    metadata = dict(manifest["metadata"])
    metadata["labels"] = {**(metadata.get("labels") or {}), **labels}
    if annotations:
        metadata["annotations"] = {**(metadata.get("annotations") or {}), **annotations}
    labelled = {**manifest, "metadata": metadata}
    spec = manifest.get("spec")
    if isinstance(spec, dict) and isinstance(spec.get("template"), dict):
        pod = {"metadata": {}, **spec["template"]}
        labelled["spec"] = {**spec, "template": with_labels(pod, labels, {})}
    return labelled


class TemplateMaker:
    """Makes the templates of one part of a job."""

    def __init__(self, run_id: str, job: Job, part: Part) -> None:
        self._job = job
        self._part = part
        self.labels: Object = {RUN_LABEL: run_id, JOB_LABEL: job.name}
        """The labels of every object that is not a pod."""
        self._workloads = {
            group_name(group): group
            for group in part.objects
            if isinstance(group, PodGroup | ReplicaSetGroup | DeploymentGroup)
        }
        delivered = any(isinstance(group, ProgramsGroup) for group in part.objects)
        self._programs = Programs(job, part) if delivered else None
        self._specs: dict[tuple[object, ...], Object] = {}
        self._data: dict[int, Object] = {}

    def rendered(self, group: TemplateGroup, iteration: int) -> list[Template]:
        """The objects that a group's template gives for one iteration, in creation order."""
        return [self._render(group, iteration, replica) for replica in range(1, (group.count or 1) + 1)]

    def _render(self, group: TemplateGroup, iteration: int, replica: int) -> Template:
        run_id = self.labels[RUN_LABEL]
        manifest = group.rendered(iteration, replica, self._job.name, run_id)
        data = group.data(iteration, replica, self._job.name, run_id)
        stamps = {key: template(text).render(data) for key, text in group.stamps.items()}
        labelled = with_labels(manifest, {**group.labels, **stamps, **self.labels}, group.annotations)
        metadata = {key: value for key, value in labelled["metadata"].items() if key not in {"name", "namespace"}}
        body = {key: value for key, value in labelled.items() if key not in {"apiVersion", "kind", "metadata"}}
        return Template(resource_of(manifest), manifest["metadata"]["name"], metadata, body)

    def templates(self, group: Group, copy: int) -> list[Template]:
        """All objects of a group in one copy, in creation order."""
        resource = BY_KIND[kind_of(group)]
        metadata = self._metadata(group)
        names = object_names(self._part, group, copy)
        match group:
            case PodGroup():
                pod_metadata, spec = self._pod(group, copy)
                return [Template(resource, name, pod_metadata, {"spec": spec}) for name in names]
            case ReplicaSetGroup() | DeploymentGroup():
                return [Template(resource, name, metadata, self._owner(group, copy, name)) for name in names]
            case ServiceGroup():
                body: Object = {"spec": self._service(group, copy)}
            case SecretGroup():
                body = {"type": "Opaque", "data": self._secret_data(group.data_bytes)}
            case ProgramsGroup():
                body = {"data": config_map_data(group.programs), "immutable": True}
            case ConfigMapGroup():
                body = {"data": {"data": _fill(group.data_bytes).decode()}}
        return [Template(resource, name, metadata, body) for name in names]

    def _metadata(self, group: Group) -> Object:
        metadata: Object = {"labels": {**self.labels, **group.labels} if group.labels else self.labels}
        if group.annotations:
            metadata["annotations"] = group.annotations
        return metadata

    def _secret_data(self, size_bytes: int) -> Object:
        if size_bytes not in self._data:
            self._data[size_bytes] = {"data": base64.b64encode(_fill(size_bytes)).decode()}
        return self._data[size_bytes]

    def _service(self, group: ServiceGroup, copy: int) -> Object:
        if group.external_name is not None:
            return {"type": "ExternalName", "externalName": group.external_name}
        name = group.selects or group_name(group)
        selector = self._select(name, copy) if name in self._workloads else {APP_LABEL: name}
        spec: Object = {"selector": selector, "ports": [{"name": "data", "port": group.port}]}
        if group.headless:
            spec["clusterIP"] = "None"
        return spec

    def _owner(self, group: ReplicaSetGroup | DeploymentGroup, copy: int, name: str) -> Object:
        """The body of a Deployment or ReplicaSet, which selects pods by its own name besides the run."""
        metadata, spec = self._pod(group, copy)
        own = {OBJECT_LABEL: name}
        template = {"metadata": {**metadata, "labels": {**metadata["labels"], **own}}, "spec": spec}
        selector = {"matchLabels": {RUN_LABEL: self.labels[RUN_LABEL], **own}}
        return {"spec": {"replicas": group.replicas, "selector": selector, "template": template}}

    def _pod(self, group: Workload, copy: int) -> tuple[Object, Object]:
        """Metadata without a name, and spec, of a group's pods."""
        labels = {**self.labels, **self._group_labels(group, copy), **group.pod.labels}
        return {"labels": labels, "annotations": self._annotations(group, copy)}, self._spec(group, copy)

    def _spec(self, group: Workload, copy: int) -> Object:
        """The spec of a group's pods: one object for all copies that do not differ in it."""
        pod = group.pod
        secrets = self._mounted(pod.secrets, SecretGroup, copy)
        config_maps = self._mounted(pod.config_maps, ConfigMapGroup, copy)
        selects = pod.anti_affinity is not None or pod.topology_spread is not None
        running = self._running(group, copy, mount_paths(secrets, config_maps))
        program = None if running is None else running.program
        key = (id(group), secrets, config_maps, program, copy if selects else None)
        if key not in self._specs:
            self._specs[key] = pod_spec(
                pod, secrets, config_maps, lambda of: self._select(of or group_name(group), copy), running
            )
        return self._specs[key]

    def _running(self, group: Workload, copy: int, mounts: list[str]) -> Running | None:
        programs = self._programs
        program = None if programs is None else programs.of(group, copy, mounts)
        if programs is None or program is None:
            return None
        return Running(program, lambda container: programs.environment(container, group.pod))

    def _mounted(self, wish: str | int | tuple[str, ...], kind: type[Group], copy: int) -> tuple[str, ...]:
        if isinstance(wish, tuple):
            return wish
        groups = [group for group in self._part.objects if isinstance(group, kind)]
        names = [name for group in groups for name in object_names(self._part, group, copy)]
        return tuple(names if isinstance(wish, str) else names[:wish])

    def _annotations(self, group: Workload, copy: int) -> Object:
        pod = group.pod
        role = "coordinator" if isinstance(group, CoordinatorGroup) else pod.role
        annotations: Object = {ROLE_ANNOTATION: role, **pod.annotations}
        if pod.workload is not None:
            work = {"kind": pod.workload.kind, "seconds": pod.workload.duration_seconds}
            annotations |= {ROLE_ANNOTATION: "worker", WORKLOAD_ANNOTATION: json.dumps(work, separators=(",", ":"))}
        exchange = self._job.exchange
        if pod.role == "client" and pod.server is not None and exchange is not None:
            clients = pod.containers * exchange.clients
            terms = {
                "server": self._service_name(pod.server, copy),
                "bytesPerSecond": exchange.bytes_per_second,
                "seconds": exchange.duration_seconds,
                "bytes": exchange.total_bytes,
                "messageBytes": exchange.message_bytes,
                "clients": clients if clients > 1 else None,
            }
            known = {key: value for key, value in terms.items() if value is not None}
            annotations[EXCHANGE_ANNOTATION] = json.dumps(known, separators=(",", ":"))
        return annotations

    def _service_name(self, name: str, copy: int) -> str:
        service = next(
            each for each in self._part.objects if isinstance(each, ServiceGroup) and group_name(each) == name
        )
        return object_names(self._part, service, copy)[0]

    def _select(self, name: str, copy: int) -> Object:
        if name == EVERY_POD:
            return {RUN_LABEL: self.labels[RUN_LABEL]}
        return {RUN_LABEL: self.labels[RUN_LABEL], **self._group_labels(self._workloads[name], copy)}

    def _group_labels(self, group: Group, copy: int) -> Object:
        labels: Object = {APP_LABEL: group_name(group)}
        if self._part.copies > 1 and not group.once:
            labels[COPY_LABEL] = str(copy)
        return labels


def _fill(size_bytes: int) -> bytes:
    return (_FILLER * (size_bytes // len(_FILLER) + 1))[:size_bytes]

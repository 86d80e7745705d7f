"""The ``spec`` of a load's pods."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from plimsoll.driver.programs import Program
from plimsoll.kube.quantities import format_cpu, format_memory
from plimsoll.kube.resources import Object
from plimsoll.scenario.pods import (
    EVERY_POD,
    PAUSE_IMAGE,
    PAUSE_VERSION,
    PROGRAM_IMAGE,
    AntiAffinity,
    Pod,
    Probe,
    Resources,
    Toleration,
)
from plimsoll.workloads import delivery

SelectGroup = Callable[[str | None], Object]
"""Labels that select the pods of a group by its name; of the pod's own group where None is given."""


@dataclass(frozen=True, slots=True)
class Running:
    """A program that a pod runs, and the environment of a container by its name."""

    program: Program
    environment: Callable[[str], list[Object]]


def pod_spec(
    pod: Pod,
    secrets: Sequence[str],
    config_maps: Sequence[str],
    select: SelectGroup,
    running: Running | None = None,
) -> Object:
    """Build a pod's ``spec`` with these secrets and config maps mounted in every container."""
    volumes, mounts = _volumes(secrets, config_maps)
    if running is not None:
        volumes.append(delivery.volume(running.program.names))
        mounts.append(delivery.mount())
    spec: Object = {"containers": [_container(pod, number, mounts, running) for number in range(pod.containers)]}
    grace = pod.termination_grace_period_seconds
    optional = {
        "volumes": volumes,
        "imagePullSecrets": [{"name": name} for name in pod.image_pull_secrets],
        "nodeSelector": dict(pod.node_selector),
        "nodeName": pod.node_name,
        "affinity": _affinity(pod, select),
        "topologySpreadConstraints": _spread(pod, select),
        "tolerations": [_toleration(toleration) for toleration in pod.tolerations],
        "automountServiceAccountToken": None if pod.service_account_token else False,
        "terminationGracePeriodSeconds": math.ceil(grace),
    }
    spec.update({key: value for key, value in optional.items() if value not in (None, [], {})})
    return spec


def mount_paths(secrets: Sequence[str], config_maps: Sequence[str]) -> list[str]:
    """Where the containers of a pod find these secrets and config maps."""
    return [mount["mountPath"] for mount in _volumes(secrets, config_maps)[1]]


def _volumes(secrets: Sequence[str], config_maps: Sequence[str]) -> tuple[list[Object], list[Object]]:
    sources = [(f"secret-{i}", {"secret": {"secretName": name}}) for i, name in enumerate(secrets)]
    sources += [(f"config-map-{i}", {"configMap": {"name": name}}) for i, name in enumerate(config_maps)]
    volumes = [{"name": name, **source} for name, source in sources]
    mounts = [{"name": name, "mountPath": f"/mnt/{name}", "readOnly": True} for name, _ in sources]
    return volumes, mounts


def _container(pod: Pod, number: int, mounts: list[Object], running: Running | None) -> Object:
    role = _role(pod, running)
    name = f"{role}-{number}" if pod.containers > 1 else role
    image = pod.image or (PAUSE_IMAGE if running is None else PROGRAM_IMAGE)
    container: Object = {"name": name, "image": image}
    if running is not None:
        container.update(_execution(running, name, number))
    resources = {
        key: amounts
        for key, amounts in (("requests", _amounts(pod.requests)), ("limits", _amounts(pod.limits)))
        if amounts
    }
    if resources:
        container["resources"] = resources
    if mounts:
        container["volumeMounts"] = mounts
    for name in ("readiness", "liveness", "startup"):
        probe: Probe | None = getattr(pod.probes, name)
        if probe is not None:
            container[f"{name}Probe"] = _probe(probe, _probe_command(pod, running))
    return container


def _role(pod: Pod, running: Running | None) -> str:
    if running is not None and running.program.name == "coordinator":
        return "coordinator"
    return pod.role if pod.workload is None else "worker"


def _execution(running: Running, name: str, number: int) -> Object:
    """The program of one container, with no more rights than it needs."""
    program = running.program
    if number and program.alone:
        command, arguments = delivery.command("pause"), []
    else:
        command, arguments = delivery.command(program.name), [*program.arguments]
        if program.reports:
            arguments.append("--idle")  # a container that ended would be started again
    return {
        "command": command,
        "args": arguments,
        "env": running.environment(name),
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    }


def _probe_command(pod: Pod, running: Running | None) -> Sequence[str]:
    return ("true",) if running is not None and pod.probes.command == PAUSE_VERSION else pod.probes.command


def _amounts(resources: Resources) -> Object:
    amounts: Object = {}
    if resources.cpu is not None:
        amounts["cpu"] = format_cpu(resources.cpu)
    if resources.memory is not None:
        amounts["memory"] = format_memory(resources.memory)
    return amounts


def _probe(probe: Probe, command: Sequence[str]) -> Object:
    return {
        "exec": {"command": list(command)},
        "periodSeconds": math.ceil(probe.period_seconds),  # the API has whole seconds
        "initialDelaySeconds": math.ceil(probe.initial_delay_seconds),
        "timeoutSeconds": math.ceil(probe.timeout_seconds),
        "failureThreshold": probe.failure_threshold,
    }


def _affinity(pod: Pod, select: SelectGroup) -> Object:
    affinity: Object = dict(pod.affinity or {})
    if pod.anti_affinity is not None:
        affinity["podAntiAffinity"] = _anti_affinity(pod.anti_affinity, select)
    return affinity


def _anti_affinity(wish: AntiAffinity, select: SelectGroup) -> Object:
    term: Object = {"labelSelector": {"matchLabels": select(wish.of)}, "topologyKey": wish.topology_key}
    if wish.of == EVERY_POD:
        term["namespaceSelector"] = {}
    if wish.mode == "required":
        return {"requiredDuringSchedulingIgnoredDuringExecution": [term]}
    return {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 100, "podAffinityTerm": term}]}


def _spread(pod: Pod, select: SelectGroup) -> list[Object]:
    if pod.topology_spread is None:
        return []
    wish = pod.topology_spread
    constraint = {
        "maxSkew": wish.max_skew,
        "topologyKey": wish.topology_key,
        "whenUnsatisfiable": wish.when_unsatisfiable,
        "labelSelector": {"matchLabels": select(None)},
    }
    return [constraint]


def _toleration(toleration: Toleration) -> dict[str, Any]:
    return toleration.model_dump(by_alias=True, exclude_none=True)

"""The pods of a ClusterBuster workload."""

from __future__ import annotations

from typing import Any

from plimsoll.scenario.importers.clusterbuster.jobfile import Option
from plimsoll.scenario.importers.clusterbuster.settings import Settings
from plimsoll.scenario.importers.clusterbuster.workloads import workload_of

_PAUSE_IMAGE = "gcr.io/google_containers/pause-amd64:3.2"
_WORKLOAD_IMAGE = "quay.io/rkrawitz/clusterbuster-base:latest"
_NODE_SELECTOR = "node-role.kubernetes.io/worker"


def pod_template(settings: Settings) -> dict[str, Any]:
    """What all worker pods have in common: every secret of their deployment and both config maps of their namespace."""
    pod: dict[str, Any] = {
        "secrets": "all",
        "configMaps": "all",
        "image": _image(settings),
        "containers": settings.integer("containersperpod", 1),
    }
    if work := workload_of(settings):
        pod["workload"] = work
    key, _, value = settings.text("nodeselector", _NODE_SELECTOR).partition("=")
    if key:
        pod["nodeSelector"] = {key: value}
    for name, field, read in (
        ("request", "requests", _amount),
        ("limit", "limits", _amount),
        ("label", "labels", _label),
    ):
        option = settings.option(name)
        if option is not None:
            pod[field] = read(option)
    toleration = settings.option("tolerate")
    if toleration is not None:
        pod["tolerations"] = [_toleration(toleration)]
    if period := settings.integer("livenessprobeinterval", 0, minimum=0):
        pod["probes"] = {"liveness": {"periodSeconds": period}}
    return pod


def _image(settings: Settings) -> str:
    return _PAUSE_IMAGE if settings.workload == "pausepod" else settings.text("containerimage", _WORKLOAD_IMAGE)


def _amount(option: Option) -> dict[str, str]:
    resource, separator, amount = (part.strip() for part in option.value.partition("="))
    if not separator or resource not in {"cpu", "memory"}:
        raise option.wrong("cpu=… or memory=…")
    return {resource: amount}


def _label(option: Option) -> dict[str, str]:
    """``:class:key=value``, of which the class says for which pods; here it is for all."""
    key, _, value = option.value.rpartition(":")[2].partition("=")
    return {key: value}


def _toleration(option: Option) -> dict[str, str]:
    parts = option.value.split(":")
    if len(parts) != 3:  # noqa: PLR2004 - key, operator, effect
        raise option.wrong("key:operator:effect")
    return {name: part for name, part in zip(("key", "operator", "effect"), parts, strict=True) if part}

"""The pods of a ClusterBuster workload."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plimsoll.scenario.importers.clusterbuster.jobfile import Option

_PAUSE_IMAGE = "gcr.io/google_containers/pause-amd64:3.2"
_WORKLOAD_IMAGE = "quay.io/rkrawitz/clusterbuster-base:latest"
_NODE_SELECTOR = "node-role.kubernetes.io/worker"


def pod_template(options: Mapping[str, Option], workload: str) -> dict[str, Any]:
    """What all worker pods have in common: every secret of their deployment and both config maps of their namespace."""
    pod: dict[str, Any] = {"secrets": "all", "configMaps": "all", "image": _image(options, workload)}
    if "containersperpod" in options:
        pod["containers"] = options["containersperpod"].integer(1)
    selector = options["nodeselector"].value if "nodeselector" in options else _NODE_SELECTOR
    key, _, value = selector.partition("=")
    if key:
        pod["nodeSelector"] = {key: value}
    for option, field in (("request", "requests"), ("limit", "limits")):
        if option in options:
            pod[field] = _amount(options[option])
    if "tolerate" in options:
        pod["tolerations"] = [_toleration(options["tolerate"])]
    if "label" in options:
        label, _, label_value = options["label"].value.rpartition(":")[2].partition("=")
        pod["labels"] = {label: label_value}
    if "livenessprobeinterval" in options and (period := options["livenessprobeinterval"].integer()):
        pod["probes"] = {"liveness": {"periodSeconds": period}}
    return pod


def _image(options: Mapping[str, Option], workload: str) -> str:
    if workload == "pausepod":
        return _PAUSE_IMAGE
    return options["containerimage"].value if "containerimage" in options else _WORKLOAD_IMAGE


def _amount(option: Option) -> dict[str, str]:
    resource, separator, amount = (part.strip() for part in option.value.partition("="))
    if not separator or resource not in {"cpu", "memory"}:
        raise option.wrong("cpu=… or memory=…")
    return {resource: amount}


def _toleration(option: Option) -> dict[str, str]:
    parts = option.value.split(":")
    if len(parts) != 3:  # noqa: PLR2004 - key, operator, effect
        raise option.wrong("key:operator:effect")
    return {name: part for name, part in zip(("key", "operator", "effect"), parts, strict=True) if part}

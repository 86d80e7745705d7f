"""How measurements of pods and nodes are shown (pkg/api/table.go of metrics-server)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from plimsoll.apimachinery.tables.cells import name_of
from plimsoll.apimachinery.tables.columns import NAME, Layout, named
from plimsoll.kube.quantities import format_cpu, format_memory, parse_memory, parse_quantity
from plimsoll.kube.resources import Object

_COLUMNS = (NAME, *named("cpu", "memory", "Window"))


def _pod(metrics: Object, _now: float) -> list[Any]:
    return _row(metrics, [container["usage"] for container in metrics["containers"]])


def _node(metrics: Object, _now: float) -> list[Any]:
    return _row(metrics, [metrics["usage"]])


def _row(metrics: Object, usages: list[Object]) -> list[Any]:
    cpu = sum(parse_quantity(usage["cpu"]) for usage in usages)
    memory = sum(parse_memory(usage["memory"]) for usage in usages)
    return [name_of(metrics), format_cpu(round(cpu * 1000)), format_memory(memory), metrics["window"]]


LAYOUTS: Iterable[tuple[str, str, Layout]] = (
    ("metrics.k8s.io", "nodes", Layout(_COLUMNS, _node)),
    ("metrics.k8s.io", "pods", Layout(_COLUMNS, _pod)),
)

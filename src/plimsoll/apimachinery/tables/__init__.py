"""Tables: objects as ``kubectl get`` shows them, in columns and cells, and objects reduced to their metadata.

Belongs in here: what of an object is shown, in which column and how (pkg/printers/internalversion of Kubernetes 1.36,
and the columns of custom resource definitions). Does not: which media type a client asked for, which is the server's. A
new kind is a :class:`~plimsoll.apimachinery.tables.columns.Layout` in a line of the ``LAYOUTS`` of its module.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from types import MappingProxyType
from typing import Any, Literal

from plimsoll.apimachinery.tables import access, cluster, devices, metrics, network, pods, workloads
from plimsoll.apimachinery.tables.cells import human_duration, name_of
from plimsoll.apimachinery.tables.columns import NAME, Column, Layout
from plimsoll.apimachinery.tables.custom import custom_layout
from plimsoll.apimachinery.tables.pods import pod_reason
from plimsoll.apimachinery.tables.projection import META_VERSION, partial_metadata, partial_metadata_list
from plimsoll.kube.resources import Object, Resource

__all__ = [
    "IncludeObject",
    "custom_layout",
    "human_duration",
    "layout_of",
    "partial_metadata",
    "partial_metadata_list",
    "pod_reason",
    "table",
]

IncludeObject = Literal["None", "Metadata", "Object"]
"""What each row carries along of its object."""


def _created(object_: Object, _now: float) -> list[Any]:
    return [name_of(object_), (object_.get("metadata") or {}).get("creationTimestamp")]


_PLAIN = Layout((NAME, Column("Created At", "date")), _created)
_TABLE: Mapping[tuple[str, str], Layout] = MappingProxyType(
    {
        (group, plural): layout
        for group, plural, layout in chain.from_iterable(
            module.LAYOUTS for module in (access, cluster, devices, metrics, network, pods, workloads)
        )
    }
)


def layout_of(resource: Resource) -> Layout:
    """How objects of a built-in resource are shown: with name and time of creation where nothing else is known."""
    return _TABLE.get((resource.group, resource.plural), _PLAIN)


def table(
    layout: Layout,
    objects: Iterable[Object],
    now_seconds: float,
    include_object: IncludeObject = "Metadata",
    *,
    metadata: Mapping[str, Any] | None = None,
    api_version: str = META_VERSION,
) -> Object:
    """Return the Table of some objects; ``now_seconds`` are Unix seconds, ``metadata`` is that of the list.

    The Table of a single object has that object's resource version; a Table without rows says ``null``.
    """
    ordered = objects if layout.order is None else sorted(objects, key=layout.order)
    rows = [_row(layout, object_, now_seconds, include_object, api_version) for object_ in ordered]
    return {
        "kind": "Table",
        "apiVersion": api_version,
        "metadata": dict(metadata or {}),
        "columnDefinitions": [column.definition() for column in layout.columns],
        "rows": rows or None,
    }


def _row(layout: Layout, object_: Object, now: float, include_object: IncludeObject, api_version: str) -> Object:
    row: Object = {"cells": layout.cells(object_, now)}
    conditions = layout.conditions(object_) if layout.conditions is not None else None
    if conditions:
        row["conditions"] = conditions
    if include_object == "Object":
        row["object"] = object_
    elif include_object == "Metadata":
        row["object"] = partial_metadata(object_, api_version)
    return row

"""How devices, the claims to them, and classes of volume attributes are shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from plimsoll.apimachinery.tables.cells import age_of, name_of
from plimsoll.apimachinery.tables.columns import AGE, NAME, Column, Layout, named
from plimsoll.kube.resources import Object

_GROUP = "resource.k8s.io"


def _plain(object_: Object, now: float) -> list[Any]:
    return [name_of(object_), age_of(object_, now)]


def _claim(claim: Object, now: float) -> list[Any]:
    status = claim.get("status") or {}
    states = ["allocated"] if status.get("allocation") is not None else []
    states += ["reserved"] if status.get("reservedFor") else []
    if (claim.get("metadata") or {}).get("deletionTimestamp"):
        states.insert(0, "deleted")
    return [name_of(claim), ",".join(states) or "pending", age_of(claim, now)]


def _slice(slice_: Object, now: float) -> list[Any]:
    spec = slice_.get("spec") or {}
    pool = (spec.get("pool") or {}).get("name", "")
    return [name_of(slice_), spec.get("nodeName", ""), spec.get("driver", ""), pool, age_of(slice_, now)]


def _attributes(attributes: Object, now: float) -> list[Any]:
    return [name_of(attributes), attributes.get("driverName", ""), age_of(attributes, now)]


LAYOUTS: Iterable[tuple[str, str, Layout]] = (
    (_GROUP, "deviceclasses", Layout((NAME, AGE), _plain)),
    (_GROUP, "resourceclaims", Layout((NAME, Column("State"), AGE), _claim)),
    (_GROUP, "resourceclaimtemplates", Layout((NAME, AGE), _plain)),
    (_GROUP, "resourceslices", Layout((NAME, *named("Node", "Driver", "Pool"), AGE), _slice)),
    ("storage.k8s.io", "volumeattributesclasses", Layout((NAME, Column("DriverName"), AGE), _attributes)),
)

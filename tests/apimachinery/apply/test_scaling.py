from __future__ import annotations

from typing import Any

from plimsoll.apimachinery.apply import FieldSet, Write, apply, track_scale, update_managed_fields
from plimsoll.apimachinery.schema import schema_of_kind

DEPLOYMENT = schema_of_kind("apps", "v1", "Deployment")
REPLICAS = ("spec", "replicas")
OWNED: FieldSet = {"f:spec": {"f:replicas": {}}}


def write(manager: str, second: int = 0, subresource: str = "") -> Write:
    time = f"2024-01-01T00:00:{second:02}Z"
    return Write(schema=DEPLOYMENT, manager=manager, api_version="apps/v1", time=time, subresource=subresource)


def deployment(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": spec}


def scaled(live: dict[str, Any], replicas: int, manager: str) -> dict[str, Any]:
    new = {**live, "spec": {**live["spec"], "replicas": replicas}}
    return track_scale(live, new, write(manager, 1, "scale"), REPLICAS)


def owners(value: dict[str, Any]) -> list[tuple[str, str, str, Any, bool]]:
    return [
        (entry["manager"], entry["operation"], entry.get("subresource", ""), entry["fieldsV1"], "time" in entry)
        for entry in value["metadata"].get("managedFields", [])
    ]


def test_who_scales_takes_the_number_over() -> None:
    live = update_managed_fields(None, deployment(replicas=1, paused=True), write("one"))

    assert owners(scaled(live, 2, "hpa")) == [
        ("hpa", "Update", "scale", OWNED, False),
        ("one", "Update", "", {"f:spec": {"f:paused": {}}}, True),
    ]


def test_who_applied_the_number_loses_it_too() -> None:
    live = apply(None, deployment(replicas=1, paused=True), write("one"), kind="Deployment")

    assert owners(scaled(live, 2, "hpa")) == [
        ("one", "Apply", "", {"f:spec": {"f:paused": {}}}, True),
        ("hpa", "Update", "scale", OWNED, False),
    ]
    assert owners(scaled(live, 1, "hpa")) == owners(live)


def test_a_number_that_stays_leaves_it_to_its_updater_under_an_entry_of_its_own() -> None:
    live = update_managed_fields(None, deployment(replicas=1, paused=True), write("one"))

    assert owners(scaled(live, 1, "hpa")) == [
        ("one", "Update", "", OWNED, False),
        ("one", "Update", "", {"f:spec": {"f:paused": {}}}, True),
    ]


def test_zero_replicas_are_nobody_s() -> None:
    live = update_managed_fields(None, deployment(replicas=1, paused=True), write("one"))

    assert owners(scaled(live, 0, "hpa")) == [("one", "Update", "", {"f:spec": {"f:paused": {}}}, True)]


def test_a_number_that_is_nobody_s_stays_so() -> None:
    live = update_managed_fields(None, deployment(paused=True), write("one"))

    assert owners(scaled(live, 2, "hpa")) == owners(live)

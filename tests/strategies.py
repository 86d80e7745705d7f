"""Hypothesis strategies for whole scenarios: small, valid, and varied enough to reach every kind of object and wait."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from plimsoll.scenario.model import Scenario

Fields = dict[str, Any]

PROFILES = ("ideal", "kubernetes-1.36", "openshift-4.2", "openshift-4.3")


def scenarios() -> st.SearchStrategy[Scenario]:
    """Valid scenarios whose pods fit their nodes and whose run ends within minutes of virtual time."""
    return scenario_fields().map(Scenario.model_validate)


@st.composite
def scenario_fields(draw: st.DrawFn) -> Fields:
    """The same in the keys of a file."""
    by_kind = draw(st.booleans())
    load: Fields = {
        "order": "byKind" if by_kind else "byNamespace",
        "pace": draw(_paces(by_kind=by_kind)),
        "jobs": [draw(_jobs(f"job-{number}")) for number in range(draw(st.integers(1, 2)))],
        "delete": draw(st.booleans()),
    }
    cluster = {"profile": draw(st.sampled_from(PROFILES)), "nodes": draw(st.integers(2, 5))}
    return {"name": "generated", "cluster": cluster, "load": load}


@st.composite
def _paces(draw: st.DrawFn, *, by_kind: bool) -> Fields:
    pace: Fields = {
        "objectsPerCall": draw(st.integers(1, 6)),
        "parallelism": draw(st.integers(1, 4)),
        "callSeconds": draw(st.sampled_from([0, 0.36, 2])),
    }
    limit = draw(st.sampled_from(["none", "rate", "burst", "shape"]))
    if limit == "shape":
        pace["shape"] = [{"at": 0, "ratePerSecond": 5}, {"at": "10s", "ratePerSecond": 50}]
    elif limit != "none":
        pace["ratePerSecond"] = draw(st.sampled_from([2, 10.5, 100]))
        if limit == "burst":
            pace["burst"] = draw(st.integers(1, 20))
    if not by_kind:
        pace["betweenNamespaces"] = draw(st.sampled_from([0, "1s"]))
    return pace


@st.composite
def _jobs(draw: st.DrawFn, name: str) -> Fields:
    talk = draw(st.booleans())
    job: Fields = {
        "name": name,
        "namespaces": draw(st.integers(1, 4)),
        "copies": draw(st.integers(1, 2)),
        "objects": draw(_objects(talk=talk)),
        "wait": {"for": draw(st.sampled_from(["running", "ready", "none"])), "timeout": "20m"},
    }
    if talk:
        job["exchange"] = {
            "bytesPerSecond": draw(st.sampled_from(["10kB", "1MB"])),
            "seconds": draw(st.integers(1, 60)),
        }
    if draw(st.booleans()):
        job["churn"] = {
            "percent": draw(st.sampled_from([10, 50, 100])),
            "cycles": draw(st.integers(1, 2)),
            "delay": draw(st.sampled_from([0, "30s"])),
            "mode": draw(st.sampled_from(["namespaces", "objects"])),
        }
    return job


@st.composite
def _objects(draw: st.DrawFn, *, talk: bool) -> list[Fields]:
    secrets, config_maps = draw(st.integers(0, 3)), draw(st.integers(0, 2))
    objects: list[Fields] = []
    if secrets:
        objects.append({"kind": "Secret", "count": secrets, "dataBytes": draw(st.integers(0, 2000))})
    if config_maps:
        objects.append({"kind": "ConfigMap", "count": config_maps})
    mounts = {"secrets": draw(st.sampled_from(["all", 0, secrets])), "configMaps": "all"}
    kind = draw(st.sampled_from(["Pod", "ReplicaSet", "Deployment"]))
    workload = draw(_workloads(kind, mounts))
    if not talk:
        return [*objects, {**workload, "name": "pause"}]
    server = {"kind": "Deployment", "name": "server", "pod": {"role": "server"}}
    client = {**workload, "name": "client", "pod": {**workload["pod"], "role": "client", "server": "server"}}
    return [*objects, {"kind": "Service", "name": "server"}, server, client]


@st.composite
def _workloads(draw: st.DrawFn, kind: str, mounts: Fields) -> Fields:
    pod: Fields = {
        **mounts,
        "containers": draw(st.integers(1, 3)),
        "terminationGracePeriodSeconds": draw(st.integers(0, 5)),
    }
    if draw(st.booleans()):
        pod["requests"] = {
            "cpu": draw(st.sampled_from(["10m", "0.1", 0.05])),
            "memory": draw(st.sampled_from(["10Mi", 1000])),
        }
    if draw(st.booleans()):
        pod["antiAffinity"] = {"mode": "preferred"}
    if draw(st.booleans()):
        pod["topologySpread"] = {"whenUnsatisfiable": "ScheduleAnyway"}
    if draw(st.booleans()):
        pod["probes"] = {"readiness": {"periodSeconds": draw(st.integers(1, 5))}}
    group: Fields = {"kind": kind, "pod": pod}
    if draw(st.booleans()):
        group["count"] = draw(st.integers(1, 3))
    if kind != "Pod":
        group["replicas"] = draw(st.integers(0, 4))
    return group

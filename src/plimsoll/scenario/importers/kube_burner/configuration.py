"""What a configuration may say: kube-burner's keys with its defaults (pkg/config/types.go, pkg/config/config.go)."""

from __future__ import annotations

import os
import re
from typing import Any, Literal

from pydantic import Field, ValidationError

from plimsoll.errors import Complaint, InputError, Place
from plimsoll.scenario.complaints import complaints_of
from plimsoll.scenario.documents import Path, parse_document
from plimsoll.scenario.gotemplate import TemplateError, parse
from plimsoll.scenario.sources import Source, spell
from plimsoll.scenario.values import Count, Json, Labels, Many, Model, PositiveSeconds, Seconds

DEFAULT_QPS = 5.0
DEFAULT_BURST = 10
"""What client-go takes, and kube-burner with a warning, where a job limits neither."""


class Churn(Model):
    """``churnConfig``."""

    cycles: int = Field(default=0, ge=0)
    percent: float = Field(default=10.0, gt=0, le=100)
    duration: Seconds = 0.0
    delay: Seconds = 0.0
    delete_delay: Any = None
    mode: Literal["namespaces", "objects"] = "namespaces"


class ObjectTemplate(Model):
    """One of a job's ``objects``."""

    object_template: str | None = Field(default=None, min_length=1)
    replicas: Count = 1
    input_vars: Json = {}
    run_once: bool = False
    kind: str = ""
    api_version: str = ""
    label_selector: Labels = {}
    patch_type: str = "application/strategic-merge-patch+json"
    repeat_every_n_iterations: int = Field(default=1, alias="repeatEveryNIterations")
    kube_virt_op: Any = Field(default=None, alias="kubeVirtOp")
    wait: Any = None
    wait_options: Any = None
    churn: Any = None
    group: Any = None


class BurnerJob(Model):
    """One of the ``jobs``."""

    name: str = Field(min_length=1)
    job_type: Literal["create", "patch", "read", "delete", "kubevirt"] = "create"
    job_iterations: Count = 1
    namespace: str = ""
    namespaced_iterations: bool = True
    iterations_per_namespace: Count = 1
    pod_wait: bool = False
    wait_when_finished: bool = True
    max_wait_timeout: PositiveSeconds | None = None
    job_iteration_delay: Seconds = 0.0
    job_pause: Seconds = 0.0
    gc: bool = False
    qps: float = Field(default=0.0, ge=0)
    burst: int = Field(default=0, ge=0)
    objects: Many[ObjectTemplate] = ()
    namespace_labels: Labels = {}
    churn_config: Churn | None = None
    default_missing_keys_with_zero: bool = False
    wait_for_deletion: bool = True
    incremental_load: Any = None
    cleanup: Any = None
    pre_create_namespaces: Any = None
    verify_objects: Any = None
    error_on_verify: Any = None
    skip_indexing: Any = None
    pre_load_images: Any = None
    pre_load_period: Any = None
    pre_load_node_labels: Any = None
    namespace_annotations: Any = None
    watchers: Any = None
    execution_mode: Any = None
    object_delay: Any = None
    object_wait: Any = None
    metrics_aggregate: Any = None
    metrics_closing: Any = None
    measurements: Any = None
    hooks: Any = None


class Global(Model):
    """``global``."""

    gc: bool = False
    timeout: PositiveSeconds = 14_400.0
    measurements: Any = None
    request_timeout: Any = None
    gc_metrics: Any = None
    wait_when_finished: bool = False
    cluster_health: Any = None
    function_templates: Any = None
    deletion_strategy: Any = None


class Configuration(Model):
    """The whole file."""

    jobs: Many[BurnerJob] = Field(min_length=1)
    settings: Global = Field(default=Global(), alias="global")
    metrics_endpoints: Any = None


_NO_EFFECT = {
    "metricsEndpoints": "Plimsoll measures by itself; `plimsoll export --format kube-burner` writes kube-burner's files",
    "measurements": "Plimsoll measures every latency of every pod in any case",
    "gcMetrics": "the deletion is measured in any case",
    "clusterHealth": "a run on a real cluster begins with a preflight of its own",
    "requestTimeout": "requests are given up as client-go gives them up",
    "deletionStrategy": "namespaces are deleted, and what they hold with them",
    "cleanup": "leftovers of earlier runs are removed by `plimsoll clean`",
    "preCreateNamespaces": "each namespace is created before its first object",
    "verifyObjects": "what could not be created is counted and shown in any case",
    "errorOnVerify": "a load that fell short fails the run in any case",
    "skipIndexing": "the archive is written in any case",
    "preLoadImages": "images are not pulled in advance",
    "preLoadPeriod": "images are not pulled in advance",
    "preLoadNodeLabels": "images are not pulled in advance",
    "namespaceAnnotations": "namespaces get labels only",
    "watchers": "no watches are opened but Plimsoll's own",
    "executionMode": "actions take the objects in the order in which they are listed",
    "objectDelay": "the pace is `qps` and `burst`",
    "objectWait": "pods are waited for at the end of the job",
    "metricsAggregate": "Plimsoll measures by itself",
    "metricsClosing": "Plimsoll measures by itself",
    "wait": "pods are waited for at the end of the job, other objects are not",
    "waitOptions": "pods are waited for at the end of the job, other objects are not",
    "churn": "churn takes all objects",
    "group": "objects are created in the order of the file",
    "deleteDelay": "what is deleted is created again at once",
    "hooks": "commands are not run on this machine",
}
"""Keys that are read and change nothing, and why."""

_REFUSED = {
    "incrementalLoad": "Loads that grow by steps are not supported; run a file per size",
    "kubeVirtOp": "Virtual machines are not supported",
    "functionTemplates": "Files of template functions are not supported",
}
"""Keys without which the load would be another one."""


def looks_like_configuration(text: str) -> bool:
    """Whether a text is a configuration of kube-burner rather than a scenario of ours."""
    return (
        re.search(r"^jobs:", text, re.MULTILINE) is not None
        and re.search(r"^(load|cluster|options):", text, re.MULTILINE) is None
    )


def read_configuration(text: str, file: str) -> tuple[Configuration, Source, list[Complaint]]:
    """Read a configuration, itself a template of the environment's variables; the complaints are no more than warnings."""
    root = parse_document(_rendered(text, file), file)
    source = Source(file, root)
    plain = root.plain()
    if not isinstance(plain, dict):
        raise InputError(Complaint(Place(file, root.line), "a configuration is a mapping, and this is not"))
    refused = [
        Complaint(source.place(path), f"`{spell(path)}` cannot be carried over", _REFUSED[str(path[-1])])
        for path in _paths(plain)
        if path[-1] in _REFUSED
    ]
    if refused:
        raise InputError(*refused)
    try:
        configuration = Configuration.model_validate(plain)
    except ValidationError as error:
        raise InputError(*complaints_of(error, source)) from error
    return configuration, source, [_without_effect(source, path) for path in _paths(plain) if path[-1] in _NO_EFFECT]


def _rendered(text: str, file: str) -> str:
    if "{{" not in text:
        return text
    try:
        return parse(text).render(dict(os.environ))
    except TemplateError as error:
        remedy = "kube-burner takes such values from the environment: set the variable of that name"
        raise InputError(Complaint(Place(file, error.line), error.problem, remedy)) from error


def _without_effect(source: Source, path: Path) -> Complaint:
    return Complaint(source.place(path), "this key does not apply", _NO_EFFECT[str(path[-1])])


_FREE_FORM = frozenset({"inputVars", "labelSelector", "namespaceLabels"})


def _paths(value: Any, path: Path = ()) -> list[Path]:
    """The paths of all keys of the configuration proper, outermost first."""
    found: list[Path] = []
    if isinstance(value, dict):
        for key, inner in value.items():
            found.append((*path, key))
            if key not in _FREE_FORM and key not in _NO_EFFECT:
                found += _paths(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            found += _paths(inner, (*path, number))
    return found

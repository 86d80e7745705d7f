"""What a configuration asks of a cluster, as a scenario."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from pathlib import Path as FilePath
from typing import Any

from plimsoll.errors import Complaint, InputError, Place
from plimsoll.kube.patchformats import CONTENT_TYPES
from plimsoll.scenario.documents import Path
from plimsoll.scenario.importers.imported import Imported
from plimsoll.scenario.importers.kube_burner.configuration import (
    DEFAULT_BURST,
    DEFAULT_QPS,
    BurnerJob,
    Configuration,
    ObjectTemplate,
    read_configuration,
)
from plimsoll.scenario.importers.kube_burner.objects import TemplateFiles, first_object, groups
from plimsoll.scenario.sources import Source
from plimsoll.scenario.templates import pods_wanted

Fields = dict[str, Any]

_PODS_PER_NODE = 100  # ten fewer than the kubelet's default of 110, for what the platform runs itself
_LEAST_NODES = 3
_MOST_WORKERS = 100  # goroutines are cheap for kube-burner; more than the burst never send at once
_FORMATS = {content_type: name for name, content_type in CONTENT_TYPES.items()}


def read(text: str, file: str) -> Imported:
    """Make a scenario of a configuration; ``InputError`` names what cannot be carried over, with its line."""
    configuration, source, warnings = read_configuration(text, file)
    translator = _Translator(configuration, source, file)
    jobs = translator.jobs()
    cluster = {
        "profile": "kubernetes-1.36",
        "nodes": max(_LEAST_NODES, ceil(translator.pods / _PODS_PER_NODE)),
        "node": {"labels": {"node-role.kubernetes.io/worker": ""}},
    }
    scenario = {
        "name": FilePath(file).stem,
        "description": f"kube-burner's configuration {FilePath(file).name}.",
        "cluster": cluster,
        "load": {"order": "byNamespace", "jobs": jobs, "delete": translator.deletes},
        "expect": ["pods.running == 100%"] if translator.pods else [],
    }
    problem = f"a configuration names no cluster: simulating {cluster['nodes']} nodes with profile {cluster['profile']}"
    warnings.append(Complaint(Place(file), problem, "Choose others with --nodes and --profile"))
    return Imported(scenario, Source(file, None, translator.origins), tuple(warnings))


class _Translator:
    """Goes through the jobs; afterwards knows how many pods they have and where its values stand."""

    def __init__(self, configuration: Configuration, source: Source, file: str) -> None:
        self.pods = 0
        self.origins: dict[Path, Place] = {}
        self._configuration = configuration
        self._source = source
        self._files = TemplateFiles(file)

    @property
    def deletes(self) -> bool:
        """Whether what was created is removed at the end."""
        return self._configuration.settings.gc or any(job.gc for job in self._configuration.jobs)

    def jobs(self) -> list[Fields]:
        """The jobs that create, each with the actions of those that follow it."""
        made: list[Fields] = []
        for number, job in enumerate(self._configuration.jobs):
            path: Path = ("jobs", number)
            if job.job_type == "kubevirt":
                self._refuse((*path, "jobType"), "virtual machines are not supported")
            elif job.job_type == "create":
                self.origins["load", "jobs", len(made)] = self._source.place(path)
                made.append(self._creating(job, path))
            elif made:
                made[-1].setdefault("actions", []).extend(self._actions(job, path, len(made) - 1, made[-1]))
            else:
                self._refuse(path, "the job is about objects, and none has been created before it")
        return made

    def _refuse(self, path: Path, problem: str, remedy: str = "") -> None:
        raise InputError(Complaint(self._source.place(path), problem, remedy))

    def _creating(self, job: BurnerJob, path: Path) -> Fields:
        if not job.namespace:
            self._refuse((*path, "namespace"), "the job names no namespace", "Add `namespace: …`")
        objects = [
            group
            for index, template in enumerate(job.objects)
            for group in groups(job, template, index, self._files, self._source.place((*path, "objects", index)))
        ]
        self._count_pods(job, objects)
        fields: Fields = {"name": _label(job.name), "pace": _pace(job), **_parts(job, objects)}
        if job.wait_when_finished or job.pod_wait or self._configuration.settings.wait_when_finished:
            timeout_seconds = job.max_wait_timeout or self._configuration.settings.timeout
            fields["wait"] = {"for": "ready", "timeout": timeout_seconds}
        else:
            fields["wait"] = {"for": "none"}
        if job.job_pause:
            fields["hold"] = job.job_pause
        if job.churn_config is not None:
            fields["churn"] = self._churn(job, (*path, "churnConfig"))
        return fields

    def _count_pods(self, job: BurnerJob, objects: Sequence[Fields]) -> None:
        for group in objects:
            iterations = 1 if group["once"] else job.job_iterations
            self.pods += pods_wanted(first_object(group)) * group["count"] * iterations

    def _churn(self, job: BurnerJob, path: Path) -> Fields:
        churn = job.churn_config
        assert churn is not None  # noqa: S101 - asked for where there is one
        if not churn.cycles:
            self._refuse(path, "churn by duration is not supported", "Say how often with `cycles`")
        return {"percent": churn.percent, "cycles": churn.cycles, "delay": churn.delay, "mode": churn.mode}

    def _actions(self, job: BurnerJob, path: Path, owner: int, creating: Fields) -> list[Fields]:
        first = len(creating.get("actions", ()))
        made = []
        for index, template in enumerate(job.objects):
            here: Path = (*path, "objects", index)
            self.origins["load", "jobs", owner, "actions", first + index] = self._source.place(here)
            if not template.kind:
                self._refuse(here, "the object names no kind", "Add `kind: …`")
            made.append(self._action(job, template, index, here))
        if made and job.job_pause:
            made[-1]["pause"] = job.job_pause
        return made

    def _action(self, job: BurnerJob, template: ObjectTemplate, index: int, path: Path) -> Fields:
        action: Fields = {
            "name": f"{_label(job.name)}-{index}",
            "verb": job.job_type,
            "kind": template.kind,
            "labels": template.label_selector,
            "iterations": job.job_iterations,
            "pace": _pace(job),
        }
        if job.job_type == "delete":
            action["untilGone"] = job.wait_for_deletion
        if job.job_type == "patch":
            action |= self._patch(template, path)
        return action

    def _patch(self, template: ObjectTemplate, path: Path) -> Fields:
        if template.object_template is None:
            self._refuse(path, "the patch names no template", "Add `objectTemplate: FILE`")
        if template.patch_type not in _FORMATS:
            known = ", ".join(_FORMATS)
            self._refuse((*path, "patchType"), f"{template.patch_type[:60]!r} is no type of patch", f"Known: {known}")
        place = self._source.place((*path, "objectTemplate"))
        return {
            "format": _FORMATS[template.patch_type],
            "template": self._files.text(str(template.object_template), place),
            "variables": template.input_vars,
        }


def _parts(job: BurnerJob, objects: list[Fields]) -> Fields:
    """The namespaces of a job: all alike, but for a last one that holds the iterations left over."""
    labels = {"kube-burner.io/job": job.name, **job.namespace_labels}
    if not job.namespaced_iterations:
        names = {"names": [job.namespace], "labels": labels}
        return {"namespaces": names, "copies": job.job_iterations, "objects": objects}
    full, left = divmod(job.job_iterations, job.iterations_per_namespace)
    whole = {
        "namespaces": {"count": full, "prefix": job.namespace, "labels": labels},
        "copies": job.iterations_per_namespace,
        "objects": objects,
    }
    if not left:
        return whole
    later = [{**group, "firstIteration": full * job.iterations_per_namespace} for group in objects]
    rest = {
        "namespaces": {"names": [f"{job.namespace}-{full}"], "labels": labels},
        "copies": left,
        "objects": later,
    }
    return {**rest, "alongside": [whole]} if full else rest


def _pace(job: BurnerJob) -> Fields:
    """The limiter of a job's clients. Whoever waits for it holds a request of its own, as a goroutine does there."""
    limited = bool(job.qps and job.burst)
    qps, burst = (job.qps, job.burst) if limited else (DEFAULT_QPS, DEFAULT_BURST)
    pace: Fields = {"ratePerSecond": qps, "burst": burst, "parallelism": min(max(burst, ceil(qps)), _MOST_WORKERS)}
    if job.job_iteration_delay:
        pace["betweenNamespaces"] = job.job_iteration_delay
    return pace


def _label(name: str) -> str:
    return name.lower().replace("_", "-")

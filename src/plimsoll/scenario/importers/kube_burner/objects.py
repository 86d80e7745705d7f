"""The objects of a job: the template files that it names, as groups of objects of ours."""

from __future__ import annotations

import re
from pathlib import Path as FilePath
from typing import Any

from plimsoll.errors import Complaint, InputError, Place
from plimsoll.scenario.gotemplate import TemplateError
from plimsoll.scenario.importers.kube_burner.configuration import BurnerJob, ObjectTemplate
from plimsoll.scenario.templates import render_object, resource_of, template_data

_DOCUMENT_END = re.compile(r"^---[ \t]*$", re.MULTILINE)

STAMPS = {
    "kube-burner.io/uuid": "{{.UUID}}",
    "kube-burner.io/runid": "{{.RunID}}",
    "kube-burner.io/job-iteration": "{{.Iteration}}",
    "kube-burner.io/replica": "{{.Replica}}",
}
"""Labels that kube-burner gives each object (pkg/config/types.go), by which its jobs find objects of others."""


class TemplateFiles:
    """Template files beside a configuration, each read once; complaints name the place that names the file."""

    def __init__(self, configuration_file: str) -> None:
        self._folder = FilePath(configuration_file).parent
        self._texts: dict[str, str] = {}

    def path(self, name: str) -> FilePath:
        """Where a template of this name is."""
        return self._folder / name

    def text(self, name: str, place: Place) -> str:
        """The text of a template."""
        if name not in self._texts:
            self._texts[name] = self._read(name, place)
        return self._texts[name]

    def _read(self, name: str, place: Place) -> str:
        if "://" in name:
            raise InputError(
                Complaint(place, "templates are not fetched from the network", "Name a file beside this one")
            )
        try:
            return self.path(name).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            problem = getattr(error, "strerror", None) or "it is not UTF-8"
            raise InputError(Complaint(place, f"the template {name!r} cannot be read: {problem}")) from error


def groups(job: BurnerJob, template: ObjectTemplate, index: int, files: TemplateFiles, place: Place) -> list[Any]:
    """The groups of one of a job's objects: one for each document of its file."""
    if template.object_template is None:
        raise InputError(Complaint(place, "the object names no template", "Add `objectTemplate: FILE`"))
    if template.repeat_every_n_iterations != 1:
        raise InputError(Complaint(place, "`repeatEveryNIterations` is not supported", "Remove it"))
    text = files.text(template.object_template, place)
    made: list[Any] = []
    for start, document in documents(text):
        group = {
            "kind": "Template",
            "name": f"object-{index}" if not made else f"object-{index}-{len(made)}",
            "template": document,
            "variables": template.input_vars,
            "count": template.replicas,
            "once": template.run_once,
            "labels": {"kube-burner.io/job": job.name, "kube-burner.io/index": str(index)},
            "stamps": STAMPS,
            "missingIsEmpty": job.default_missing_keys_with_zero,
        }
        _check(group, str(files.path(template.object_template)), start)
        made.append(group)
    return made


def documents(text: str) -> list[tuple[int, str]]:
    """The YAML documents of a text that are not empty, each with the number of lines before it."""
    found, position = [], 0
    for end in [*_DOCUMENT_END.finditer(text), None]:
        document = text[position : end.start() if end else len(text)]
        if document.strip():
            found.append((text.count("\n", 0, position), document))
        position = end.end() if end else position
    return found


def first_object(group: dict[str, Any]) -> Any:
    """What the template of a group gives first."""
    return render_object(group["template"], template_data(group["variables"]), missing_is_empty=group["missingIsEmpty"])


def _check(group: dict[str, Any], file: str, lines_before: int) -> None:
    """Render the first object, so that what is wrong with a template is said with its file and line."""
    try:
        resource_of(first_object(group))
    except TemplateError as error:
        raise InputError(Complaint(Place(file, lines_before + error.line), error.problem)) from error
    except ValueError as error:
        raise InputError(Complaint(Place(file, lines_before + 1), str(error))) from error

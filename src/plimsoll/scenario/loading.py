"""Reading scenarios: by gallery name or by path, our own YAML or another tool's format, with every complaint at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from plimsoll.errors import Complaint, InputError, Place
from plimsoll.scenario import gallery
from plimsoll.scenario.complaints import complaints_of
from plimsoll.scenario.contradictions import contradictions
from plimsoll.scenario.documents import MAX_BYTES, Node, parse_document
from plimsoll.scenario.importers import import_foreign
from plimsoll.scenario.model import Scenario
from plimsoll.scenario.nearest import did_you_mean
from plimsoll.scenario.sources import Source


@dataclass(frozen=True, slots=True)
class LoadedScenario:
    """A valid scenario, where its values were written, and what its reader should be told."""

    scenario: Scenario
    source: Source
    warnings: tuple[Complaint, ...] = ()

    def place(self, path: Iterable[str | int]) -> Place:
        """Where the value at a path of keys as in the file, e.g. ``("cluster", "nodes")``, or what holds it, stands."""
        return self.source.place(path)


def load_scenario(reference: str | FilePath) -> LoadedScenario:
    """Load a scenario of the gallery by its name, or any file by its path; ``InputError`` holds all complaints."""
    name = str(reference)
    shipped = gallery.read(name)
    if shipped is not None:
        return parse_scenario(shipped, f"{name}.yaml", name)
    return parse_scenario(read_file(FilePath(name)), name)


def parse_scenario(text: str, file: str, name: str | None = None) -> LoadedScenario:
    """Load a scenario from its text; complaints call it ``file``, and so is it named if nothing else names it."""
    foreign = import_foreign(text, file)
    if foreign is not None:
        return _validated(foreign.scenario, foreign.source, foreign.warnings)
    root = parse_document(text, file)
    plain = root.plain()
    if not isinstance(plain, dict):
        remedy = "Begin with `cluster:` and `load:`; `plimsoll examples quickstart` prints a small one"
        raise InputError(Complaint(Place(file, root.line), "a scenario is a mapping, and this is not", remedy))
    plain.setdefault("name", name or FilePath(file).stem)
    return _validated(plain, Source(file, root))


def scenario_of(document: Mapping[str, Any], name: str, written: Node | None = None) -> LoadedScenario:
    """Load a scenario from its document, such as the one an archive keeps.

    Complaints are about ``name``, and tell the lines of ``written``, if that is where the document comes from.
    """
    return _validated(dict(document), Source(name, written))


def _validated(plain: dict[str, Any], source: Source, warnings: tuple[Complaint, ...] = ()) -> LoadedScenario:
    try:
        scenario = Scenario.model_validate(plain)
    except ValidationError as error:
        raise InputError(*_in_file_order(complaints_of(error, source))) from error
    found = [source.complaint(*contradiction) for contradiction in contradictions(scenario)]
    if found:
        raise InputError(*_in_file_order(found))
    return LoadedScenario(scenario, source, warnings)


def _in_file_order(complaints: Iterable[Complaint]) -> list[Complaint]:
    return sorted(complaints, key=lambda complaint: complaint.place.line or 0)


def read_file(path: FilePath) -> str:
    """The text of a scenario's or a sweep's file; ``InputError`` where there is none, with the names most like it."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise InputError(_not_found(path)) from error
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL in it
        problem = getattr(error, "strerror", None) or str(error)
        raise InputError(Complaint(Place(str(path)), f"cannot be read: {problem}", "Give a readable file")) from error
    if len(content) > MAX_BYTES:
        problem = f"the file is larger than {MAX_BYTES // 1024**2} MiB"
        raise InputError(
            Complaint(Place(str(path)), problem, "Use `count` and `replicas` instead of repeating objects")
        )
    return _decode(content, path)


def _decode(content: bytes, path: FilePath) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        complaint = Complaint(Place(str(path), line), f"byte {error.start} is not UTF-8", "Give a YAML file in UTF-8")
        raise InputError(complaint) from error


def _not_found(path: FilePath) -> Complaint:
    if str(path) in gallery.sweeps():
        return Complaint(Place(str(path)), "this is a sweep over scenarios", f"Run it with `plimsoll sweep {path}`")
    folder = path.parent
    siblings = [str(folder / each.name) for each in folder.iterdir()] if folder.is_dir() else []
    hint = did_you_mean(str(path), [*gallery.names(), *gallery.sweeps(), *siblings])
    return Complaint(
        Place(str(path)),
        "there is neither such a file nor such a scenario in the gallery",
        f"{hint} `plimsoll examples` lists them".strip(),
    )

"""The two syntaxes of a job file, reduced to one list of options with their lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from plimsoll.errors import Complaint, InputError, Place
from plimsoll.scenario.documents import Node, parse_document
from plimsoll.scenario.values import MAX_OBJECTS

_OURS = re.compile(r"^(cluster|load)\s*:", re.MULTILINE)
_YAML = re.compile(r"^(options|workload)\s*:", re.MULTILINE)
_LINES = re.compile(r"^\s*workload\s*=", re.MULTILINE | re.IGNORECASE)
_NEGATION = re.compile(r"(no|dont)[-_]", re.IGNORECASE)
_TRUE = {"", "1", "y", "yes", "true", "t"}
_FALSE = {"0", "n", "no", "false", "f"}
_SIZE = re.compile(r"(-?\d+)\s*([kmgt]i?)?b?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Option:
    """One option as written: its name as the user spelled it and as ClusterBuster compares it, its value, its place."""

    spelling: str
    name: str
    value: str
    place: Place

    def wrong(self, expected: str) -> InputError:
        """The error of a value that is not what the option takes."""
        return InputError(Complaint(self.place, f"{self.value[:60]!r} is not {expected}", "See `clusterbuster -H`"))

    def parts(self) -> list[Option]:
        """Both ends of a range, which is written with a comma, or the only value."""
        return [replace(self, value=part.strip()) for part in self.value.split(",")]

    def integer(self, minimum: int = 0) -> int:
        """The value as a whole number."""
        if not re.fullmatch(r"-?\d{1,15}", self.value) or not minimum <= int(self.value) <= MAX_OBJECTS:
            raise self.wrong(f"a whole number from {minimum} to {MAX_OBJECTS:,}")
        return int(self.value)

    def number(self) -> float:
        """The value as seconds, which may have decimals."""
        if not re.fullmatch(r"\d{1,9}(\.\d*)?|\.\d+", self.value):
            raise self.wrong("a number of seconds")
        return float(self.value)

    def size(self) -> int:
        """The value as bytes: a whole number with k, ki, m, mi, g, gi, t or ti."""
        match = _SIZE.fullmatch(self.value) if len(self.value) < 30 else None  # noqa: PLR2004 - any size fits in that
        if match is None:
            raise self.wrong("a size such as 1000, 64Ki or 10M; decimals are not allowed")
        suffix = (match[2] or "").lower()
        power = " kmgt".index(suffix[0]) if suffix else 0
        unit: int = (1024 if suffix.endswith("i") else 1000) ** power
        return int(match[1]) * unit

    def boolean(self) -> bool:
        """The value as yes or no."""
        word = self.value.lower()
        if word not in _TRUE | _FALSE:
            raise self.wrong("yes or no (1, 0, true, false)")
        return word in _TRUE


def looks_like_job_file(text: str) -> bool:
    """Whether the text has the mark of either syntax, and not that of a scenario of ours."""
    return not _OURS.search(text) and bool(_YAML.search(text) or _LINES.search(text))


def read_options(text: str, file: str) -> list[Option]:
    """All options of a job file, in order."""
    return list(_from_yaml(text, file) if _YAML.search(text) else _from_lines(text, file))


def _from_yaml(text: str, file: str) -> Iterator[Option]:
    root = parse_document(text, file)
    options = root.content.get("options", root) if isinstance(root.content, dict) else root
    if not isinstance(options.content, dict):
        raise InputError(
            Complaint(Place(file, options.line, "options"), "options must be a mapping of names to values")
        )
    for spelling, node in options.content.items():
        line = (options.key_lines or {}).get(spelling, node.line)
        yield _option(spelling, _scalar(node, spelling, file), Place(file, line, spelling))


def _scalar(node: Node, spelling: str, file: str) -> str | None:
    if isinstance(node.content, dict | list):
        problem = "ClusterBuster takes one value for each option, not a list or a mapping"
        raise InputError(Complaint(Place(file, node.line, spelling), problem, "Write one value"))
    if isinstance(node.content, bool):
        return "1" if node.content else "0"
    return None if node.content is None else str(node.content)


def _from_lines(text: str, file: str) -> Iterator[Option]:
    pending, first = "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        first = number if not pending else first
        if line.endswith("\\"):
            pending += line[:-1]
            continue
        written, pending = (pending + line).split("#", 1)[0].strip(), ""
        if written:
            spelling, separator, value = (part.strip() for part in written.partition("="))
            yield _option(spelling, value if separator else None, Place(file, first, spelling))


def _option(spelling: str, value: str | None, place: Place) -> Option:
    """A bare name means yes, and a name with ``no-`` before it means no."""
    negated = _NEGATION.match(spelling)
    name = re.sub(r"[-_]", "", spelling[negated.end() :] if negated else spelling).lower()
    if value is None:
        value = "0" if negated else "1"
    return Option(spelling, name, value, place)

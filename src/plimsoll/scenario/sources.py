"""Where the values of a scenario were written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from plimsoll.errors import Complaint, Place
from plimsoll.scenario.documents import Node, Path


def spell(path: Path) -> str:
    """Write a path as people do: ``load.jobs[0].objects[2].pod``; keys with dots are quoted."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif "." in step:
            text += f'["{step}"]'
        else:
            text += f".{step}" if text else step
    return text


@dataclass(frozen=True, slots=True)
class Source:
    """A file, with either its document or, for another tool's format, the places that the scenario's values came from."""

    file: str
    document: Node | None = None
    origins: Mapping[Path, Place] = field(default_factory=dict)

    def place(self, path: Iterable[str | int]) -> Place:
        """Where the value at ``path``, or the nearest one around it that was written, stands."""
        steps = tuple(path)
        for length in range(len(steps), -1, -1):
            if steps[:length] in self.origins:
                return self.origins[steps[:length]]
        return Place(self.file, self.document.line_of(steps) if self.document else None, spell(steps) or None)

    def complaint(self, path: Iterable[str | int], problem: str, remedy: str = "") -> Complaint:
        """A complaint about the value at ``path``."""
        return Complaint(self.place(path), problem, remedy)

"""What preflight finds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plimsoll.errors import Complaint, InputError, Place

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object


@dataclass(slots=True)
class Findings:
    """Problems, which a run does not start with, and warnings; both are complete sentences about the cluster."""

    context: str
    problems: list[Complaint] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    nodes: list[Object] = field(default_factory=list)
    """The cluster's nodes, where they may be seen."""
    version: str = ""
    cluster_id: str = ""

    def problem(self, field_name: str, problem: str, remedy: str = "") -> None:
        """Note a problem with the cluster."""
        self.problems.append(Complaint(Place(f"context {self.context}", field=field_name), problem, remedy))

    def refuse(self) -> None:
        """Raise :class:`InputError` with every problem, if there is any."""
        if self.problems:
            raise InputError(*self.problems)


def named(names: list[str], most: int = 3) -> str:
    """A few of the names, and how many more there are."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most:,} more"

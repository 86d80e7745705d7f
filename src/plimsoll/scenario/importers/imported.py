"""What an importer returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from plimsoll.errors import Complaint
from plimsoll.scenario.sources import Source


@dataclass(frozen=True, slots=True)
class Imported:
    """A scenario in the keys of our own YAML, where its values came from, and what could not be carried over."""

    scenario: dict[str, Any]
    source: Source
    warnings: tuple[Complaint, ...] = ()

"""What is wrong with a scenario although each of its values is right by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from plimsoll.scenario.documents import Path
from plimsoll.scenario.model import Scenario

Contradiction: TypeAlias = tuple[Path, str, str]
"""The path of the value to change, the problem, the remedy."""


def contradictions(scenario: Scenario) -> Iterator[Contradiction]:
    """Find all contradictions of a valid model."""
    yield from ()

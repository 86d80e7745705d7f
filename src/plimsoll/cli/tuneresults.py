"""The answer of ``plimsoll tune`` on a terminal, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from rich.text import Text

from plimsoll.cli.sensitivity import print_sensitivity
from plimsoll.cli.tables import console, table
from plimsoll.errors import Place
from plimsoll.planning.manifests import render_all
from plimsoll.tuning import remedy_wording, sensitivity_wording, wording
from plimsoll.tuning.application import applied
from plimsoll.tuning.document import heading, safest_document
from plimsoll.tuning.putting import files
from plimsoll.tuning.sensitivity import assess

if TYPE_CHECKING:
    from rich.console import Console

    from plimsoll.campaign.crew import Crew
    from plimsoll.diagnosis.finding import Flavor
    from plimsoll.planning.manifests import Manifest
    from plimsoll.scenario.loading import LoadedScenario
    from plimsoll.tuning.remedies import Smallest, Walk
    from plimsoll.tuning.safest import Safest
    from plimsoll.tuning.sensitivity import Sensitivity


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found, how it is put into a cluster, and what it rests on."""

    loaded: LoadedScenario
    changes: Mapping[str, Any] | None
    """None where nothing holds."""
    manifests: tuple[Manifest, ...]
    sensitivity: Sensitivity | None
    safest: Safest | None
    walk: Walk | None
    smallest: Smallest | None

    @classmethod
    def of(
        cls,
        loaded: LoadedScenario,
        flavor: Flavor,
        changes: Mapping[str, Any] | None,
        assessed_by: tuple[Crew, int] | None,
        *,
        safest: Safest | None = None,
        walk: Walk | None = None,
        smallest: Smallest | None = None,
    ) -> Self:
        """Work out the rest of an answer: its manifests, and how far it rests on guesses."""
        if changes is None:
            return cls(loaded, None, (), None, safest, walk, smallest)
        manifests = files(changes, flavor, loaded.scenario.cluster.profile)
        sensitivity = None
        if assessed_by is not None:
            crew, seed = assessed_by
            sensitivity = assess(applied(loaded, changes, Place("the answer")), seed=seed, crew=crew)
        return cls(loaded, changes, manifests, sensitivity, safest, walk, smallest)


def print_answer(answer: Answer, output: str) -> None:
    """Print it to standard output."""
    if output == "json":
        print(json.dumps(_document(answer), indent=2, ensure_ascii=False))
        return
    terminal = console()
    if answer.safest is not None:
        _print_tried(answer.safest, terminal)
    for line in _lines(answer):
        terminal.print(Text(line), soft_wrap=True)
    if answer.manifests:
        terminal.print()
        terminal.print(Text(render_all(answer.manifests).rstrip()), soft_wrap=True)
    if answer.sensitivity is not None:
        terminal.print()
        print_sensitivity(answer.sensitivity)


def _document(answer: Answer) -> dict[str, Any]:
    scenario = answer.loaded.scenario
    found = {} if answer.safest is None else safest_document(answer.safest)
    if answer.walk is not None:
        found = remedy_wording.document(answer.walk, answer.smallest)
    return {
        **heading(scenario.name, scenario.cluster.profile),
        "found": answer.changes is not None,
        **found,
        "manifests": remedy_wording.manifest_documents(answer.manifests),
        "sensitivity": None if answer.sensitivity is None else sensitivity_wording.document(answer.sensitivity),
    }


def _print_tried(found: Safest, terminal: Console) -> None:
    shown = table("tried", "seeds", "what came out")
    for setting, seeds, outcome in wording.tried(found):
        shown.add_row(setting, seeds, Text(outcome, style="green" if outcome == wording.HOLDS else "red"))
    terminal.print(shown)
    terminal.print()


def _lines(answer: Answer) -> Iterator[str]:
    if answer.safest is not None:
        yield from wording.answer(answer.safest)
        yield from wording.caveats(answer.safest)
    if answer.walk is not None:
        for number, step in enumerate(answer.walk.steps, start=1):
            yield from remedy_wording.step_lines(number, step)
        yield remedy_wording.ending(answer.walk)
    if answer.smallest is not None:
        yield ""
        yield from remedy_wording.smallest_lines(answer.smallest)
    elif answer.walk is not None and answer.walk.passed and answer.walk.changes:
        yield "With other seeds it fails all the same."

"""``plimsoll tune``: the lowest safe values of settings, or what makes a scenario pass."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from plimsoll.cli.searching import Progress, add_crew, add_scenario, crew, interrupted, load, width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plimsoll.scenario.loading import LoadedScenario
    from plimsoll.tuning.knob import Knob
    from plimsoll.tuning.safest import Demands, Safest

DESCRIPTION = """\
Find the lowest safe values of one or more settings: those with which every objective holds over several seeds, and a
safety margin on top. Results are kept: a search that was stopped goes on where it was.
"""
NOTHING_HOLDS = 1


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its flags."""
    parser = commands.add_parser("tune", help="find the lowest safe settings", description=DESCRIPTION)
    parser.set_defaults(run=run)
    add_scenario(parser)
    _add_search(parser.add_argument_group("what to search"))
    add_crew(parser, seeds=3)


def _add_search(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--knob",
        action="append",
        default=[],
        metavar="NAME[=LOW:HIGH[:STEP]]",
        dest="knobs",
        help="a setting, or a parameter of the load, and where to look; STEP may be xFACTOR; may be given again",
    )
    group.add_argument(
        "--margin", type=float, default=2.0, metavar="F", help="how many times as safe to choose (default: %(default)g)"
    )
    group.add_argument(
        "--search",
        choices=("monotone", "optimiser"),
        default="monotone",
        help="optimiser: do not rely on safer values being safer (needs optuna; default: %(default)s)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Search, and print the answer; 0 found, 1 no value holds, 130 interrupted.

    Raises:
        InputError: if scenario or knobs are wrong.
        RunError: if a trial could not be completed.

    """
    loaded = load(arguments)
    try:
        found = _found(loaded, _knobs(arguments, loaded), arguments)
    except KeyboardInterrupt:
        return interrupted()
    _print(loaded, found, arguments.output)
    return 0 if found.chosen is not None else NOTHING_HOLDS


def _found(loaded: LoadedScenario, knobs: Sequence[Knob], arguments: argparse.Namespace) -> Safest:
    from plimsoll.tuning.safest import find_safest

    with crew(arguments) as hired:
        return find_safest(loaded, knobs, _demands(arguments), hired, Progress(quiet=arguments.quiet))


def _knobs(arguments: argparse.Namespace, loaded: LoadedScenario) -> list[Knob]:
    from plimsoll.experiment.changes import parse_setting
    from plimsoll.tuning.wishes import knob_of, parse_wish

    given = [parse_setting(text)[0] for text in arguments.settings]
    return [knob_of(parse_wish(text), loaded).without_followers(given) for text in arguments.knobs]


def _demands(arguments: argparse.Namespace) -> Demands:
    from plimsoll.tuning.safest import Demands

    return Demands(
        seeds=arguments.seeds,
        first_seed=arguments.seed,
        margin=arguments.margin,
        width=width(arguments),
        optimise=arguments.search == "optimiser",
    )


def _print(loaded: LoadedScenario, found: Safest, output: str) -> None:
    from plimsoll.tuning.document import heading, safest_document

    scenario = loaded.scenario
    if output == "json":
        document = heading(scenario.name, scenario.cluster.profile) | safest_document(found)
        print(json.dumps(document, indent=2, ensure_ascii=False))
        return
    _print_text(found)


def _print_text(found: Safest) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from plimsoll.tuning import wording

    console = Console(width=None if sys.stdout.isatty() else 140, highlight=False)
    table = Table("tried", "seeds", "what came out", box=None, padding=(0, 2, 0, 0))
    for setting, seeds, outcome in wording.tried(found):
        table.add_row(setting, seeds, Text(outcome, style="green" if outcome == wording.HOLDS else "red"))
    console.print(table)
    console.print()
    for line in wording.answer(found):
        console.print(line, style="bold", soft_wrap=True)
    for line in wording.caveats(found):
        console.print(line, style="yellow", soft_wrap=True)

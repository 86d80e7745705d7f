"""``plimsoll sensitivity``: how far a prediction moves when constants move that are only guesses."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from plimsoll.cli.searching import add_crew, add_scenario, crew, interrupted, load

if TYPE_CHECKING:
    from rich.console import Console

    from plimsoll.tuning.sensitivity import Sensitivity

DESCRIPTION = """\
Run a scenario with the constants varied of which the profile says that they are guesses, and show whether that changes
the answer: all guesses of a component together at half and at twice their values, or each of them.
"""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its flags."""
    parser = commands.add_parser("sensitivity", help="see what a prediction rests on", description=DESCRIPTION)
    parser.set_defaults(run=run)
    add_scenario(parser)
    parser.add_argument(
        "--thorough", action="store_true", help="vary each constant alone, and rank them by elementary effects"
    )
    add_crew(parser)


def run(arguments: argparse.Namespace) -> int:
    """Vary, and print the table; 0 where the answer stays, 1 where it rests on a guess, 130 interrupted.

    Raises:
        InputError: if the scenario is wrong.
        RunError: if a run could not be completed.

    """
    from plimsoll.tuning.sensitivity import assess

    loaded = load(arguments)
    try:
        with crew(arguments) as hired:
            found = assess(loaded, seed=arguments.seed, crew=hired, thorough=arguments.thorough)
    except KeyboardInterrupt:
        return interrupted()
    if arguments.output == "json":
        from plimsoll.tuning.document import SENSITIVITY_SCHEMA, heading
        from plimsoll.tuning.sensitivity_wording import document

        scenario = loaded.scenario
        whole = heading(scenario.name, scenario.cluster.profile, SENSITIVITY_SCHEMA) | document(found)
        print(json.dumps(whole, indent=2, ensure_ascii=False))
    else:
        print_sensitivity(found)
    return int(bool(found.moving))


def print_sensitivity(found: Sensitivity) -> None:
    """Print the table, and what is to be made of it."""
    from rich.console import Console
    from rich.table import Table

    from plimsoll.tuning import sensitivity_wording as wording

    console = Console(width=None if sys.stdout.isatty() else 140, highlight=False)
    table = Table(*wording.HEADINGS, box=None, padding=(0, 2, 0, 0))
    for row in wording.rows(found):
        table.add_row(*row)
    console.print(table)
    _print_effects(found, console)
    for line in wording.summary(found):
        console.print(line, soft_wrap=True)


def _print_effects(found: Sensitivity, console: Console) -> None:
    from rich.table import Table

    from plimsoll.tuning import sensitivity_wording as wording

    if not found.effects:
        return
    ranking = Table("a step by a factor of two of", "moves it by", "spread", box=None, padding=(0, 2, 0, 0))
    for row in wording.effects(found):
        ranking.add_row(*row)
    console.print(ranking)

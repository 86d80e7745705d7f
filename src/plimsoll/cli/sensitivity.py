"""``plimsoll sensitivity``: how far a prediction moves when constants move that are only guesses."""

from __future__ import annotations

import argparse
import json
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
    from plimsoll.cli.tables import console, table
    from plimsoll.tuning import sensitivity_wording as wording

    terminal, shown = console(), table(*wording.HEADINGS)
    for row in wording.rows(found):
        shown.add_row(*row)
    terminal.print(shown)
    _print_effects(found, terminal)
    for line in wording.summary(found):
        terminal.print(line, soft_wrap=True)


def _print_effects(found: Sensitivity, terminal: Console) -> None:
    from plimsoll.cli.tables import table
    from plimsoll.tuning import sensitivity_wording as wording

    if not found.effects:
        return
    ranking = table("a step by a factor of two of", "moves it by", "spread")
    for row in wording.effects(found):
        ranking.add_row(*row)
    terminal.print(ranking)

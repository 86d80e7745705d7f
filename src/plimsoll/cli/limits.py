"""``plimsoll limits``: the largest load that holds, and how it moves with something else."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from plimsoll.cli.exitcodes import DONE, MISSED
from plimsoll.cli.report import check_place
from plimsoll.cli.searching import Progress, add_crew, add_scenario, crew, interrupted, width

if TYPE_CHECKING:
    from plimsoll.campaign.crew import Crew
    from plimsoll.scenario.loading import LoadedScenario
    from plimsoll.scenario.sweep import Sweep
    from plimsoll.tuning.frontier import Axis, Frontier, Limit, Survey
    from plimsoll.tuning.sensitivity import Sensitivity
    from plimsoll.tuning.wishes import KnobWish

DESCRIPTION = """\
Find the largest load with which every objective of a scenario holds, for each value of something else: most pods per node
against nodes, for example. A sweep of the gallery that finds something says all that itself. Results are kept: a
search that was stopped goes on where it was.
"""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its flags."""
    parser = commands.add_parser("limits", help="find the largest load that holds", description=DESCRIPTION)
    parser.set_defaults(run=run)
    add_scenario(parser)
    group = parser.add_argument_group("what to search")
    group.add_argument(
        "--find",
        metavar="NAME[=LOW:HIGH[:STEP]]",
        help="the load: podsPerNode, namespaces, ratePerSecond, …, and where to look (default: what a sweep says)",
    )
    group.add_argument(
        "--vary",
        action="append",
        default=[],
        metavar="NAME=A,B,C",
        help="find it for each of these values (default: those of a sweep); given again, for each combination",
    )
    group.add_argument("--no-sensitivity", action="store_true", help="do not look how far the answer rests on guesses")
    group.add_argument("--html", type=Path, metavar="FILE", help="also draw the frontier on a page")
    add_crew(parser, seeds=1)


def run(arguments: argparse.Namespace) -> int:
    """Search, and print the frontier; 0 found, 1 nothing holds anywhere, 130 interrupted.

    Raises:
        InputError: if scenario, load or values are wrong.
        RunError: if a trial could not be completed.

    """
    check_place(arguments.html, "--html")
    loaded, sweep = _loaded(arguments)
    survey = _survey(arguments, loaded, sweep)
    try:
        with crew(arguments) as hired:
            frontier = _found(loaded, survey, arguments, hired)
            sensitivity = None if arguments.no_sensitivity else _assessed(loaded, frontier, hired)
    except KeyboardInterrupt:
        return interrupted()
    _print(loaded, frontier, sensitivity, arguments.output)
    if arguments.html is not None:
        _write_page(loaded, frontier, arguments.html)
    return DONE if frontier.holds_somewhere else MISSED


def _loaded(arguments: argparse.Namespace) -> tuple[LoadedScenario, Sweep]:
    """The scenario, with what is the same everywhere in the sweep that it may come from."""
    from plimsoll.cli.searching import otherwise
    from plimsoll.scenario.loading import scenario_of
    from plimsoll.scenario.sweep import load_sweep

    swept = load_sweep(arguments.scenario)
    document = swept.scenario_at({}).model_dump(mode="json", by_alias=True)
    return otherwise(scenario_of(document, arguments.scenario), arguments), swept.sweep


def _survey(arguments: argparse.Namespace, loaded: LoadedScenario, sweep: Sweep) -> Survey:
    """What to search: as the command line says, and otherwise as the sweep does."""
    from plimsoll.errors import Complaint, InputError, Place
    from plimsoll.tuning.frontier import Axis, Survey, check_axes
    from plimsoll.tuning.wishes import load_of

    own = {axis.name: axis for axis in map(_axis, arguments.vary)}
    axes = tuple(({name: Axis(name, values) for name, values in sweep.vary.items()} | own).values())
    check_axes(loaded, axes)
    knob = load_of(_wish(arguments, sweep), loaded)
    if knob.name in own:
        problem = "it is what to find, and cannot be given values as well"
        raise InputError(
            Complaint(Place(f"--vary {knob.name}"), problem, "Name something else that the load depends on")
        )
    return Survey(knob, axes, seeds=arguments.seeds, first_seed=arguments.seed, width=width(arguments))


def _wish(arguments: argparse.Namespace, sweep: Sweep) -> KnobWish:
    from plimsoll.errors import Complaint, InputError, Place
    from plimsoll.tuning.grids import spread
    from plimsoll.tuning.wishes import KnobWish, parse_wish

    if arguments.find is not None:
        return parse_wish(arguments.find, "--find")
    if sweep.find is None:
        raise InputError(Complaint(Place("--find"), "what to find is missing", "Write e.g. --find podsPerNode=50:1000"))
    bounds = (sweep.find.at_least, sweep.find.at_most)
    low, high = (int(bound) if bound == int(bound) else bound for bound in bounds)
    return KnobWish(sweep.find.parameter, spread(low, high), "find")


def _axis(text: str) -> Axis:
    from plimsoll.errors import Complaint, InputError
    from plimsoll.tuning.frontier import Axis
    from plimsoll.tuning.wishes import parse_wish

    wish = parse_wish(text, "--vary")
    if wish.values is None:
        raise InputError(Complaint(wish.place, "it needs values", f"Write --vary {wish.name}=25,50,100"))
    return Axis(wish.name, wish.values)


def _found(loaded: LoadedScenario, survey: Survey, arguments: argparse.Namespace, hired: Crew) -> Frontier:
    from plimsoll.tuning.frontier import find_frontier
    from plimsoll.tuning.knob import spelled

    def tell(limit: Limit) -> None:
        if not arguments.quiet:
            where = f" at {spelled(limit.at)}" if limit.at else ""
            print(f"{survey.knob.name}{where}: {limit.largest}", file=sys.stderr, flush=True)

    return find_frontier(loaded, survey, hired, Progress(quiet=arguments.quiet), tell)


def _assessed(loaded: LoadedScenario, frontier: Frontier, hired: Crew) -> Sensitivity | None:
    """What the first limit rests on, as one that can stand for all."""
    from plimsoll.errors import Place
    from plimsoll.tuning.application import applied
    from plimsoll.tuning.sensitivity import assess

    changes = frontier.first_limit()
    if changes is None:
        return None
    return assess(applied(loaded, changes, Place("--find")), seed=frontier.seeds[0], crew=hired)


def _print(loaded: LoadedScenario, frontier: Frontier, sensitivity: Sensitivity | None, output: str) -> None:
    from plimsoll.cli.sensitivity import print_sensitivity
    from plimsoll.tuning.document import frontier_document
    from plimsoll.tuning.sensitivity_wording import document

    if output == "json":
        assessed = {"sensitivity": None if sensitivity is None else document(sensitivity)}
        print(json.dumps(frontier_document(loaded.scenario, frontier) | assessed, indent=2, ensure_ascii=False))
        return
    _print_text(frontier)
    if sensitivity is not None:
        from plimsoll.tuning.knob import spelled

        print(f"\nWhat this rests on, at {spelled(frontier.first_limit() or {})}:\n")
        print_sensitivity(sensitivity)


def _print_text(frontier: Frontier) -> None:
    from plimsoll.cli.tables import console, table
    from plimsoll.tuning import frontier_wording, wording

    terminal = console()
    shown = table("at", "", frontier.knob.name, "and no more, because", numbers=frozenset({2}))
    for row in frontier_wording.rows(frontier):
        shown.add_row(*row)
    terminal.print(shown)
    seeds = wording.seeds(frontier.seeds)
    terminal.print(f"\nThe largest {frontier.knob.name} with which every objective holds ({seeds}).")
    for line in frontier_wording.caveats(frontier):
        terminal.print(line, style="yellow", soft_wrap=True)


def _write_page(loaded: LoadedScenario, frontier: Frontier, path: Path) -> None:
    from plimsoll.cli.report import write_text
    from plimsoll.report.html.frontier import frontier_page
    from plimsoll.tuning import frontier_wording

    page = frontier_page(
        title=f"{loaded.scenario.name}: the largest {frontier.knob.name}",
        x_name=frontier.axes[0].name if frontier.axes else "",
        y_name=frontier.knob.name,
        curves=list(frontier.curves()),
        rows=[(where, largest, reason) for where, _, largest, reason in frontier_wording.rows(frontier)],
    )
    write_text(path, page)

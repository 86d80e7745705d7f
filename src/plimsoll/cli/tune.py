"""``plimsoll tune``: the lowest safe values of settings, or what makes a scenario pass."""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING

from plimsoll.cli.exitcodes import DONE, MISSED
from plimsoll.cli.flavors import FLAVORS
from plimsoll.cli.searching import Progress, add_crew, add_scenario, crew, interrupted, load, notebook, width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plimsoll.campaign.crew import Crew
    from plimsoll.cli.tuneresults import Answer
    from plimsoll.diagnosis.finding import Flavor
    from plimsoll.scenario.loading import LoadedScenario
    from plimsoll.tuning.knob import Knob
    from plimsoll.tuning.remedies import Smallest, Walk
    from plimsoll.tuning.safest import Demands


DESCRIPTION = """\
Find the lowest safe values of settings: those with which every objective holds over several seeds, and a safety margin on
top. Without --knob: diagnose the scenario's run, apply the remedy of the first cause, and go on until it passes; then
find the smallest set of changes that matters. Results are kept: a search that was stopped goes on where it was.
"""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its flags."""
    parser = commands.add_parser("tune", help="find the lowest safe settings, or what helps", description=DESCRIPTION)
    parser.set_defaults(run=run)
    add_scenario(parser, optional=True)
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
    group.add_argument(
        "--keep",
        action="append",
        default=[],
        metavar="NAME",
        help="without --knob: a setting that no remedy may change, because you cannot or will not; may be given again",
    )
    group.add_argument("--from", dest="from_run", metavar="RUN", help="begin with the scenario and seed of a run")
    group.add_argument(
        "--flavor",
        choices=FLAVORS,
        help="how the cluster is installed, for the files to apply (default: the profile's)",
    )
    group.add_argument("--no-sensitivity", action="store_true", help="do not look how far the answer rests on guesses")


def run(arguments: argparse.Namespace) -> int:
    """Search, and print the answer; 0 found, 1 no value holds or nothing helps, 130 interrupted.

    Raises:
        ArchiveError: if there is no run to begin with.
        InputError: if scenario or knobs are wrong.
        RunError: if a trial could not be completed.

    """
    from plimsoll.cli.tuneresults import print_answer

    loaded = _loaded(arguments)
    _check(arguments, loaded)
    knobs = _knobs(arguments, loaded)
    try:
        with crew(arguments) as hired:
            answer = _searched(loaded, knobs, arguments, hired) if knobs else _remedied(loaded, arguments, hired)
    except KeyboardInterrupt:
        return interrupted()
    print_answer(answer, arguments.output)
    return DONE if answer.changes is not None else MISSED


def _loaded(arguments: argparse.Namespace) -> LoadedScenario:
    """The scenario of the command line; or that of a run, whose seed then is the first."""
    from plimsoll.errors import Complaint, InputError, Place

    if (arguments.scenario is None) == (arguments.from_run is None):
        raise InputError(Complaint(Place("tune"), "name either a scenario or --from a run"))
    if arguments.from_run is None:
        return load(arguments)
    from plimsoll.archive.reader import RunArchive
    from plimsoll.cli.searching import otherwise
    from plimsoll.scenario.loading import scenario_of

    archive = RunArchive.open(arguments.from_run, arguments.runs_directory)
    arguments.seed = archive.manifest.seed
    return otherwise(scenario_of(archive.scenario, archive.manifest.id), arguments)


def _check(arguments: argparse.Namespace, loaded: LoadedScenario) -> None:
    from plimsoll.errors import Complaint, InputError, Place
    from plimsoll.tuning.application import present

    if not 1 <= arguments.margin < math.inf:
        problem = f"{arguments.margin:g} is {'less than 1' if arguments.margin < 1 else 'not finite'}"
        raise InputError(Complaint(Place("--margin"), problem, "Write e.g. --margin 2"))
    for name in arguments.keep:
        present(loaded, name, Place(f"--keep {name}"))  # a name that is misspelt would keep nothing


def _knobs(arguments: argparse.Namespace, loaded: LoadedScenario) -> list[Knob]:
    from plimsoll.experiment.changes import parse_setting
    from plimsoll.tuning.wishes import knob_of, parse_wish

    given = [parse_setting(text)[0] for text in arguments.settings]
    return [knob_of(parse_wish(text), loaded).without_followers(given) for text in arguments.knobs]


def _searched(loaded: LoadedScenario, knobs: Sequence[Knob], arguments: argparse.Namespace, hired: Crew) -> Answer:
    from plimsoll.cli.tuneresults import Answer
    from plimsoll.tuning.safest import find_safest

    found = find_safest(loaded, knobs, _demands(arguments), hired, Progress(quiet=arguments.quiet))
    changes = None if found.chosen is None else found.changes(found.chosen)
    return Answer.of(loaded, _flavor(arguments, loaded), changes, _rest(arguments, hired), safest=found)


def _demands(arguments: argparse.Namespace) -> Demands:
    from plimsoll.tuning.safest import Demands

    return Demands(
        seeds=arguments.seeds,
        first_seed=arguments.seed,
        margin=arguments.margin,
        width=width(arguments),
        optimise=arguments.search == "optimiser",
    )


def _remedied(loaded: LoadedScenario, arguments: argparse.Namespace, hired: Crew) -> Answer:
    from plimsoll.cli.tuneresults import Answer
    from plimsoll.tuning.remedies import together

    walk = _walk(loaded, arguments)
    smallest = _smallest(loaded, walk, arguments, hired)
    changes = together(smallest.changes) if smallest is not None and smallest.confirmed else None
    if walk.passed and not walk.changes:
        changes = {}
    flavor = _flavor(arguments, loaded)
    return Answer.of(loaded, flavor, changes, _rest(arguments, hired), walk=walk, smallest=smallest)


def _walk(loaded: LoadedScenario, arguments: argparse.Namespace) -> Walk:
    from plimsoll.archive.directory import default_runs_directory
    from plimsoll.cli.searching import told
    from plimsoll.tuning.archiving import ArchivedTrials
    from plimsoll.tuning.remedies import walk

    archived = ArchivedTrials(notebook(arguments), arguments.runs_directory or default_runs_directory())
    listener = told(quiet=arguments.quiet)
    return walk(loaded, _flavor(arguments, loaded), arguments.seed, archived, listener, frozenset(arguments.keep))


def _smallest(loaded: LoadedScenario, walk: Walk, arguments: argparse.Namespace, hired: Crew) -> Smallest | None:
    from plimsoll.tuning.remedies import smallest_set

    if not walk.passed or not walk.changes:
        return None
    return smallest_set(
        loaded,
        walk.changes,
        seeds=arguments.seeds,
        first_seed=arguments.seed,
        crew=hired,
        listener=Progress(quiet=arguments.quiet),
    )


def _rest(arguments: argparse.Namespace, hired: Crew) -> tuple[Crew, int] | None:
    """Who looks what the answer rests on, and with which seed; None where nobody is to."""
    return None if arguments.no_sensitivity else (hired, arguments.seed)


def _flavor(arguments: argparse.Namespace, loaded: LoadedScenario) -> Flavor:
    from plimsoll.tuning.application import profile_of
    from plimsoll.tuning.putting import flavor_of

    flavor: Flavor = arguments.flavor or flavor_of(profile_of(loaded).name)
    return flavor

"""``plimsoll run``: load a cluster as a scenario says, and say what happened."""

from __future__ import annotations

import argparse
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.experiment.running import Experiment, Outcome
    from plimsoll.report.summary import Summary
    from plimsoll.scenario.loading import LoadedScenario

DESCRIPTION = """\
Load a simulated cluster as a scenario says, in virtual time; print what happened, and keep everything in an archive.
"""
DEFAULT_SEED = 1
EXIT_CODES = {"pass": 0, "fail": 1, "incomplete": 3}
INTERRUPTED = 130


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its flags."""
    parser = commands.add_parser("run", help="run a scenario and say what happened", description=DESCRIPTION)
    parser.set_defaults(run=run)
    parser.add_argument(
        "scenario", metavar="SCENARIO", help="a file, or the name of one that `plimsoll examples` lists"
    )
    parser.add_argument(
        "--seed", type=int, default=DEFAULT_SEED, metavar="N", help="same seed, same run (default: %(default)s)"
    )
    _add_changes(parser.add_argument_group("otherwise than the scenario says"))
    _add_dry_run(parser.add_argument_group("without running"))
    _add_results(parser.add_argument_group("results"))


def _add_changes(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--profile", metavar="P", help="another profile: its name, or a file")
    group.add_argument("--nodes", type=int, metavar="N", help="another number of nodes")
    group.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        dest="settings",
        help="a setting of the profile, such as kubelet.kubeAPIQPS=50; may be given again",
    )
    group.add_argument("--keep", action="store_true", help="do not delete what was created")


def _add_dry_run(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--dry-run", action="store_true", help="print what would be done, in order")
    group.add_argument(
        "--manifests", action="store_true", help="with --dry-run: print every object, as `kubectl apply -f -` takes it"
    )


def _add_results(group: argparse._ArgumentGroup) -> None:
    report = group.add_mutually_exclusive_group()
    report.add_argument(
        "--report", type=Path, metavar="FILE", help="where to write the HTML report (default: in the run's directory)"
    )
    report.add_argument("--no-report", action="store_true", help="write no HTML report")
    group.add_argument("--runs-directory", type=Path, metavar="D", help="where runs are kept (default: $PLIMSOLL_RUNS)")
    group.add_argument("--output", choices=("text", "json"), default="text", help="how to print the summary")
    group.add_argument("--quiet", action="store_true", help="show no progress")


def run(arguments: argparse.Namespace) -> int:
    """Run the scenario, or print what it would do; the exit code tells the verdict.

    Raises:
        InputError: if the scenario cannot be run; nothing has been done then.
        RunError: if the run broke off; its archive is kept.

    """
    _check_report(arguments.report)
    loaded = _load(arguments)
    if arguments.dry_run or arguments.manifests:
        from plimsoll.cli.dryrun import print_plan

        print_plan(loaded, manifests=arguments.manifests, output=arguments.output)
        return 0
    outcome = _carry_out(loaded, arguments)
    summary = _summarise(outcome, arguments)
    _say_how_it_ended(outcome)
    return INTERRUPTED if outcome.interrupted else EXIT_CODES[summary.verdict]


def _load(arguments: argparse.Namespace) -> LoadedScenario:
    """The scenario with the changes of the command line; what its reader should be told goes to standard error."""
    from plimsoll.experiment.changes import Changes, changed, parse_setting
    from plimsoll.scenario.loading import load_scenario

    loaded = load_scenario(arguments.scenario)
    for warning in loaded.warnings:
        print(f"plimsoll: warning: {warning}", file=sys.stderr)
    return changed(
        loaded,
        Changes(
            profile=arguments.profile,
            nodes=arguments.nodes,
            settings=dict(map(parse_setting, arguments.settings)),
            keep=arguments.keep,
        ),
    )


def _check_report(path: Path | None) -> None:
    """Find out before the run, not after it, that the report has no place to go."""
    from plimsoll.errors import Complaint, InputError, Place

    if path is not None and (path.is_dir() or not path.absolute().parent.is_dir()):
        problem = "is a directory" if path.is_dir() else "cannot be written: there is no such directory"
        raise InputError(Complaint(Place(str(path)), problem, "Name another --report"))


def _carry_out(loaded: LoadedScenario, arguments: argparse.Namespace) -> Outcome:
    from contextlib import nullcontext

    from plimsoll.archive.directory import default_runs_directory
    from plimsoll.cli.progress import shown
    from plimsoll.experiment.running import run as run_experiment

    def onlooker(experiment: Experiment) -> AbstractContextManager[None]:
        return nullcontext() if arguments.quiet else shown(experiment, sys.stderr)

    runs_directory = arguments.runs_directory or default_runs_directory()
    return run_experiment(loaded, seed=arguments.seed, runs_directory=runs_directory, onlooker=onlooker)


def _summarise(outcome: Outcome, arguments: argparse.Namespace) -> Summary:
    """Sum the run up, keep that with its archive, and print it."""
    from plimsoll.archive.reader import RunArchive
    from plimsoll.archive.writer import write_summary
    from plimsoll.cli.report import DEFAULT_NAME, print_as, write_page
    from plimsoll.report.document import document
    from plimsoll.report.summary import summarise

    archive = RunArchive.open(outcome.directory)
    summary = summarise(archive)
    write_summary(outcome.directory, document(summary))
    if not arguments.no_report:
        write_page(arguments.report or outcome.directory / DEFAULT_NAME, archive, summary)
    print_as(summary, arguments.output)
    return summary


def _say_how_it_ended(outcome: Outcome) -> None:
    sys.stdout.flush()  # the summary first, also where both streams end up in one file
    for failure, count in outcome.tally.given_up.most_common():
        print(f"plimsoll: gave up {failure.describe(count)}", file=sys.stderr)
    if outcome.shortfall:
        print(f"plimsoll: {outcome.shortfall}", file=sys.stderr)
    if outcome.interrupted:
        remark = "the simulated cluster is gone with it, so there is nothing to clean up"
        print(f"plimsoll: interrupted; the archive is complete up to there, and {remark}", file=sys.stderr)
    print(f"plimsoll: archive in {outcome.directory}", file=sys.stderr)

"""``plimsoll run``: load a cluster as a scenario says, and say what happened."""

from __future__ import annotations

import argparse
import sys
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from plimsoll.cli.conclusion import add_results, conclude, nothing_left
from plimsoll.cli.realcluster import add_target, is_real, left_on_cluster, refuse_simulated_settings, run_on_cluster
from plimsoll.cli.report import check_place

if TYPE_CHECKING:
    from plimsoll.experiment.liverun import LiveRun, Outcome
    from plimsoll.scenario.loading import LoadedScenario

DESCRIPTION = """\
Load a cluster as a scenario says, print what happened, and keep everything in an archive. The cluster is simulated, in
virtual time, unless a context of a kubeconfig is named.
"""
DEFAULT_SEED = 1
USAGE = 2


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
    add_target(parser.add_argument_group("on a real cluster"))
    _add_dry_run(parser.add_argument_group("without running"))
    add_results(parser.add_argument_group("results"))


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


def run(arguments: argparse.Namespace) -> int:
    """Run the scenario, or print what it would do; the exit code tells the verdict.

    Raises:
        InputError: if the scenario cannot be run; nothing has been done then.
        RunError: if the run broke off; its archive is kept.

    """
    check_place(arguments.report, "--report")
    refuse_simulated_settings(arguments)
    loaded = _load(arguments)
    if arguments.dry_run or arguments.manifests:
        from plimsoll.cli.dryrun import print_plan

        print_plan(loaded, manifests=arguments.manifests, output=arguments.output, real=is_real(arguments))
        return 0
    outcome = run_on_cluster(loaded.scenario, arguments) if is_real(arguments) else _carry_out(loaded, arguments)
    if outcome is None:
        print("plimsoll: nothing was created", file=sys.stderr)
        return USAGE
    return conclude(outcome, arguments, left_behind=left_on_cluster if is_real(arguments) else nothing_left)


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


def _carry_out(loaded: LoadedScenario, arguments: argparse.Namespace) -> Outcome:
    from contextlib import nullcontext

    from plimsoll.archive.directory import default_runs_directory
    from plimsoll.cli.progress import shown
    from plimsoll.experiment.running import run as run_experiment

    def onlooker(experiment: LiveRun) -> AbstractContextManager[None]:
        return nullcontext() if arguments.quiet else shown(experiment, sys.stderr)

    runs_directory = arguments.runs_directory or default_runs_directory()
    return run_experiment(loaded, seed=arguments.seed, runs_directory=runs_directory, onlooker=onlooker)

"""``plimsoll resume``: go on with a run on a real cluster that was killed, interrupted or fell short."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from plimsoll.cli.conclusion import add_results, conclude
from plimsoll.cli.realcluster import add_pressure, left_on_cluster, run_on_cluster, target_of

if TYPE_CHECKING:
    from plimsoll.archive.reader import RunArchive

DESCRIPTION = """\
Go on with a run on a real cluster where it stopped: phases that are done are not done again, and what is there already
is not created twice. What happens from now on is kept in an archive of its own.
"""
NOTHING_DONE = 2


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its flags."""
    parser = commands.add_parser("resume", help="go on with a run that was stopped", description=DESCRIPTION)
    parser.set_defaults(run=run)
    parser.add_argument(
        "archive", metavar="RUN", nargs="?", default="latest", help="its id or directory (default: %(default)s)"
    )
    add_pressure(parser)
    add_results(parser.add_argument_group("results"))


def run(arguments: argparse.Namespace) -> int:
    """Go on with the run; the exit code tells the verdict.

    Raises:
        InputError: if it cannot go on, or has nothing to go on with.
        RunError: if it broke off again; its archive is kept.

    """
    from plimsoll.archive.reader import RunArchive
    from plimsoll.experiment.remote.ledger import Ledger, latest_of_load, read_checkpoint
    from plimsoll.experiment.remote.running import Beginning
    from plimsoll.scenario.model import Scenario

    named = RunArchive.open(arguments.archive, arguments.runs_directory)
    archive = RunArchive(latest_of_load(named.directory))
    ledger = Ledger.read(archive.directory)
    _check_stopped(archive)
    arguments.context = ledger.context
    arguments.kubeconfig = Path(ledger.kubeconfig) if ledger.kubeconfig else None
    scenario = Scenario.model_validate(archive.scenario)
    beginning = Beginning(ledger.load, read_checkpoint(archive.directory), ledger.cluster_id)
    outcome = run_on_cluster(scenario, arguments, beginning, target_of(arguments))
    if outcome is None:
        print("plimsoll: nothing was done", file=sys.stderr)
        return NOTHING_DONE
    return conclude(outcome, arguments, left_behind=left_on_cluster)


def _check_stopped(archive: RunArchive) -> None:
    from plimsoll.archive.manifest import RunStatus
    from plimsoll.errors import Complaint, InputError, Place

    status = archive.manifest.status
    problems = {
        RunStatus.RUNNING: ("is still going on", "Stop it first, or watch it with `plimsoll watch`"),
        RunStatus.COMPLETE: ("came to its end", "Run its scenario again with `plimsoll run`"),
    }
    if status in problems:
        problem, remedy = problems[status]
        raise InputError(Complaint(Place(f"run {archive.manifest.id}"), problem, remedy))

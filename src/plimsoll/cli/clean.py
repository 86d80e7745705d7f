"""``plimsoll clean``: remove what runs have left on a real cluster."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from plimsoll.cli.realcluster import add_context, asked

if TYPE_CHECKING:
    from plimsoll.experiment.remote.cleaning import Remains
    from plimsoll.experiment.remote.target import Target

DESCRIPTION = """\
Remove what a run, or every run, has left on a cluster: the namespaces that carry its label, with all that is in them,
and the cluster roles of its workers.
Nothing else is touched, and nothing is done twice: run it as often as you like.
"""
NOTHING_AGREED = 2


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its flags."""
    parser = commands.add_parser("clean", help="remove what runs have left on a cluster", description=DESCRIPTION)
    parser.set_defaults(run=run)
    parser.add_argument(
        "archive", metavar="RUN", nargs="?", help="a run by its id or directory (default: every run, by its label)"
    )
    add_context(parser)
    parser.add_argument("--dry-run", action="store_true", help="only say what would be removed")
    parser.add_argument("--yes", action="store_true", help="do not ask before removing what other runs have left")
    parser.add_argument(
        "--timeout", type=float, default=3600.0, metavar="S", help="seconds to wait (default: %(default)g)"
    )
    parser.add_argument(
        "--runs-directory", type=Path, metavar="D", help="where runs are kept (default: $PLIMSOLL_RUNS)"
    )
    parser.add_argument("--output", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace) -> int:
    """Remove it, or say what would be removed.

    Raises:
        InputError: if the cluster is not known, or is not the one that the run ran on.
        RunError: if something could not be removed.

    """
    from plimsoll.experiment.remote.wallclock import run_in_wall_time

    load, target, cluster_id = _meant(arguments)
    remains = run_in_wall_time(_find(target, load, cluster_id))
    _report(remains, arguments)
    if arguments.dry_run or not (remains.namespaces or remains.roles):
        return 0
    if load is None and not arguments.yes and not _agreed():
        return NOTHING_AGREED
    run_in_wall_time(_remove(target, remains, arguments.timeout))
    print(f"plimsoll: {len(remains.namespaces):,} namespaces are gone", file=sys.stderr)
    return 0


def _meant(arguments: argparse.Namespace) -> tuple[str | None, Target, str]:
    """The label's value, the cluster, and the identity that the cluster must have, where that is known."""
    from plimsoll.archive.directory import default_runs_directory
    from plimsoll.archive.reader import RunArchive
    from plimsoll.cli.realcluster import is_real, target_of
    from plimsoll.errors import ArchiveError
    from plimsoll.experiment.remote.ledger import Ledger

    if arguments.archive is None:
        return None, target_of(arguments), ""
    try:
        archive = RunArchive.open(arguments.archive, arguments.runs_directory or default_runs_directory())
        ledger = Ledger.read(archive.directory)
    except ArchiveError:
        if not is_real(arguments):
            raise
        return Path(arguments.archive).name, target_of(arguments), ""  # its archive is elsewhere, its label is not
    if not is_real(arguments):
        arguments.context = ledger.context
        arguments.kubeconfig = Path(ledger.kubeconfig) if ledger.kubeconfig else None
    return ledger.load, target_of(arguments), ledger.cluster_id


async def _find(target: Target, load: str | None, cluster_id: str) -> Remains:
    from plimsoll.experiment.remote.cleaning import find_remains
    from plimsoll.experiment.remote.preflight.access import check_identity, greet
    from plimsoll.experiment.remote.preflight.findings import Findings
    from plimsoll.experiment.remote.target import client_of

    with client_of(target) as cluster:
        findings = Findings(target.name)
        await greet(cluster, findings)
        check_identity(findings, cluster_id)
        findings.refuse()
        return await find_remains(cluster, load)


async def _remove(target: Target, remains: Remains, timeout_seconds: float) -> None:
    from plimsoll.experiment.remote.cleaning import remove
    from plimsoll.experiment.remote.target import client_of

    with client_of(target) as cluster:
        await remove(cluster, remains, timeout_seconds=timeout_seconds)


def _report(remains: Remains, arguments: argparse.Namespace) -> None:
    if arguments.output == "json":
        names = [namespace["metadata"]["name"] for namespace in remains.namespaces]
        print(json.dumps({"runs": dict(remains.by_run), "namespaces": names, "dryRun": arguments.dry_run}, indent=2))
        return
    for owner, count in remains.by_run.items():
        print(f"run {owner}: {count:,} namespaces")
    if remains.roles:
        print(f"{len(remains.roles):,} cluster roles and bindings of workers")
    elif not remains.namespaces:
        print("Nothing is left.")


def _agreed() -> bool:
    from plimsoll.errors import Complaint, InputError, Place

    if not sys.stdin.isatty():
        problem = "what every run has left is not removed without being asked, and there is no terminal to ask on"
        raise InputError(Complaint(Place("--yes"), problem, "Add --yes, or name a run"))
    return asked("Remove all this?")

"""``plimsoll diagnose``: why a run went as it did."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from plimsoll.cli.flavors import FLAVORS

DESCRIPTION = """\
Say why a run went as it did: causes before symptoms, each with its evidence, a remedy that can be pasted, and what to
measure if unsure. It uses only what a real cluster shows, never the simulation's insides.
"""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its flags."""
    parser = commands.add_parser("diagnose", help="say why a run went as it did", description=DESCRIPTION)
    parser.set_defaults(run=run)
    parser.add_argument(
        "archive", metavar="RUN", nargs="?", default="latest", help="its id or directory (default: %(default)s)"
    )
    parser.add_argument(
        "--flavor", choices=FLAVORS, default="kubeadm", help="whose files the remedies are (default: %(default)s)"
    )
    parser.add_argument("--stations", action="store_true", help="also show the queueing numbers of every station")
    parser.add_argument(
        "--runs-directory", type=Path, metavar="D", help="where runs are kept (default: $PLIMSOLL_RUNS)"
    )
    parser.add_argument("--output", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace) -> int:
    """Print the diagnosis; 0 whatever was found.

    Raises:
        ArchiveError: if there is no such run.

    """
    from plimsoll.archive.reader import RunArchive
    from plimsoll.diagnosis.diagnose import diagnose

    archive = RunArchive.open(arguments.archive, arguments.runs_directory)
    diagnosis = diagnose(archive)
    if arguments.output == "json":
        import orjson

        from plimsoll.diagnosis.document import document

        print(orjson.dumps(document(diagnosis, archive.manifest), option=orjson.OPT_INDENT_2).decode())
    else:
        from plimsoll.report.diagnosis import print_diagnosis

        print_diagnosis(diagnosis, archive.manifest, arguments.flavor, sys.stdout, stations=arguments.stations)
    return 0

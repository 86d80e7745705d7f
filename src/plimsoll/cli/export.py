"""``plimsoll export``: a run in the format of another tool."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

FORMATS = ("kube-burner",)

DESCRIPTION = """\
Write what a run measured as the files of another tool. kube-burner: podLatencyMeasurement and
podLatencyQuantilesMeasurement of each job, and jobSummary, as its local indexer writes them.
"""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its flags."""
    parser = commands.add_parser("export", help="write a run as the files of another tool", description=DESCRIPTION)
    parser.set_defaults(run=run)
    parser.add_argument(
        "archive", metavar="RUN", nargs="?", default="latest", help="its id or directory (default: %(default)s)"
    )
    parser.add_argument("--format", choices=FORMATS, default=FORMATS[0], help="(default: %(default)s)")
    parser.add_argument("--directory", type=Path, required=True, metavar="D", help="where to write; made if missing")
    parser.add_argument(
        "--runs-directory", type=Path, metavar="D", help="where runs are kept (default: $PLIMSOLL_RUNS)"
    )
    parser.add_argument("--output", choices=("text", "json"), default="text", help="how to name the files written")


def run(arguments: argparse.Namespace) -> int:
    """Write the files and name them; 0.

    Raises:
        ArchiveError: if there is no such run.
        InputError: if the files cannot be written.

    """
    from plimsoll.archive.reader import RunArchive
    from plimsoll.report.kube_burner import kube_burner_files

    archive = RunArchive.open(arguments.archive, arguments.runs_directory)
    written = [_write(arguments.directory / name, documents) for name, documents in kube_burner_files(archive).items()]
    if arguments.output == "json":
        print(
            json.dumps(
                {"run": archive.manifest.id, "format": arguments.format, "files": [str(path) for path in written]}
            )
        )
    else:
        sys.stdout.writelines(f"{path}\n" for path in written)
    return 0


def _write(path: Path, documents: list[dict[str, object]]) -> Path:
    from plimsoll.errors import Complaint, InputError, Place

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(documents, separators=(",", ":"), ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        problem = f"cannot be written: {error.strerror}"
        raise InputError(Complaint(Place(str(path)), problem, "Name another --directory")) from error
    return path

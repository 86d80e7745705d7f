"""``plimsoll report``: what a run measured, for a terminal, a program or a browser."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plimsoll.archive.reader import RunArchive
    from plimsoll.diagnosis.diagnose import Diagnosis
    from plimsoll.diagnosis.finding import Found
    from plimsoll.measurement.summary import Summary

DESCRIPTION = """\
Print the summary of a run, made anew from its archive. With --html, also write a report with plots: one file that
needs nothing else and can be sent to anybody.
"""
DEFAULT_NAME = "report.html"


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its flags."""
    parser = commands.add_parser("report", help="summarise a run, also as an HTML page", description=DESCRIPTION)
    parser.set_defaults(run=run)
    parser.add_argument(
        "archive", metavar="RUN", nargs="?", default="latest", help="its id or directory (default: %(default)s)"
    )
    parser.add_argument("--html", type=Path, metavar="FILE", help="write the report with plots")
    parser.add_argument(
        "--open", action="store_true", help=f"show it in a browser; without --html it is {DEFAULT_NAME} beside the run"
    )
    parser.add_argument(
        "--runs-directory", type=Path, metavar="D", help="where runs are kept (default: $PLIMSOLL_RUNS)"
    )
    parser.add_argument("--output", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace) -> int:
    """Print the summary, write and show the page; 0 whatever the verdict.

    Raises:
        ArchiveError: if there is no such run.
        InputError: if the page cannot be written.

    """
    from plimsoll.archive.reader import RunArchive
    from plimsoll.diagnosis.diagnose import diagnose
    from plimsoll.measurement.summary import summarise

    archive = RunArchive.open(arguments.archive, arguments.runs_directory)
    summary = summarise(archive)
    diagnosis = diagnose(archive)
    print_as(summary, arguments.output, diagnosis.findings)
    path: Path | None = arguments.html or (archive.directory / DEFAULT_NAME if arguments.open else None)
    if path is not None:
        write_page(path, archive, summary, diagnosis)
        print(f"Report written to {path}", file=sys.stderr)
    if path is not None and arguments.open:
        _show(path)
    return 0


def print_as(summary: Summary, output: str, findings: Sequence[Found]) -> None:
    """Print a summary with what a diagnosis found, as text or as JSON."""
    if output == "json":
        import orjson

        from plimsoll.diagnosis.document import headline
        from plimsoll.report.document import document

        print(
            orjson.dumps(
                document(summary, [headline(found) for found in findings]), option=orjson.OPT_INDENT_2
            ).decode()
        )
    else:
        from plimsoll.report.terminal import print_summary

        print_summary(summary, sys.stdout, findings)


def check_place(path: Path | None, flag: str) -> None:
    """Find out before a run or a search, not after it, that its report has no place to go; ``InputError`` where it has none."""
    from plimsoll.errors import Complaint, InputError, Place

    if path is not None and (path.is_dir() or not path.absolute().parent.is_dir()):
        problem = "is a directory" if path.is_dir() else "cannot be written: there is no such directory"
        raise InputError(Complaint(Place(str(path)), problem, f"Name another {flag}"))


def write_page(path: Path, archive: RunArchive, summary: Summary, diagnosis: Diagnosis) -> None:
    """Write the report with plots; ``InputError`` where the file cannot be written."""
    from plimsoll.report.html import render_html

    write_text(path, render_html(archive, summary, diagnosis))


def write_text(path: Path, page: str) -> None:
    """Write a page; ``InputError`` where the file cannot be written."""
    from plimsoll.errors import Complaint, InputError, Place

    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        complaint = Complaint(Place(str(path)), f"cannot be written: {error.strerror}", "Name another --html")
        raise InputError(complaint) from error


def _show(path: Path) -> None:
    import webbrowser

    if not webbrowser.open(path.resolve().as_uri()):
        print("No browser could be started: open the file by hand", file=sys.stderr)

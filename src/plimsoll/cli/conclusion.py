"""The end of a run on the command line: summary, report, what is left behind, and the exit code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from plimsoll.cli.exitcodes import DONE, INCOMPLETE, INTERRUPTED, MISSED

if TYPE_CHECKING:
    from plimsoll.experiment.liverun import Outcome
    from plimsoll.measurement.summary import Summary

EXIT_CODES = {"pass": DONE, "fail": MISSED, "incomplete": INCOMPLETE}


def add_results(group: argparse._ArgumentGroup) -> None:
    """Add the flags that say what becomes of the results."""
    report = group.add_mutually_exclusive_group()
    report.add_argument(
        "--report", type=Path, metavar="FILE", help="where to write the HTML report (default: in the run's directory)"
    )
    report.add_argument("--no-report", action="store_true", help="write no HTML report")
    group.add_argument("--runs-directory", type=Path, metavar="D", help="where runs are kept (default: $PLIMSOLL_RUNS)")
    group.add_argument("--output", choices=("text", "json"), default="text", help="how to print the summary")
    group.add_argument("--quiet", action="store_true", help="show no progress")


def conclude(outcome: Outcome, arguments: argparse.Namespace, *, left_behind: Callable[[Outcome], str]) -> int:
    """Sum a run up and say how it ended; return the exit code. ``left_behind`` words what an unfinished run has left."""
    summary = _summarise(outcome, arguments)
    sys.stdout.flush()  # the summary first, also where both streams end up in one file
    for failure, count in outcome.tally.given_up.most_common():
        print(f"plimsoll: gave up {failure.describe(count)}", file=sys.stderr)
    if outcome.shortfall:
        print(f"plimsoll: {outcome.shortfall}", file=sys.stderr)
    remark = left_behind(outcome)
    if outcome.interrupted:
        print(f"plimsoll: interrupted; the archive is complete up to there, and {remark}", file=sys.stderr)
    elif remark and outcome.shortfall:
        print(f"plimsoll: {remark}", file=sys.stderr)
    print(f"plimsoll: archive in {outcome.directory}", file=sys.stderr)
    return INTERRUPTED if outcome.interrupted else EXIT_CODES[summary.verdict]


def nothing_left(outcome: Outcome) -> str:
    """What a simulated run leaves."""
    return "the simulated cluster is gone with it, so there is nothing to clean up" if outcome.interrupted else ""


def _summarise(outcome: Outcome, arguments: argparse.Namespace) -> Summary:
    """Sum the run up, keep that with its archive, and print it."""
    from plimsoll.archive.reader import RunArchive
    from plimsoll.archive.writer import write_summary
    from plimsoll.cli.report import DEFAULT_NAME, print_as, write_page
    from plimsoll.diagnosis.diagnose import diagnose
    from plimsoll.diagnosis.document import headline
    from plimsoll.measurement.summary import summarise
    from plimsoll.report.document import document

    archive = RunArchive.open(outcome.directory)
    summary = summarise(archive)
    diagnosis = diagnose(archive)
    write_summary(outcome.directory, document(summary, [headline(found) for found in diagnosis.findings]))
    if not arguments.no_report:
        write_page(arguments.report or outcome.directory / DEFAULT_NAME, archive, summary, diagnosis)
    print_as(summary, arguments.output, diagnosis.findings)
    return summary

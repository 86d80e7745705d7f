"""``plimsoll explain``: the background of a finding."""

from __future__ import annotations

import argparse
import sys

DESCRIPTION = """\
Explain a finding: the mechanism, the evidence and thresholds by which it is found, the remedy, when it does not apply,
and the sources. Without a code, list all findings.
"""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its flags."""
    parser = commands.add_parser("explain", help="explain a finding, or list all", description=DESCRIPTION)
    parser.set_defaults(run=run)
    parser.add_argument("code", metavar="CODE", nargs="?", help="such as PLM101, or its name")


def run(arguments: argparse.Namespace) -> int:
    """Print the background of a finding, or the list of them; 0.

    Raises:
        InputError: if there is no such finding.

    """
    from plimsoll.diagnosis.catalogue import load_findings
    from plimsoll.errors import Complaint, InputError, Place
    from plimsoll.report.diagnosis import print_background, print_catalogue

    findings = load_findings()
    if arguments.code is None:
        print_catalogue(findings, sys.stdout)
        return 0
    wanted = str(arguments.code).lower()
    for finding in findings:
        if wanted in (finding.code.lower(), finding.name):
            print_background(finding, sys.stdout)
            return 0
    complaint = Complaint(Place("CODE"), f"there is no finding {arguments.code}", "`plimsoll explain` lists them all.")
    raise InputError(complaint)

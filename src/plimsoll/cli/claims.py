"""``plimsoll claims``: run what the articles claim again, and say what comes out."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from plimsoll.cli.searching import add_results, add_workers
from plimsoll.errors import Complaint, InputError, Place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plimsoll.campaign.crew import Crew
    from plimsoll.campaign.trial import TrialResult
    from plimsoll.claims.claim import Claim, Result

DESCRIPTION = """\
Run the scenarios behind every published claim and compare: what was published, the band in which a number confirms it,
what comes out. Exit code 1 where something differs.
"""
COLOURS = {"holds": "green", "differs": "red", "measured": "cyan"}


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its flags."""
    parser = commands.add_parser("claims", help="check the published claims by running them", description=DESCRIPTION)
    parser.add_argument("ids", nargs="*", metavar="ID", help="only these claims, e.g. R1 R2 (default: all)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="seed of every run (default: %(default)s)")
    parser.add_argument("--list", action="store_true", help="list the claims and their scenarios, run nothing")
    add_workers(parser)
    add_results(parser, ("text", "json", "markdown"))
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check the claims; 0 where all hold, 1 where one differs.

    Raises:
        InputError: for an id that no claim has.

    """
    claims = _chosen(arguments.ids)
    if arguments.list:
        _print_list(claims, arguments.output)
        return 0
    from plimsoll.claims.evaluation import evaluate

    with _crew(arguments) as crew:
        results = evaluate(claims, seed=arguments.seed, crew=crew, on_run=_unheard if arguments.quiet else _tell)
    _print_results(results, arguments.seed, arguments.output)
    return int(any(result.verdict == "differs" for result in results))


def _crew(arguments: argparse.Namespace) -> Crew:
    from plimsoll.archive.directory import default_runs_directory
    from plimsoll.campaign.hiring import hire

    return hire(arguments.scheduler, arguments.processes, arguments.runs_directory or default_runs_directory())


def _tell(name: str, result: TrialResult, done: int, of: int) -> None:
    print(f"[{done}/{of}] {name} ({result.wall_seconds:.1f} s)", file=sys.stderr, flush=True)


def _unheard(*_: object) -> None:
    """Progress that nobody wants to see."""


def _chosen(ids: Sequence[str]) -> tuple[Claim, ...]:
    from plimsoll.claims.catalogue import load_claims

    claims = load_claims()
    known = [claim.id for claim in claims]
    unknown = [name for name in ids if name.upper() not in known]
    if unknown:
        remedy = f"The claims are {', '.join(known)}"
        raise InputError(*(Complaint(Place(name), "there is no such claim", remedy) for name in unknown))
    wanted = {name.upper() for name in ids}
    return tuple(claim for claim in claims if not wanted or claim.id in wanted)


def _print_list(claims: Sequence[Claim], output: str) -> None:
    if output == "json":
        listed = [
            {"id": each.id, "title": each.title, "scenarios": each.scenarios, "sweeps": each.sweeps + each.frontiers}
            for each in claims
        ]
        print(json.dumps({"claims": listed}, indent=2, ensure_ascii=False))
        return
    for claim in claims:
        print(f"{claim.id}  {claim.title}")
        for name in (*claim.scenarios, *claim.sweeps, *claim.frontiers):
            print(f"    {name}")


def _print_results(results: Sequence[Result], seed: int, output: str) -> None:
    from plimsoll.claims import table

    if output == "json":
        print(json.dumps(table.document(results, seed), indent=2, ensure_ascii=False))
    elif output == "markdown":
        print(table.markdown(results))
    else:
        _print_table(results)


def _print_table(results: Sequence[Result]) -> None:
    from rich.text import Text

    from plimsoll.claims import table
    from plimsoll.cli import tables

    terminal, shown = tables.console(), tables.table(*table.HEADINGS)
    for row in table.rows(results):
        shown.add_row(*row[:-1], Text(row[-1], style=COLOURS[row[-1]]))
    terminal.print(shown)
    for note in table.notes(results):
        terminal.print(f"· {note}")

"""``plimsoll examples``: the scenarios that ship with Plimsoll."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import textwrap
from typing import TYPE_CHECKING, Any

from plimsoll.errors import Complaint, InputError, Place

if TYPE_CHECKING:
    from plimsoll.scenario.model import Scenario
    from plimsoll.scenario.sweep import Sweep

DESCRIPTION = """\
List the scenarios that ship with Plimsoll, or print one: to read it, or to change a copy of it
(`plimsoll examples quickstart > mine.yaml`).
"""
PIPE_COLUMNS = 120


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its flags."""
    parser = commands.add_parser("examples", help="list the scenarios that ship with Plimsoll", description=DESCRIPTION)
    parser.add_argument("name", nargs="?", metavar="NAME", help="print this one")
    parser.add_argument(
        "--output", choices=("text", "json"), default="text", help="how to print (default: %(default)s)"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the list, or one scenario; 0.

    Raises:
        InputError: if there is no scenario of that name.

    """
    if arguments.name is None:
        _print_list(arguments.output)
    else:
        _print_one(arguments.name, arguments.output)
    return 0


def _print_one(name: str, output: str) -> None:
    from plimsoll.scenario import gallery
    from plimsoll.scenario.loading import load_scenario
    from plimsoll.scenario.nearest import did_you_mean
    from plimsoll.scenario.sweep import load_sweep

    text = gallery.read(name) or gallery.read_sweep(name)
    if text is None:
        problem = "there is no such scenario in the gallery"
        raise InputError(Complaint(Place(name), problem, did_you_mean(name, (*gallery.names(), *gallery.sweeps()))))
    if output == "json":
        is_sweep = name in gallery.sweeps()
        document = load_sweep(name).sweep if is_sweep else load_scenario(name).scenario
        _print_json(document.model_dump(mode="json", by_alias=True))
    else:
        sys.stdout.write(text)


def _print_list(output: str) -> None:
    from plimsoll.scenario import gallery
    from plimsoll.scenario.loading import load_scenario
    from plimsoll.scenario.sweep import load_sweep

    scenarios = [load_scenario(name).scenario for name in gallery.names()]
    if output == "json":
        _print_json([_entry(scenario) for scenario in scenarios])
        return
    swept = [load_sweep(name).sweep for name in gallery.sweeps()]
    shown: tuple[Scenario | Sweep, ...] = (*scenarios, *swept)
    for each in shown:
        sys.stdout.write(f"{each.name}\n{_indented(each.description)}\n\n")
    sys.stdout.write("Run one with `plimsoll run NAME`, print it with `plimsoll examples NAME`.\n")
    sys.stdout.write(f"Those from {gallery.sweeps()[0]} on are sweeps: run one with `plimsoll sweep NAME`.\n")


def _indented(text: str) -> str:
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else PIPE_COLUMNS
    return textwrap.fill(text, columns, initial_indent="    ", subsequent_indent="    ")


def _entry(scenario: Scenario) -> dict[str, Any]:
    from plimsoll.scenario.expansion import pods_of

    return {
        "name": scenario.name,
        "description": scenario.description,
        "profile": scenario.cluster.profile,
        "nodes": scenario.cluster.nodes,
        "pods": sum(pods_of(job) for job in scenario.load.jobs),
    }


def _print_json(document: object) -> None:
    json.dump(document, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")

"""What the commands that search have in common: who carries trials out, what is kept, and what is shown meanwhile."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from plimsoll.cli.exitcodes import INTERRUPTED

if TYPE_CHECKING:
    from plimsoll.campaign.crew import Crew
    from plimsoll.campaign.notebook import Notebook
    from plimsoll.scenario.loading import LoadedScenario
    from plimsoll.tuning.judging import Judged
    from plimsoll.tuning.remedies import Step

WORKERS_EXPECTED = 8
"""Trials at the same time that a search counts on where a scheduler's workers carry them out."""


def add_scenario(parser: argparse.ArgumentParser, *, optional: bool = False) -> None:
    """Add the scenario and what to run otherwise."""
    parser.add_argument(
        "scenario",
        metavar="SCENARIO",
        nargs="?" if optional else None,
        help="a file, or the name of one that `plimsoll examples` lists",
    )
    group = parser.add_argument_group("otherwise than the scenario says")
    group.add_argument("--profile", metavar="P", help="another profile: its name, or a file")
    group.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        dest="settings",
        help="a setting of the profile, such as kubelet.kubeAPIQPS=50; may be given again",
    )


def add_crew(parser: argparse.ArgumentParser, *, seeds: int | None = None) -> None:
    """Add who carries trials out, with how many seeds (where that is asked), and where results go."""
    group = parser.add_argument_group("trials")
    if seeds is not None:
        group.add_argument(
            "--seeds",
            type=positive,
            default=seeds,
            metavar="N",
            help="a point holds if it does with so many seeds (default: %(default)s)",
        )
    group.add_argument("--seed", type=int, default=1, metavar="N", help="the first of the seeds (default: %(default)s)")
    add_workers(group)
    add_results(parser.add_argument_group("results"))


def add_workers(group: argparse._ActionsContainer) -> None:
    """Add who carries trials out."""
    group.add_argument("--processes", type=positive, metavar="N", help="runs at the same time (default: one per core)")
    group.add_argument("--scheduler", metavar="ADDRESS", help="let the workers of a Dask scheduler make the runs")


def add_results(group: argparse._ActionsContainer, formats: Sequence[str] = ("text", "json")) -> None:
    """Add where results go, and in which form."""
    group.add_argument(
        "--runs-directory", type=Path, metavar="D", help="where results are kept (default: $PLIMSOLL_RUNS)"
    )
    group.add_argument("--output", choices=formats, default="text", help="how to print what comes out")
    group.add_argument("--quiet", action="store_true", help="show no progress")


def positive(text: str) -> int:
    """A whole number from 1, as argparse reads it."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is less than 1")
    return number


def load(arguments: argparse.Namespace) -> LoadedScenario:
    """The scenario with the changes of the command line; its warnings go to standard error."""
    from plimsoll.scenario.loading import load_scenario

    loaded = load_scenario(arguments.scenario)
    for warning in loaded.warnings:
        print(f"plimsoll: warning: {warning}", file=sys.stderr)
    return otherwise(loaded, arguments)


def otherwise(loaded: LoadedScenario, arguments: argparse.Namespace) -> LoadedScenario:
    """A scenario with the changes of the command line."""
    from plimsoll.experiment.changes import Changes, changed, parse_setting

    return changed(loaded, Changes(profile=arguments.profile, settings=dict(map(parse_setting, arguments.settings))))


def width(arguments: argparse.Namespace) -> int:
    """How many trials a search may ask for at the same time."""
    return arguments.processes or (WORKERS_EXPECTED if arguments.scheduler else os.cpu_count() or 1)


def notebook(arguments: argparse.Namespace) -> Notebook:
    """Where results are kept."""
    from plimsoll.archive.directory import default_runs_directory
    from plimsoll.campaign.notebook import Notebook

    return Notebook(arguments.runs_directory or default_runs_directory())


def crew(arguments: argparse.Namespace) -> Crew:
    """Whoever makes the trials, with the notebook of the runs directory: what it knows is not run again."""
    from plimsoll.campaign.hiring import hire
    from plimsoll.campaign.notebook import remembered

    return remembered(notebook(arguments), hire(arguments.scheduler, arguments.processes))


class Progress:
    """Says of each trial what came out, a line each on standard error."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._made = 0

    def __call__(self, judged: Judged) -> None:
        """Tell of one more trial."""
        from plimsoll.tuning.wording import outcome

        self._made += 1
        if not self._quiet:
            line = f"[{self._made}] {judged.trial.label}: {outcome(judged)} ({judged.result.wall_seconds:.1f} s)"
            print(line, file=sys.stderr, flush=True)


def told(*, quiet: bool) -> Callable[[Step], None]:
    """Tells of each step on the way to a scenario that passes."""
    made = 0

    def tell(step: Step) -> None:
        from plimsoll.tuning.wording import outcome

        nonlocal made
        made += 1
        if not quiet:
            because = f", because of {step.limits.code} {step.limits.name}" if step.limits is not None else ""
            print(f"[step {made}] {outcome(step.judged)}{because}", file=sys.stderr, flush=True)

    return tell


def interrupted() -> int:
    """Say how a search that was stopped goes on; the exit code."""
    print("plimsoll: interrupted; results are kept, and the same command goes on where it was", file=sys.stderr)
    return INTERRUPTED

"""Flags and questions of the commands that work on a real cluster."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from plimsoll.experiment.liverun import LiveRun, Outcome
    from plimsoll.experiment.remote.bill import Bill
    from plimsoll.experiment.remote.running import Beginning
    from plimsoll.experiment.remote.target import Pressure, Target
    from plimsoll.scenario.model import Scenario


def add_context(group: argparse._ArgumentGroup | argparse.ArgumentParser) -> None:
    """Add the flags that name a cluster."""
    group.add_argument("--context", metavar="NAME", help="a context of the kubeconfig")
    group.add_argument(
        "--kubeconfig", type=Path, metavar="FILE", help="the kubeconfig (default: $KUBECONFIG, or ~/.kube/config)"
    )


def add_target(group: argparse._ArgumentGroup) -> None:
    """Add the flags that name a cluster and say how hard to press."""
    add_context(group)
    add_pressure(group)


def add_pressure(group: argparse._ArgumentGroup | argparse.ArgumentParser) -> None:
    """Add the flags that say how hard to press, and that nobody is to be asked."""
    group.add_argument("--yes", action="store_true", help="do not ask before creating much")
    group.add_argument("--qps", type=float, metavar="R", help="no more requests a second than this (default: no limit)")
    group.add_argument("--burst", type=int, default=1, metavar="N", help="with --qps: so many at once after a pause")
    group.add_argument(
        "--connections",
        type=int,
        default=50,
        metavar="N",
        help="no more requests at a time than this (default: %(default)s)",
    )
    _add_workers(group)


def _add_workers(group: argparse._ArgumentGroup | argparse.ArgumentParser) -> None:
    group.add_argument(
        "--workers",
        type=int,
        default=1,
        metavar="N",
        help="create objects from this many processes (default: %(default)s)",
    )
    group.add_argument(
        "--distribute", action="store_true", help="run the workers as pods of a Job on the cluster; needs --image"
    )
    group.add_argument("--image", metavar="IMAGE", help="with --distribute: an image that has this version of Plimsoll")


def is_real(arguments: argparse.Namespace) -> bool:
    """Whether a real cluster is meant."""
    return arguments.context is not None or arguments.kubeconfig is not None


def refuse_simulated_settings(arguments: argparse.Namespace) -> None:
    """Refuse flags that change a simulated cluster where a real one is meant."""
    from plimsoll.errors import Complaint, InputError, Place

    given = {"--profile": arguments.profile, "--nodes": arguments.nodes, "--set": arguments.settings or None}
    if is_real(arguments):
        wrong = [flag for flag, value in given.items() if value is not None]
        problem, remedy = "cannot change a real cluster", "Leave it out, or leave out --context"
        if wrong:
            raise InputError(*(Complaint(Place(flag), problem, remedy) for flag in wrong))


def target_of(arguments: argparse.Namespace) -> Target:
    """The cluster that the flags name; ``InputError`` where they name none."""
    from plimsoll.cluster.credentials.access import find_access
    from plimsoll.experiment.remote.target import Pressure, Target

    access = find_access(kubeconfig=arguments.kubeconfig, context=arguments.context)
    return Target(access, arguments.kubeconfig, _pressure(arguments, Pressure), _worker_image(arguments))


def _worker_image(arguments: argparse.Namespace) -> str:
    """The image of workers that are pods; empty where they are processes, or there are none."""
    from plimsoll.errors import Complaint, InputError, Place

    image: str | None = getattr(arguments, "image", None)
    distribute = getattr(arguments, "distribute", False)
    if distribute and not image:
        remedy = "Build one from a Python image with `pip install plimsoll`, and name it with --image"
        raise InputError(Complaint(Place("--distribute"), "needs an image that has Plimsoll in it", remedy))
    if image and not distribute:
        raise InputError(Complaint(Place("--image"), "is for --distribute only", "Add --distribute, or leave it out"))
    return image or ""


def _pressure(arguments: argparse.Namespace, make: type[Pressure]) -> Pressure:
    from plimsoll.errors import Complaint, InputError, Place

    if not hasattr(arguments, "qps"):
        return make()
    for flag, value in (
        ("--qps", arguments.qps),
        ("--burst", arguments.burst),
        ("--connections", arguments.connections),
        ("--workers", arguments.workers),
    ):
        if value is not None and value <= 0:
            raise InputError(Complaint(Place(flag), f"{value} is not positive"))
    return make(arguments.connections, arguments.qps, arguments.burst, arguments.workers)


def run_on_cluster(
    scenario: Scenario, arguments: argparse.Namespace, beginning: Beginning | None = None, target: Target | None = None
) -> Outcome | None:
    """Run a scenario on the cluster; None where the user would not have it."""
    from contextlib import nullcontext

    from plimsoll.archive.directory import default_runs_directory
    from plimsoll.cli.progress import shown
    from plimsoll.experiment.remote.running import Beginning, run

    def decide(bill: Bill, warnings: list[str]) -> bool:
        return _decide(bill, warnings, agreed=arguments.yes)

    def onlooker(live: LiveRun) -> AbstractContextManager[object]:
        return nullcontext() if arguments.quiet else shown(live, sys.stderr)

    return run(
        scenario,
        target or target_of(arguments),
        runs_directory=arguments.runs_directory or default_runs_directory(),
        decide=decide,
        onlooker=onlooker,
        beginning=beginning or Beginning(),
    )


def _decide(bill: Bill, warnings: list[str], *, agreed: bool) -> bool:
    """Say what comes, and ask whether it shall where it is much."""
    from plimsoll.errors import Complaint, InputError, Place

    for warning in warnings:
        print(f"plimsoll: warning: {warning}", file=sys.stderr)
    for line in bill.lines():
        print(f"plimsoll: {line}", file=sys.stderr)
    if agreed or not bill.needs_confirmation:
        return True
    if not sys.stdin.isatty():
        problem = "this much is not created without being asked, and there is no terminal to ask on"
        raise InputError(Complaint(Place("--yes"), problem, "Add --yes"))
    return asked("Create all this?")


def asked(question: str) -> bool:
    """Ask on the terminal; anything but yes is no."""
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def left_on_cluster(outcome: Outcome) -> str:
    """What an interrupted or failed run has left, and how it goes away."""
    if not (outcome.interrupted or outcome.shortfall):
        return ""
    from plimsoll.experiment.remote.running import left_behind

    return left_behind(outcome.directory.name)

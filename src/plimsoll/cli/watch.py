"""``plimsoll watch``: what a cluster is doing, as it does it."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from plimsoll.cli.realcluster import add_context

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping

    from rich.console import RenderableType

    from plimsoll.experiment.remote.watching import View

DESCRIPTION = """\
Watch the pods of a cluster by state, with rates, the fullest namespaces and nodes: live on a terminal, a line at a time
on a pipe. Ctrl-C ends it.
"""
_MOST_ROWS = 12


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its flags."""
    parser = commands.add_parser("watch", help="show what a cluster is doing", description=DESCRIPTION)
    parser.set_defaults(run=run)
    parser.add_argument("load", metavar="RUN", nargs="?", help="only what this run has created (default: everything)")
    add_context(parser)
    parser.add_argument(
        "--interval", type=float, default=1.0, metavar="S", help="seconds between views (default: %(default)g)"
    )
    parser.add_argument("--once", action="store_true", help="show one view and end")
    parser.add_argument("--output", choices=("text", "json"), default="text", help="json: one document a line")


def run(arguments: argparse.Namespace) -> int:
    """Watch until interrupted.

    Raises:
        InputError: if the cluster is not known.
        RunError: if it cannot be reached.

    """
    from plimsoll.experiment.remote.wallclock import run_in_wall_time

    run_in_wall_time(_watch(arguments))
    return 0


async def _watch(arguments: argparse.Namespace) -> None:
    from rich.console import Console
    from rich.live import Live

    from plimsoll.cli.realcluster import target_of
    from plimsoll.experiment.remote.preflight.access import greet
    from plimsoll.experiment.remote.preflight.findings import Findings
    from plimsoll.experiment.remote.target import client_of
    from plimsoll.experiment.remote.watching import Following

    target = target_of(arguments)
    drawn = Live(console=Console(), auto_refresh=False, transient=False)
    on_terminal = sys.stdout.isatty() and arguments.output == "text"
    with client_of(target) as cluster:
        await greet(cluster, Findings(target.name))
        views = Following(cluster, arguments.load).views(arguments.interval)
        if on_terminal:
            drawn.start()
        try:
            async for view in views:
                if on_terminal:
                    drawn.update(_picture(view), refresh=True)
                else:
                    print(json.dumps(_document(view)) if arguments.output == "json" else _line(view), flush=True)
                if arguments.once:
                    return
        finally:
            drawn.stop()
            await views.aclose()  # type: ignore[attr-defined]


def _document(view: View) -> dict[str, object]:
    from plimsoll.observe.timelines import STATES

    pods = view.pods
    return {
        "seconds": round(view.seconds, 3),
        "pods": dict(zip(STATES, pods.by_state, strict=True)),
        "perMinute": {"created": view.rates.created, "running": view.rates.ran, "deleted": view.rates.deleted},
        "namespaces": {"active": view.namespaces.active, "terminating": view.namespaces.terminating},
        "nodes": {"ready": view.nodes.ready, "notReady": view.nodes.not_ready},
    }


def _line(view: View) -> str:
    from plimsoll.measurement import wording
    from plimsoll.measurement.states import POD_STATES
    from plimsoll.observe.timelines import STATES

    counts = dict(zip(STATES, view.pods.by_state, strict=True))
    states = " ".join(f"{counts[state.key]}{state.letter}" for state in POD_STATES)
    rates, namespaces, nodes = view.rates, view.namespaces, view.nodes
    return (
        f"{wording.clock(view.seconds)}  Pods: {states} / {sum(view.pods.by_state)}   "
        f"NS: {namespaces.active}A {namespaces.terminating}T   Node: {nodes.ready}R {nodes.not_ready}N   "
        f"per minute: +{rates.created:,.0f} created {rates.ran:,.0f} running -{rates.deleted:,.0f} deleted"
    )


def _picture(view: View) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    return Group(
        Text(_line(view)),
        Text(),
        _table("namespace", view.pods.by_namespace),
        Text(),
        _table("node", view.pods.by_node),
    )


def _table(title: str, groups: Mapping[str, Counter[int]]) -> RenderableType:
    """The fullest of the groups, a row each."""
    from rich import box
    from rich.table import Table

    from plimsoll.observe.timelines import STATES

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="dim")
    table.add_column(title, no_wrap=True, overflow="ellipsis")
    for state in STATES:
        table.add_column(state, justify="right")
    fullest = sorted(groups.items(), key=lambda item: (-item[1].total(), item[0]))
    for name, counts in fullest[:_MOST_ROWS]:
        table.add_row(name or "(none)", *(str(counts[number] or "") for number in range(len(STATES))))
    if len(fullest) > _MOST_ROWS:
        table.add_row(f"and {len(fullest) - _MOST_ROWS:,} more")
    return table

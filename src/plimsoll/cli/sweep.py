"""``plimsoll sweep``: run a scenario at many values of its parameters."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from plimsoll.cli.exitcodes import DONE, INCOMPLETE
from plimsoll.cli.searching import add_results, add_workers, crew, interrupted, positive
from plimsoll.errors import Complaint, InputError, Place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plimsoll.campaign.sweeping import SweepPoint
    from plimsoll.campaign.trial import Trial, TrialResult
    from plimsoll.scenario.sweep import LoadedSweep

SCHEMA = "plimsoll.sweep/1"
_UNFINISHED = {"incomplete", "lost"}

DESCRIPTION = """\
Run a scenario at every combination of the values of its parameters, and print what came out at each point and whether
it meets the objectives. A parameter is a setting of the cluster, such as kubelet.kubeAPIQPS, or a number of the load,
such as nodes, podsPerNode or secretsPerNamespace. Results are kept: what was stopped goes on where it was. Exit code 0
where every point could be run, whatever came out.
"""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its flags."""
    parser = commands.add_parser("sweep", help="run a scenario at many values", description=DESCRIPTION)
    parser.set_defaults(run=run)
    parser.add_argument(
        "sweep", metavar="SWEEP", help="a sweep or a scenario: a file, or one that `plimsoll examples` lists"
    )
    parser.add_argument(
        "--vary",
        action="append",
        default=[],
        metavar="P=V1,V2,…",
        help="values of a parameter, instead of any that the sweep gives it; may be given again",
    )
    parser.add_argument(
        "--seeds", type=positive, metavar="N", help="runs of each point, with seeds 1 to N (default: 1)"
    )
    parser.add_argument("--parameters", action="store_true", help="list the parameters of the scenario, run nothing")
    add_workers(parser)
    add_results(parser)


def run(arguments: argparse.Namespace) -> int:
    """Carry the sweep out; 0, or 3 where a point could not be run to its end, or 130 if interrupted.

    Raises:
        InputError: there is no such sweep or parameter, or a point is no scenario; nothing has been run then.

    """
    from plimsoll.campaign.sweeping import sweep
    from plimsoll.scenario.sweep import load_sweep

    loaded = load_sweep(arguments.sweep)
    if arguments.parameters:
        _print_parameters(loaded)
        return 0
    for name, values in map(_parsed, arguments.vary):
        loaded = loaded.varying(name, values)
    _refuse_search(loaded)
    try:
        with crew(arguments) as hired:
            points = sweep(loaded, hired, arguments.seeds, _unheard if arguments.quiet else _tell)
    except KeyboardInterrupt:
        return interrupted()
    if arguments.output == "json":
        print(json.dumps(_document(loaded, points), indent=2, ensure_ascii=False))
    else:
        _print_table(loaded, points)
    return INCOMPLETE if any(point.verdict in _UNFINISHED for point in points) else DONE


def _parsed(text: str) -> tuple[str, tuple[Any, ...]]:
    """Read ``podsPerNode=100,200``; each value is written as in YAML."""
    import yaml

    name, separator, values = text.partition("=")
    if not separator or not name.strip() or not values.strip():
        raise InputError(Complaint(Place("--vary"), f"{text!r} gives no values", "Write e.g. podsPerNode=100,200"))
    try:
        return name.strip(), tuple(yaml.safe_load(value) for value in values.split(","))
    except yaml.YAMLError as error:
        raise InputError(Complaint(Place(f"--vary {name}"), f"{values!r} are not values in YAML")) from error


def _tell(trial: Trial, result: TrialResult, done: int, of: int) -> None:
    missed = ", ".join(judgement.expression for judgement in result.objectives if not judgement.met)
    because = f" ({missed or result.shortfall})" if missed or result.shortfall else ""
    print(f"[{done}/{of}] {trial.label}: {result.verdict}{because}", file=sys.stderr, flush=True)


def _unheard(*_: object) -> None:
    """Progress that nobody wants to see."""


def _refuse_search(loaded: LoadedSweep) -> None:
    find = loaded.sweep.find
    if find is not None and find.parameter not in loaded.sweep.vary:
        problem = f"it looks for the largest {find.parameter}, which a sweep does not"
        remedy = f"Use `plimsoll limits`, or --vary {find.parameter}=…"
        raise InputError(Complaint(Place(loaded.sweep.name), problem, remedy))


def _print_parameters(loaded: LoadedSweep) -> None:
    from plimsoll.scenario.parameters import PARAMETERS, get, names

    for name in names(loaded.base):
        meaning = PARAMETERS[name].meaning if name in PARAMETERS else "setting of the cluster"
        print(f"{name} = {get(loaded.base, name)}  ({meaning})")


def _document(loaded: LoadedSweep, points: Sequence[SweepPoint]) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "name": loaded.sweep.name,
        "set": loaded.sweep.set,
        "vary": {name: list(values) for name, values in loaded.sweep.vary.items()},
        "points": [
            {
                "values": point.values,
                "verdict": point.verdict,
                "results": [result.as_json() for result in point.results],
            }
            for point in points
        ],
    }


def _print_table(loaded: LoadedSweep, points: Sequence[SweepPoint]) -> None:
    from rich.text import Text

    from plimsoll.campaign.sweeping import columns
    from plimsoll.cli.tables import console, table

    shown = columns(loaded)
    numeric = (*loaded.sweep.vary, *shown)
    rows = table(*numeric, "verdict", "because", numbers=frozenset(range(len(numeric))))
    for point in points:
        colour = "green" if point.verdict == "pass" else "red"
        values = map(str, point.values.values())
        numbers = (_spread(point.metric(name)) for name in shown)
        reason = ", ".join(point.missed) or point.problem
        rows.add_row(*values, *numbers, Text(point.verdict, style=colour), reason)
    console().print(rows)


def _spread(numbers: Sequence[float]) -> str:
    """The number that all seeds gave, or the least and the most of them."""
    if not numbers:
        return "–"
    least, most = f"{min(numbers):.4g}", f"{max(numbers):.4g}"
    return least if least == most else f"{least}–{most}"

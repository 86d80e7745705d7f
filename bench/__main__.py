"""Run every benchmark, each module in a process of its own; print a table and write JSON."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import sys
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.figures import Figure, missed
from bench.process import CommandFailedError, timed
from plimsoll import __version__

MODULES = ("kernel", "objects", "cli", "run", "tuning", "claims", "serving", "loading")
RESULTS = Path("bench-results.json")


def main() -> int:
    """Measure what was asked for; 1 where a limit is broken or a measurement failed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"what to measure (default: {', '.join(MODULES)})")
    parser.add_argument("--here", action="store_true", help="measure in this process and print JSON (used by itself)")
    arguments = parser.parse_args()
    if unknown := [name for name in arguments.modules if name not in MODULES]:
        parser.error(f"no benchmark named {', '.join(unknown)}; there are {', '.join(MODULES)}")
    if arguments.here:
        return _measure_here(arguments.modules)
    return _measure_apart(arguments.modules or list(MODULES))


def _measure_here(modules: list[str]) -> int:
    figures = [figure for name in modules for figure in importlib.import_module(f"bench.{name}").measure()]
    json.dump([asdict(figure) for figure in figures], sys.stdout)
    return 0


def _measure_apart(modules: list[str]) -> int:
    console = Console()
    figures: list[Figure] = []
    failed = False
    for name in modules:
        with console.status(f"bench.{name} …"):
            try:
                usage = timed([sys.executable, "-m", "bench", "--here", name])
            except CommandFailedError as error:
                failed = True
                console.print(f"bench.{name} failed: {error}", style="red", markup=False, highlight=False)
                continue
        figures += [Figure(**fields) for fields in json.loads(usage.output)]
    console.print(_table(figures))
    RESULTS.write_text(json.dumps(_document(figures), indent=2) + "\n", encoding="utf-8")
    console.print(f"Written to {RESULTS}")
    return 1 if failed or missed(figures) else 0


def _document(figures: list[Figure]) -> dict[str, object]:
    return {
        "plimsollVersion": __version__,
        "python": platform.python_version(),
        "machine": {"system": platform.system(), "architecture": platform.machine(), "cores": os.cpu_count()},
        "figures": [{**asdict(figure), "met": figure.met} for figure in figures],
    }


def _table(figures: list[Figure]) -> Table:
    table = Table(title="Speed and memory")
    table.add_column("Measured")
    table.add_column("Value", justify="right")
    table.add_column("Limit", justify="right")
    table.add_column("Aim", justify="right")
    table.add_column("")
    for figure in figures:
        table.add_row(figure.name, _number(figure.value, figure.unit), *_bounds(figure), _verdict(figure))
    return table


def _bounds(figure: Figure) -> tuple[str, str]:
    sign = "≤" if figure.direction == "at most" else "≥"
    limit, aim = (
        "" if bound is None else f"{sign} {_number(bound, figure.unit)}" for bound in (figure.limit, figure.aim)
    )
    return limit, aim


def _number(value: float, unit: str) -> str:
    digits = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return f"{digits} {unit}"


def _verdict(figure: Figure) -> str:
    if figure.met is None:
        return ""
    if not figure.met:
        return "[red]missed[/]"
    return "[green]aim reached[/]" if figure.aimed else "[green]kept[/]"


if __name__ == "__main__":
    sys.exit(main())

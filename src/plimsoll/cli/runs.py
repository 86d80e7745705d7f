"""``plimsoll runs``: the runs whose archives are kept."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plimsoll.archive.index import RunRecord

_UNKNOWN = "-"
_HEADINGS = ("RUN", "SCENARIO", "PROFILE", "SEED", "STARTED", "STATUS", "VERDICT", "VIRTUAL", "WALL")


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its flags."""
    parser = commands.add_parser("runs", help="list the runs that are kept", description="List runs, the latest first.")
    parser.set_defaults(run=run)
    parser.add_argument(
        "--runs-directory", type=Path, metavar="D", help="where runs are kept (default: $PLIMSOLL_RUNS)"
    )
    parser.add_argument("--output", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace) -> int:
    """Print the list; 0, also where it is empty."""
    from plimsoll.archive.directory import default_runs_directory
    from plimsoll.archive.index import RunIndex

    directory = arguments.runs_directory or default_runs_directory()
    records = RunIndex(directory).runs()
    if arguments.output == "json":
        print(json.dumps({"directory": str(directory), "runs": [_document(record) for record in records]}, indent=2))
    elif not records:
        print(f"No runs in {directory} yet. Make one with `plimsoll run`.")
    else:
        print("\n".join(_aligned([_HEADINGS, *(_row(record) for record in records)])))
    return 0


def _document(record: RunRecord) -> dict[str, Any]:
    manifest = record.manifest.as_json()
    fields = ("scenario", "profile", "seed", "plimsollVersion", "started", "status", "clock", "archiveHash")
    return {"run": manifest["id"], **{field: manifest[field] for field in fields}, "verdict": record.verdict}


def _row(record: RunRecord) -> tuple[str, ...]:
    manifest = record.manifest
    return (
        manifest.id,
        manifest.scenario,
        manifest.profile or _UNKNOWN,
        str(manifest.seed),
        f"{manifest.started:%Y-%m-%d %H:%M:%S}",
        manifest.status,
        record.verdict or _UNKNOWN,
        _duration(manifest.virtual_seconds),
        _duration(manifest.wall_seconds),
    )


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return _UNKNOWN
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    if hours:
        return f"{hours}h{minutes:02d}m"
    return f"{minutes}m{int(rest):02d}s" if minutes else f"{rest:.1f}s"


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]

"""``plimsoll schema``: the JSON Schema of scenario files."""

from __future__ import annotations

import argparse
import json
import sys

DESCRIPTION = """\
Print the JSON Schema of scenario files. Editors complete and check YAML with it: save it, and begin a scenario with
`# yaml-language-server: $schema=plimsoll.schema.json`.
"""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its flags."""
    parser = commands.add_parser("schema", help="print the JSON Schema of scenario files", description=DESCRIPTION)
    parser.add_argument("--output", choices=("json",), default="json", help="the schema is JSON in any case")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:  # noqa: ARG001 - every command is run with its flags
    """Print the schema; 0."""
    from plimsoll.scenario.schema import json_schema

    json.dump(json_schema(), sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")
    return 0

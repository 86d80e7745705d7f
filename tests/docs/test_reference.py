"""The generators of the reference pages, on input small enough to see through."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from plimsoll.scenario.loading import load_scenario
from scripts.reference.commands import commands_page
from scripts.reference.markdown import anchor, prose, table
from scripts.reference.scenario import SERVICES_EXAMPLE, kind


@pytest.fixture
def command_line() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="plimsoll")
    commands = parser.add_subparsers()
    run = commands.add_parser("run", help="run a scenario", description="Run one scenario\nfrom end to end.")
    run.add_argument("scenario", metavar="SCENARIO", help="a file or a name")
    run.add_argument("--seed", metavar="N", type=int, default=1, help="of all chance")
    run.add_argument("--output", choices=("text", "json"), required=True)
    run.add_argument("--keep", action="store_true", help="100%% of the load stays")
    run.add_argument("--secret", help=argparse.SUPPRESS)
    return parser


def test_every_command_has_a_section_with_its_usage(command_line: argparse.ArgumentParser) -> None:
    page = commands_page(command_line)
    assert (
        "## plimsoll run\n\n```text\nplimsoll run SCENARIO [FLAGS]\n```\n\nRun one scenario from end to end.\n" in page
    )


@pytest.mark.parametrize(
    "row",
    [
        "| `SCENARIO` |  | a file or a name |",
        "| `--seed N` | `1` | of all chance |",
        "| `--output {text,json}` | **required** |  |",
        "| `--keep` |  | 100% of the load stays |",
    ],
)
def test_every_argument_has_a_row(command_line: argparse.ArgumentParser, row: str) -> None:
    assert row in commands_page(command_line).splitlines()


def test_a_hidden_argument_stays_hidden(command_line: argparse.ArgumentParser) -> None:
    assert "--secret" not in commands_page(command_line)


def test_a_docstring_becomes_paragraphs() -> None:
    assert prose("One\n  line, ``code``.\n\nTwo.") == "One line, `code`.\n\nTwo."


def test_a_cell_cannot_break_its_table() -> None:
    assert table(("a",), [("x | y\nz",)]).splitlines()[-1] == "| x \\| y z |"


def test_an_anchor_has_no_punctuation() -> None:
    assert anchor("`cluster.profile`, two") == "clusterprofile-two"


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string"}, "text"),
        ({"type": "integer", "minimum": 1, "maximum": 65535}, "whole number from 1 to 65,535"),
        ({"type": "number", "exclusiveMinimum": 0}, "number above 0"),
        ({"enum": ["a", "b"]}, "`a` or `b`"),
        ({"$ref": "#/$defs/Pod"}, "[Pod](#pod)"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "text"),
        ({"type": "array", "items": {"$ref": "#/$defs/Job"}}, "list of [Job](#job)"),
        ({"anyOf": [{"type": "number"}, {"type": "string", "pattern": "(ms|s|m|h|d)"}]}, "duration"),
    ],
)
def test_a_schema_is_told_in_words(schema: dict[str, object], words: str) -> None:
    assert kind(schema) == words


def test_a_default_that_the_help_tells_stands_in_its_column() -> None:
    parser = argparse.ArgumentParser(prog="plimsoll")
    run = parser.add_subparsers().add_parser("run", help="run")
    run.add_argument("--report", metavar="FILE", help="where to write it (default: beside the run)")
    assert "| `--report FILE` | beside the run | where to write it |" in commands_page(parser).splitlines()


def test_the_example_with_pools_and_demands_is_a_scenario(tmp_path: Path) -> None:
    path = tmp_path / "services.yaml"
    path.write_text(SERVICES_EXAMPLE, encoding="utf-8")
    scenario = load_scenario(str(path)).scenario
    assert scenario.cluster.pools
    assert scenario.load.demands

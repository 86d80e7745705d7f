"""Where every command begins and ends: the parser, exit codes, and errors that are meant for a reader.

Exit codes: 0 objectives met, or nothing was asked for; 1 objectives missed; 2 bad input or usage; 3 the run could not
be completed; 130 interrupted. A reader who closes the pipe early, as ``head`` does, ends the command with 141, as the
signal would.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from plimsoll import __version__
from plimsoll.cli import (
    claims,
    clean,
    diagnose,
    examples,
    explain,
    export,
    limits,
    plan,
    rbac,
    report,
    resume,
    run,
    runs,
    schema,
    sensitivity,
    serve,
    sweep,
    tune,
    watch,
)
from plimsoll.cli.exitcodes import INTERRUPTED, PIPE_CLOSED, USAGE
from plimsoll.errors import PlimsollError

DESCRIPTION = """\
Find the load line of a Kubernetes cluster: load a simulated or a real one as planned, record everything, say what gave
way first and why, and find the settings with which it holds.
"""

COMMANDS = (
    run,
    diagnose,
    explain,
    sweep,
    tune,
    limits,
    sensitivity,
    serve,
    watch,
    report,
    runs,
    resume,
    clean,
    rbac,
    examples,
    plan,
    claims,
    export,
    schema,
)
"""In the order in which ``--help`` lists them: the everyday ones first."""


def command_line() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="plimsoll", description=DESCRIPTION, epilog="Begin with `plimsoll run quickstart`."
    )
    parser.add_argument("--version", action="version", version=f"plimsoll {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    for command in COMMANDS:
        command.register(commands)
    return parser


def main(words: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; ``words`` are those of the shell where none are given."""
    parser = command_line()
    arguments = parser.parse_args(words)
    if arguments.command is None:
        parser.print_help(sys.stderr)
        return USAGE
    try:
        exit_code: int = arguments.run(arguments)
        sys.stdout.flush()
    except PlimsollError as error:
        for line in str(error).splitlines():
            print(f"plimsoll: {line}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        _forget_standard_output()
        return PIPE_CLOSED
    except KeyboardInterrupt:
        return INTERRUPTED
    return exit_code


def _forget_standard_output() -> None:
    """Point standard output nowhere, so that the interpreter does not complain when it flushes it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

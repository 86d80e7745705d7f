"""``docs/commands.md`` from the command line's own parser.

argparse's help text differs between Python versions; the parser's actions do not, so the page is made from those.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator

from scripts.reference.markdown import code, notice, page, prose, table

INTRODUCTION = """\
Results go to standard output, progress and complaints to standard error. On a terminal, progress is live; on a pipe it is
plain lines."""

EXIT_CODES = """\
| Exit code | Meaning |
|---|---|
| 0 | objectives met, or nothing was asked for |
| 1 | objectives missed |
| 2 | bad input or usage; nothing was started |
| 3 | the run could not be completed; what it recorded is kept |
| 130 | interrupted; the archive is complete up to there |"""


_DEFAULT_IN_HELP = re.compile(r"\s*\(default: (?P<default>[^)]*)\)")


def commands_page(parser: argparse.ArgumentParser) -> str:
    """Return the page for a parser whose subparsers are the commands."""
    sections = [_section(name, summary, command) for name, summary, command in _commands(parser)]

    return page(notice("`plimsoll.cli`"), "# Commands", INTRODUCTION, EXIT_CODES, *sections)


def _commands(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str, argparse.ArgumentParser]]:
    """Yield the name, one-line summary and parser of every command, and of the commands below it."""
    for group in (action for action in parser._actions if isinstance(action, argparse._SubParsersAction)):  # noqa: SLF001  argparse has no public way to ask
        summaries = {choice.dest: choice.help or "" for choice in group._choices_actions}  # noqa: SLF001
        for name, command in group.choices.items():
            if name in summaries:  # aliases are not
                yield command.prog, summaries[name], command
                yield from _commands(command)


def _section(name: str, summary: str, command: argparse.ArgumentParser) -> str:
    return page(f"## {name}", _usage(command), prose(command.description or summary), _arguments(command)).strip()


def _usage(command: argparse.ArgumentParser) -> str:
    words = [command.prog, *(_spelled(action) for action in _listed(command) if not action.option_strings)]
    optional = " [FLAGS]" if any(action.option_strings for action in _listed(command)) else ""
    return f"```text\n{' '.join(words)}{optional}\n```"


def _arguments(command: argparse.ArgumentParser) -> str:
    rows = _rows(command)
    return table(("Argument", "Default", "Meaning"), rows) if rows else ""


def _rows(command: argparse.ArgumentParser) -> list[tuple[str, str, str]]:
    return [(code(_spelled(action)), _default(action), _meaning(action)) for action in _listed(command)]


def _listed(command: argparse.ArgumentParser) -> list[argparse.Action]:
    hidden = (argparse._SubParsersAction, argparse._HelpAction)  # noqa: SLF001  argparse has no public names for them
    return [a for a in command._actions if not isinstance(a, hidden) and a.help != argparse.SUPPRESS]  # noqa: SLF001


def _meaning(action: argparse.Action) -> str:
    return prose(_DEFAULT_IN_HELP.sub("", _help(action)))


def _help(action: argparse.Action) -> str:
    return (action.help or "") % vars(action)


def _spelled(action: argparse.Action) -> str:
    """Return an argument as one types it: ``SCENARIO``, ``[RUN]``, ``--seed N``, ``--output {text,json}``."""
    choices = "{" + ",".join(map(str, action.choices)) + "}" if action.choices else ""
    metavar = action.metavar if isinstance(action.metavar, str) else ""
    value = metavar or choices or action.dest.upper().replace("_", "-")
    if not action.option_strings:
        return f"[{value}]" if action.nargs in {"?", "*"} else value
    names = ", ".join(action.option_strings)
    return names if action.nargs == 0 else f"{names} {value}"


def _default(action: argparse.Action) -> str:
    """Return a default worth telling; flags that are off and values that are absent say nothing."""
    if action.required and action.option_strings:
        return "**required**"
    if told := _DEFAULT_IN_HELP.search(_help(action)):
        return told["default"] if " " in told["default"] else code(told["default"])
    return "" if action.default in (None, False, argparse.SUPPRESS, []) else code(str(action.default))

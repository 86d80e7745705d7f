"""Tables of the commands that run many trials: plain columns, as wide as the terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

PIPE_COLUMNS = 140
"""How wide a table is where no terminal says how wide it may be."""


def console() -> Console:
    """Standard output, taking what it is given literally: labels and reasons may hold brackets."""
    from plimsoll.report.console import plain_console

    return plain_console(sys.stdout, None if sys.stdout.isatty() else PIPE_COLUMNS)


def table(*headings: str, numbers: frozenset[int] = frozenset()) -> Table:
    """An empty table; the columns at these places hold numbers."""
    from rich.table import Table

    made = Table(box=None, padding=(0, 2, 0, 0))
    for place, heading in enumerate(headings):
        made.add_column(heading, justify="right" if place in numbers else "left")
    return made

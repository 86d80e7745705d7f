"""The command line: one module for each command, with ``register(commands)`` and ``run(arguments) -> exit code``.

Belongs here: flags, and which rendering of a result goes to which stream. Does not belong here: any logic of a result's
own. A module imports what its command needs inside ``run``: ``plimsoll --help`` must not load pyarrow.
"""

from plimsoll.cli.entry import main

__all__ = ["main"]

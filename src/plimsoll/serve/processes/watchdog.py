"""Outlives the server by a moment: kills the process groups of all containers where the server could not.

The server writes ``+GROUP`` and ``-GROUP`` lines to its standard input; that this ends means that the server is gone,
however it went. The kernel already kills a container's first process then, but not what that has started.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys


def main() -> int:
    """Follow the server to its end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the server's terminal is the server's business
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        if line.startswith("+"):
            groups.add(group)
        else:
            groups.discard(group)
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
    return 0


if __name__ == "__main__":
    sys.exit(main())

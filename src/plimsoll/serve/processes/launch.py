"""Becomes a container's program: a script that sets what only a process itself can set, then executes the command.

Started as ``python -S launch.py PARENT MEMORY_BYTES COMMAND…``; 0 bytes are no limit. Nothing of Plimsoll is imported,
so that it is over in milliseconds.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h
EXIT_NOT_STARTED = 128
"""What container runtimes report where the command cannot be executed."""


def main(arguments: list[str]) -> int:
    """Return only where the command cannot be executed."""
    parent, memory_bytes, *command = arguments
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != int(parent):
        return EXIT_NOT_STARTED  # the server was gone before it could be followed
    if int(memory_bytes):
        # data and not address space: that would count what threads reserve and never use
        resource.setrlimit(resource.RLIMIT_DATA, (int(memory_bytes), int(memory_bytes)))
    try:
        os.execvp(command[0], command)  # noqa: S606 - the whole point
    except OSError as error:
        sys.stderr.write(f"cannot execute {command[0]}: {error.strerror}\n")
    return EXIT_NOT_STARTED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

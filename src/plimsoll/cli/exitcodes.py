"""The exit codes of the commands."""

from __future__ import annotations

DONE = 0
"""Objectives met, or nothing was asked for."""
MISSED = 1
"""Objectives missed: of the run, or with every value that was tried."""
USAGE = 2
"""Bad input or usage."""
INCOMPLETE = 3
"""A run could not be completed."""
INTERRUPTED = 130
"""As a shell reports the signal of Ctrl-C."""
PIPE_CLOSED = 141
"""As a shell reports the signal of a pipe whose reader is gone."""

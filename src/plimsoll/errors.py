"""Everything Plimsoll raises on purpose.

The tree, with the exit code each branch ends a command with::

    PlimsollError
    ├── InputError            2   the user's file, flag or setting is wrong; names it and says what to do
    ├── RunError              3   a run could not be completed; what it recorded is kept
    ├── ArchiveError          2   a run's archive is missing or cannot be read
    └── ApiError              -   an API server refused or failed a request; the driver retries or counts it
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


class PlimsollError(Exception):
    """Base of the tree; catching it catches every error that is meant for a reader."""

    exit_code = 3


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the user's input a value stands: a file, a line counted from 1, and the field's dotted path."""

    file: str
    line: int | None = None
    field: str | None = None

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        return where if not self.field else f"{where}: {self.field}"


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing wrong with an input: where it stands, what is wrong, and what to write instead."""

    place: Place
    problem: str
    remedy: str = ""

    def __str__(self) -> str:
        text = f"{self.place}: {self.problem}"
        return f"{text}. {self.remedy}" if self.remedy else text


class InputError(PlimsollError):
    """The user's input is wrong: one or more complaints, all found at once."""

    exit_code = 2

    def __init__(self, *complaints: Complaint) -> None:
        super().__init__("\n".join(str(complaint) for complaint in complaints))
        self.complaints = complaints


class RunError(PlimsollError):
    """A run could not be completed; its archive is readable up to where it stopped."""

    exit_code = 3


class ArchiveError(PlimsollError):
    """A run's archive is missing, or is not one."""

    exit_code = 2


class ApiError(PlimsollError):
    """An API server's answer other than success, with the fields of its ``Status`` object.

    ``retry_after_seconds`` is set where the server asked the client to come back (429, some 5xx); ``details`` are the
    ``details`` of the Status: what was refused, and the causes field by field (None: no details at all).
    ``continue_token`` lets the reader of a list that expired go on with what is there now (410). ``warnings`` are those
    that came before the refusal; they reach the client with it.
    """

    def __init__(
        self,
        code: int,
        reason: str,
        message: str,
        *,
        retry_after_seconds: float | None = None,
        details: Mapping[str, object] | None = None,
        continue_token: str = "",
    ) -> None:
        super().__init__(f"{code} {reason}: {message}")
        self.code = code
        self.reason = reason
        self.message = message
        self.retry_after_seconds = retry_after_seconds
        self.details = details
        self.continue_token = continue_token
        self.warnings: tuple[str, ...] = ()

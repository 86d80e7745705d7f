"""Reports: one line of JSON each, on standard output, so that a pod's log is all that is needed to read them.

Every line is an object that begins with ``"plimsoll": 1`` (the version of this format), then ``record``, which says what
it is about. A container's own output may stand between them. Times are seconds since 1970 on the writer's clock.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Mapping
from typing import Any

FORMAT = 1
PREFIX = '{"plimsoll":'
"""How each line of a report begins, and no other line should."""

_writing = threading.Lock()


def line(record: str, fields: Mapping[str, Any]) -> str:
    """A line of a report, with its newline."""
    return json.dumps({"plimsoll": FORMAT, "record": record, **fields}, separators=(",", ":")) + "\n"


def report(record: str, fields: Mapping[str, Any]) -> None:
    """Write a line to standard output at once."""
    write(line(record, fields))


def write(text: str) -> None:
    """Write lines to standard output at once; that nobody reads them any more is no reason to stop working."""
    with _writing:
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except OSError:
            pass


def read_line(text: str) -> dict[str, Any] | None:
    """The record of a line of a log, if it is one of a report of this format."""
    if not text.startswith(PREFIX):
        return None
    try:
        record = json.loads(text)
    except ValueError:
        return None  # cut off, by a crash or by the log's limit on lines
    return record if isinstance(record, dict) and record.get("plimsoll") == FORMAT else None


def identity() -> dict[str, str]:
    """Who reports, as the pod's environment says; ``containers`` is how many of the pod's report like this one."""
    names = ("namespace", "pod", "container", "containers", "node", "job")
    return {name: os.environ.get("PLIMSOLL_" + name.upper(), "") for name in names}

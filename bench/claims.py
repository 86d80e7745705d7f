"""Every published claim, as a user checks them: on all cores, with no run done beforehand."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator

from bench.figures import Figure
from bench.process import plimsoll


def measure() -> Iterator[Figure]:
    """Run the scenarios of all claims once; a claim that differs (exit 1) is a result, not a failure."""
    with tempfile.TemporaryDirectory() as runs:
        usage = plimsoll("claims", "--output", "json", environment={"PLIMSOLL_RUNS": runs}, accept=(0, 1))
    yield Figure("claims: wall time", usage.wall_seconds, "s", limit=600)
    yield Figure("claims: numbers compared", len(json.loads(usage.output)["checks"]), "")

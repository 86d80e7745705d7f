"""What a Kubernetes API server answered, and whether a served cluster answers the same.

A step that is not met has to be in ``deviations.json`` with its reason, and whatever is there must not be met.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.recordings import deviations, replay_tool, served_cluster, steps

CASES = steps()
Results = Callable[[Path], Any]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def results() -> Iterator[Results]:
    """The results of a transcript's steps, on one cluster for all."""
    with served_cluster() as client:
        yield cache(lambda transcript: replay_tool().replay(transcript, client))


@pytest.mark.parametrize(
    ("transcript", "index", "name"), CASES, ids=[f"{path.stem}-{index + 1}-{name}" for path, index, name in CASES]
)
def test_a_recorded_step_is_answered_as_it_was(transcript: Path, index: int, name: str, results: Results) -> None:
    result = results(transcript)[index]
    reason = deviations().get((transcript.stem, name))
    if reason is None:
        assert result.ok, result.report()
    else:
        assert not result.ok, f"is met now, although {transcript.stem} is said to deviate: {reason}"


def test_every_deviation_is_one_of_the_recorded_steps() -> None:
    assert deviations().keys() <= {(path.stem, name) for path, _, name in CASES}

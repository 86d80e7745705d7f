from __future__ import annotations

from collections.abc import Callable
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.kernel import Kernel
from plimsoll.simcluster.migration.precopy import PreCopy, precopy_seconds

GIB = 1024**3


def copied_seconds(memory: float, dirty: float, bandwidth: float, downtime: float, *, most: float = 1e6) -> float:
    kernel = Kernel()
    ended: list[float] = []

    def send(total_bytes: float, done: Callable[[], object]) -> None:
        kernel.after(total_bytes / bandwidth, done)

    PreCopy(memory, dirty, downtime, lambda: kernel.now, send, lambda: ended.append(kernel.now)).start()
    kernel.run(most)
    return ended[0] if ended else inf


def test_a_machine_that_writes_nothing_is_copied_once() -> None:
    assert precopy_seconds(8 * GIB, 0, 1e9, 0.5) == pytest.approx(8 * GIB / 1e9)
    assert copied_seconds(8 * GIB, 0, 1e9, 0.5) == pytest.approx(8 * GIB / 1e9)


@given(
    memory=st.floats(0.5 * GIB, 256 * GIB),
    ratio=st.floats(0.01, 0.95),
    bandwidth=st.floats(1e7, 2e9),
    downtime=st.floats(0.05, 2.0),
)
def test_rounds_add_up_to_the_geometric_series(memory: float, ratio: float, bandwidth: float, downtime: float) -> None:
    expected = precopy_seconds(memory, ratio * bandwidth, bandwidth, downtime)

    assert copied_seconds(memory, ratio * bandwidth, bandwidth, downtime) == pytest.approx(
        expected, rel=0.001, abs=downtime
    )


def test_a_machine_that_writes_faster_than_is_sent_never_arrives() -> None:
    assert precopy_seconds(8 * GIB, 1.2e8, 1e8, 0.5) == inf
    assert copied_seconds(8 * GIB, 1.2e8, 1e8, 0.5, most=50_000) == inf


def test_more_bandwidth_is_less_time_and_more_writing_is_more() -> None:
    times = [
        precopy_seconds(8 * GIB, dirty, bandwidth, 0.5) for dirty, bandwidth in ((5e7, 1e9), (1e8, 1e9), (1e8, 2e8))
    ]

    assert times == sorted(times)

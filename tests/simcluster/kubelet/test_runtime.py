from __future__ import annotations

import pytest

from plimsoll.kernel import Kernel, Streams
from plimsoll.simcluster.kubelet.runtime import Pleg, Runtime
from plimsoll.simcluster.settings import RuntimeSettings


def runtime(kernel: Kernel, *, parallelism: int = 0, jitter: float = 0.0) -> Runtime:
    settings = RuntimeSettings(
        sandbox_seconds=2.0,
        image_pull_seconds=0.0,
        image_bytes=0,
        container_seconds=0.5,
        jitter=jitter,
        parallelism=parallelism,
        stop_seconds=1.0,
    )
    return Runtime(kernel, settings, Streams(1).stream("runtime"))


def starts(parallelism: int, pods: int, containers: int = 1) -> list[tuple[float, float]]:
    """When each pod's sandbox was ready, and when its containers ran."""
    kernel = Kernel()
    station = runtime(kernel, parallelism=parallelism)
    seen: list[tuple[float, float]] = []
    for _ in range(pods):
        station.start(containers, lambda sandbox: seen.append((sandbox, kernel.now)))
    kernel.run()
    return seen


def test_containers_start_one_after_the_other_once_the_sandbox_is_ready() -> None:
    assert starts(parallelism=0, pods=1, containers=3) == [(2.0, 3.5)]


def test_without_a_limit_pods_start_beside_each_other() -> None:
    assert starts(parallelism=0, pods=5) == [(2.0, 2.5)] * 5


def test_with_a_limit_the_others_wait_in_order() -> None:
    assert [ran for _, ran in starts(parallelism=2, pods=5)] == [2.5, 2.5, 5.0, 5.0, 7.5]


def test_stopping_takes_no_place_of_those_that_start() -> None:
    kernel = Kernel()
    station = runtime(kernel, parallelism=1)
    stopped: list[float] = []
    station.start(1, lambda _: None)
    station.stop(lambda: stopped.append(kernel.now))
    kernel.run()

    assert stopped == [1.0]


def test_durations_spread_around_their_mean() -> None:
    kernel = Kernel()
    station = runtime(kernel, jitter=0.3)
    ran: list[float] = []
    for _ in range(2000):
        station.start(1, lambda _: ran.append(kernel.now))
    kernel.run()

    assert min(ran) >= 2.5 * 0.7
    assert max(ran) <= 2.5 * 1.3
    assert sum(ran) / len(ran) == pytest.approx(2.5, rel=0.02)


def test_a_change_is_noticed_at_the_next_relist() -> None:
    relist = Pleg(1.0, 0.0, offset_seconds=0.25)

    assert [relist.notices(seconds) for seconds in (3.0, 3.25, 3.3)] == [3.25, 3.25, 4.25]


def test_a_relist_can_be_asked_for_in_recent_versions() -> None:
    relist = Pleg(1.0, 0.1, offset_seconds=0.25)

    assert relist.notices(3.3) == pytest.approx(3.4)
    assert relist.notices(3.2) == pytest.approx(3.25)


def test_without_a_period_changes_are_noticed_at_once() -> None:
    assert Pleg(0.0, 0.0, offset_seconds=0.0).notices(3.3) == 3.3

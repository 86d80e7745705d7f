from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.kernel import Kernel
from plimsoll.simcluster.workqueue import Key, WorkQueue


class Workshop:
    """A queue whose syncs take a second each, and what was worked on when."""

    def __init__(self, workers: int = 1, seconds: float = 1.0) -> None:
        self.kernel = Kernel()
        self.queue = WorkQueue(self.kernel, workers, self.sync)
        self.started: list[tuple[float, str]] = []
        self.busy: set[Key] = set()
        self.most_busy = 0
        self.seconds = seconds

    def sync(self, key: Key, done: Callable[[], None]) -> None:
        assert key not in self.busy
        self.busy.add(key)
        self.most_busy = max(self.most_busy, len(self.busy))
        self.started.append((self.kernel.now, key[1]))
        self.kernel.after(self.seconds, self._finish, key, done)

    def _finish(self, key: Key, done: Callable[[], None]) -> None:
        self.busy.remove(key)
        done()

    def add(self, *names: str) -> None:
        for name in names:
            self.queue.add(("ns", name))


def test_keys_are_worked_on_in_the_order_in_which_they_came_by_as_many_workers_as_there_are() -> None:
    shop = Workshop(workers=2)
    shop.add("a", "b", "c", "d", "e")
    shop.kernel.run()

    assert shop.started == [(0, "a"), (0, "b"), (1, "c"), (1, "d"), (2, "e")]


def test_a_key_that_waits_already_is_not_queued_again() -> None:
    shop = Workshop()
    shop.add("a", "b", "b", "b")
    waiting = len(shop.queue)
    shop.kernel.run()

    assert waiting == 2
    assert [name for _, name in shop.started] == ["a", "b"]


def test_a_key_that_changes_while_it_is_worked_on_is_worked_on_once_more_and_never_by_two_at_once() -> None:
    shop = Workshop(workers=3)
    shop.add("a")
    shop.kernel.at(0.3, shop.add, "a")
    shop.kernel.at(0.6, shop.add, "a")
    shop.kernel.run()

    assert shop.started == [(0, "a"), (1, "a")]


def test_a_failed_key_comes_back_later_each_time_until_it_succeeds() -> None:
    shop = Workshop(seconds=0.0)
    delays = []
    for _ in range(4):
        before = shop.kernel.now
        shop.queue.retry(("ns", "a"))
        shop.kernel.run()
        delays.append(shop.kernel.now - before)
    shop.queue.forget_failures(("ns", "a"))
    before = shop.kernel.now
    shop.queue.retry(("ns", "a"))
    shop.kernel.run()

    assert delays == pytest.approx([0.005, 0.01, 0.02, 0.04])
    assert shop.kernel.now - before == pytest.approx(0.005)


def test_a_key_that_fails_for_ever_is_retried_every_thousand_seconds() -> None:
    shop = Workshop(seconds=0.0)
    for _ in range(2000):
        shop.queue.retry(("ns", "a"))
        shop.kernel.run()

    assert shop.started[-1][0] - shop.started[-2][0] == pytest.approx(1000.0)


def test_all_retries_together_are_ten_a_second_after_a_burst_of_a_hundred() -> None:
    shop = Workshop(workers=1000, seconds=0.0)
    for index in range(150):
        shop.queue.retry(("ns", f"key-{index}"))
    shop.kernel.run(0.006)
    at_once = len(shop.started)
    shop.kernel.run()

    assert at_once == 100
    assert shop.kernel.now == pytest.approx(5.0)


def test_a_queue_that_is_paused_still_takes_keys_in_and_goes_on_when_it_is_resumed() -> None:
    shop = Workshop(workers=2)
    shop.add("a")
    shop.kernel.at(0.5, shop.queue.pause)
    shop.kernel.at(0.6, shop.add, "a", "b", "c", "d")
    shop.kernel.at(10.0, shop.queue.resume)
    shop.kernel.run()

    assert shop.started == [(0, "a"), (10, "b"), (10, "c"), (11, "d"), (11, "a")]
    assert shop.most_busy == 2


def test_two_pauses_that_overlap_end_when_the_last_one_does() -> None:
    shop = Workshop()
    shop.queue.pause()
    shop.queue.pause()
    shop.add("a")
    shop.kernel.at(1.0, shop.queue.resume)
    shop.kernel.at(2.0, shop.queue.resume)
    shop.kernel.run()

    assert shop.started == [(2, "a")]


Steps = st.lists(
    st.tuples(st.sampled_from(["add", "retry", "later", "pause", "resume"]), st.sampled_from("abc"), st.floats(0, 3)),
    max_size=40,
)


@given(steps=Steps, workers=st.integers(1, 3))
def test_whatever_happens_the_last_word_about_every_key_is_acted_on(
    steps: list[tuple[str, str, float]], workers: int
) -> None:
    shop = Workshop(workers)
    asked: dict[str, float] = {}
    pauses = 0
    for step, name, pause in steps:
        key = ("ns", name)
        if step == "add":
            shop.queue.add(key)
        elif step == "retry":
            shop.queue.retry(key)
        elif step == "later":
            shop.queue.add_after(key, pause)
        elif step == "pause":
            shop.queue.pause()
            pauses += 1
        elif pauses:
            shop.queue.resume()
            pauses -= 1
        if step in ("add", "retry", "later"):
            asked[name] = shop.kernel.now
        shop.kernel.run(shop.kernel.now + pause)
    for _ in range(pauses):
        shop.queue.resume()
    shop.kernel.run()
    last = {name: seconds for seconds, name in shop.started}

    assert all(last[name] >= seconds for name, seconds in asked.items())
    assert shop.most_busy <= workers
    assert len(shop.queue) == 0
    assert not shop.busy


def test_a_key_is_worked_on_once_nobody_has_asked_for_it_for_a_while() -> None:
    shop = Workshop(seconds=0.0)
    for at in (0.0, 2.0, 4.0, 20.0):
        shop.kernel.at(at, shop.queue.add_when_quiet, ("ns", "a"), 3.0, 100.0)
    shop.kernel.run(50.0)
    assert shop.started == [(7.0, "a"), (23.0, "a")]


def test_a_key_that_is_asked_for_without_end_is_worked_on_all_the_same() -> None:
    shop = Workshop(seconds=0.0)
    for at in range(20):
        shop.kernel.at(float(at), shop.queue.add_when_quiet, ("ns", "a"), 3.0, 10.0)
    shop.kernel.run(50.0)
    assert shop.started == [(10.0, "a"), (21.0, "a")]

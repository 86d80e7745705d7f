import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.kernel import Kernel

DELAYS_SECONDS = st.one_of(
    st.floats(0, 1e-6), st.floats(0, 1), st.floats(0, 1e5), st.sampled_from([0.0, 0.1, 0.2, 0.30000000000000004, 1.0])
)
DAYS_SECONDS = st.sampled_from([1e-3, 0.1, 1.0, 3600.0])


def test_actions_happen_in_the_order_of_their_times() -> None:
    kernel = Kernel()
    log: list[tuple[float, str]] = []
    for delay_seconds, name in [(3600, "hour"), (0.001, "millisecond"), (60, "minute"), (1, "second")]:
        kernel.after(delay_seconds, lambda name=name: log.append((kernel.now, name)))

    kernel.run()

    assert log == [(0.001, "millisecond"), (1, "second"), (60, "minute"), (3600, "hour")]


def test_actions_of_one_instant_happen_in_the_order_of_scheduling() -> None:
    kernel = Kernel()
    log: list[int] = []
    for number in range(1000):
        kernel.after(5, log.append, number)

    kernel.run()

    assert log == list(range(1000))


def test_a_lower_priority_number_goes_first_within_an_instant_only() -> None:
    kernel = Kernel()
    log: list[str] = []
    kernel.at(2, log.append, "later", priority=-9)
    kernel.at(1, log.append, "last", priority=1)
    kernel.at(1, log.append, "middle")
    kernel.at(1, log.append, "first", priority=-1)

    kernel.run()

    assert log == ["first", "middle", "last", "later"]


@given(st.lists(st.tuples(DELAYS_SECONDS, st.integers(-2, 2)), max_size=60), DAYS_SECONDS)
def test_the_calendar_agrees_with_a_sorted_list(entries: list[tuple[float, int]], day_seconds: float) -> None:
    kernel = Kernel(day_seconds=day_seconds)
    log: list[tuple[float, int, int]] = []
    for number, (time_seconds, priority) in enumerate(entries):
        kernel.at(time_seconds, log.append, (time_seconds, priority, number), priority=priority)

    kernel.run()

    assert log == sorted((time, priority, number) for number, (time, priority) in enumerate(entries))


class PlainKernel:
    """What a calendar must be indistinguishable from: one list, of which the least entry is taken each time."""

    def __init__(self) -> None:
        self.now = 0.0
        self.entries: list[tuple[float, int, Callable[..., object], tuple[object, ...]]] = []
        self.sequence = 0

    def after(self, delay_seconds: float, action: Callable[..., object], *args: object) -> None:
        self.sequence += 1
        self.entries.append((self.now + delay_seconds, self.sequence, action, args))

    def run(self, until_seconds: float = math.inf) -> None:
        while self.entries and min(self.entries)[0] <= until_seconds:
            self.entries.remove(entry := min(self.entries))
            self.now, _, action, args = entry
            action(*args)
        if until_seconds < math.inf:
            self.now = until_seconds


Story = list[tuple[float, list[float]]]


def trace(kernel: Kernel | PlainKernel, story: Story, stops_seconds: list[float]) -> list[tuple[float, int]]:
    """Schedule the story's actions, each of which schedules others, in portions between the stops."""
    log: list[tuple[float, int]] = []

    def happen(number: int, delays_seconds: list[float]) -> None:
        log.append((kernel.now, number))
        for child, delay_seconds in enumerate(delays_seconds):
            kernel.after(delay_seconds, happen, number * 100 + child, delays_seconds[child + 1 :])

    for number, (delay_seconds, children_seconds) in enumerate(story):
        kernel.after(delay_seconds, happen, number, children_seconds)
    for stop_seconds in sorted(stops_seconds):
        kernel.run(stop_seconds)
        kernel.after(0.05, happen, -1, [])
    kernel.run()
    return log


@given(
    st.lists(st.tuples(DELAYS_SECONDS, st.lists(DELAYS_SECONDS, max_size=4)), max_size=12),
    st.lists(DELAYS_SECONDS, max_size=3),
    DAYS_SECONDS,
)
def test_actions_that_schedule_actions_happen_as_with_a_plain_list(
    story: Story, stops_seconds: list[float], day_seconds: float
) -> None:
    assert trace(Kernel(day_seconds=day_seconds), story, stops_seconds) == trace(PlainKernel(), story, stops_seconds)


def test_looking_at_the_next_time_in_between_changes_nothing() -> None:
    kernel = Kernel()
    log: list[float] = []

    def look() -> None:
        log.append(kernel.now)
        kernel.next_time()

    for delay_seconds in (1, 2, 300, 300.05, 4000):
        kernel.after(delay_seconds, look)
    kernel.run()

    assert log == [1, 2, 300, 300.05, 4000]


def test_running_until_a_time_does_what_is_due_then_and_leaves_the_clock_there() -> None:
    kernel = Kernel()
    log: list[str] = []
    kernel.after(10, log.append, "due")
    kernel.after(10.000001, log.append, "not yet")

    kernel.run(until_seconds=10)

    assert (log, kernel.now) == (["due"], 10)

    kernel.run(until_seconds=3600)

    assert (log, kernel.now) == (["due", "not yet"], 3600)


def test_what_is_scheduled_before_a_distant_event_that_was_looked_at_still_comes_first() -> None:
    kernel = Kernel()
    log: list[str] = []
    kernel.after(3600, log.append, "distant")
    assert kernel.next_time() == 3600
    kernel.run(until_seconds=100)
    kernel.after(5, log.append, "near")

    kernel.run()

    assert log == ["near", "distant"]


def test_stop_ends_the_run_after_the_current_action() -> None:
    kernel = Kernel()
    log: list[str] = []
    kernel.after(1, kernel.stop)
    kernel.after(1, log.append, "same instant")

    kernel.run(until_seconds=100)

    assert (log, kernel.now) == ([], 1)

    kernel.run(until_seconds=100)

    assert (log, kernel.now) == (["same instant"], 100)


def test_a_stop_between_runs_makes_the_next_run_return_at_once() -> None:
    kernel = Kernel()
    log: list[str] = []
    kernel.after(1, log.append, "done")
    kernel.stop()

    kernel.run(until_seconds=100)

    assert (log, kernel.now) == ([], 0)

    kernel.run(until_seconds=100)

    assert (log, kernel.now) == (["done"], 100)


def test_a_run_can_be_bounded_in_actions() -> None:
    kernel = Kernel()
    log: list[int] = []
    for number in range(10):
        kernel.after(number, log.append, number)

    kernel.run(until_seconds=100, max_actions=4)

    assert (log, kernel.now) == ([0, 1, 2, 3], 3)


def test_a_cancelled_timer_does_not_happen_and_does_not_move_the_clock() -> None:
    kernel = Kernel()
    log: list[str] = []
    kernel.after(1, log.append, "kept")
    timer = kernel.timer(3600, log.append, "cancelled")

    pending_before = timer.pending
    timer.cancel()
    timer.cancel()
    kernel.run()

    assert (pending_before, timer.pending) == (True, False)
    assert (log, kernel.now) == (["kept"], 1)


def test_a_timer_that_has_fired_is_no_longer_pending_and_cancelling_it_does_nothing() -> None:
    kernel = Kernel()
    log: list[str] = []
    timer = kernel.timer(1, log.append, "fired")
    kernel.run()

    timer.cancel()

    assert not timer.pending
    assert log == ["fired"]


def test_a_timer_may_be_cancelled_by_another_action_of_its_instant() -> None:
    kernel = Kernel()
    log: list[str] = []
    timer = kernel.timer(1, log.append, "cancelled")
    kernel.at(1, timer.cancel, priority=-1)

    kernel.run()

    assert log == []


def test_the_next_time_is_that_of_the_next_action_that_will_happen() -> None:
    kernel = Kernel()
    assert kernel.next_time() is None
    timers = [kernel.timer(seconds, int) for seconds in (0.01, 0.02, 5, 7)]
    kernel.after(9, int)
    kernel.after(0.015, int)
    assert kernel.next_time() == 0.01

    for timer in timers:
        timer.cancel()

    assert kernel.next_time() == 0.015
    kernel.run(until_seconds=1)
    assert kernel.next_time() == 9
    kernel.run()
    assert kernel.next_time() is None


@pytest.mark.parametrize("delay_seconds", [-1e-9, math.nan])
def test_a_delay_into_the_past_is_refused(delay_seconds: float) -> None:
    kernel = Kernel()
    kernel.run(until_seconds=10)

    with pytest.raises(ValueError, match="past"):
        kernel.after(delay_seconds, int)
    with pytest.raises(ValueError, match="past"):
        kernel.timer(delay_seconds, int)
    with pytest.raises(ValueError, match="before now"):
        kernel.at(10 + delay_seconds * 1e9, int)
    with pytest.raises(ValueError, match="cannot run"):
        kernel.run(until_seconds=10 + delay_seconds * 1e9)
    assert kernel.next_time() is None


def test_an_infinite_delay_is_refused() -> None:
    with pytest.raises(OverflowError):
        Kernel().after(math.inf, int)


def test_an_action_cannot_run_the_kernel_that_runs_it() -> None:
    kernel = Kernel()
    kernel.after(1, kernel.run)

    with pytest.raises(RuntimeError, match="by an action"):
        kernel.run()


def test_an_exception_of_an_action_surfaces_with_its_virtual_time_and_the_run_can_go_on() -> None:
    kernel = Kernel()
    log: list[str] = []
    kernel.after(2.5, divmod, 1, 0)
    kernel.after(3, log.append, "after the failure")

    with pytest.raises(ZeroDivisionError) as caught:
        kernel.run()

    assert kernel.now == 2.5
    assert "2.5 s" in caught.value.__notes__[0]
    kernel.run()
    assert log == ["after the failure"]

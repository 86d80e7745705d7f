"""The wall clock of these tests is that of a virtual asyncio loop: it costs no time to wait."""

import asyncio
import math
from collections.abc import Awaitable, Callable

import pytest

from plimsoll.embed.pacer import Pacer
from plimsoll.embed.virtual import run_virtual
from plimsoll.kernel import Kernel


class World:
    """A simulation, its pacer, and the wall clock that it is paced by."""

    def __init__(self, *, rate: float = 1.0, actions_per_turn: int = 1000) -> None:
        self.wall = Kernel()
        self.kernel = Kernel()
        self.log: list[tuple[float, float]] = []
        """The instants at which something happened: wall-clock time, virtual time."""
        self.blocked_seconds = 0.0
        """For how long something has kept the loop, and so the pacer, from running."""
        self.pacer = Pacer(self.kernel, self.clock, rate=rate, actions_per_turn=actions_per_turn)

    def clock(self) -> float:
        return self.wall.now + self.blocked_seconds

    def note(self) -> None:
        self.log.append((self.wall.now, self.kernel.now))

    def run(self, story: Callable[[], Awaitable[None]]) -> None:
        async def main() -> None:
            pacing = asyncio.create_task(self.pacer.run())
            await story()
            pacing.cancel()
            await asyncio.wait([pacing])

        run_virtual(self.wall, main())


@pytest.mark.parametrize(("rate", "wall_seconds"), [(1.0, 8.0), (4.0, 2.0), (0.5, 16.0)])
def test_an_action_happens_when_the_wall_clock_times_the_rate_has_reached_it(rate: float, wall_seconds: float) -> None:
    world = World(rate=rate)
    world.kernel.after(8, world.note)

    world.run(lambda: asyncio.sleep(100))

    assert world.log == [(wall_seconds, 8.0)]


def test_a_poke_lets_an_action_happen_that_was_scheduled_for_before_the_alarm() -> None:
    world = World()
    world.kernel.after(60, world.note)

    async def story() -> None:
        await asyncio.sleep(10)
        world.pacer.catch_up()
        world.kernel.after(2, world.note)
        world.pacer.poke()
        await asyncio.sleep(100)

    world.run(story)

    assert world.log == [(12.0, 12.0), (60.0, 60.0)]


def test_a_poke_wakes_a_pacer_that_has_nothing_to_wait_for() -> None:
    world = World()

    async def story() -> None:
        await asyncio.sleep(10)
        world.pacer.catch_up()
        world.kernel.after(2, world.note)
        world.pacer.poke()
        await asyncio.sleep(100)

    world.run(story)

    assert world.log == [(12.0, 12.0)]


def test_the_simulation_catches_up_with_the_present_before_something_comes_in_from_outside() -> None:
    world = World(rate=2)

    async def story() -> None:
        await asyncio.sleep(10)
        world.pacer.catch_up()
        world.note()

    world.run(story)

    assert world.log == [(10.0, 20.0)]


def test_a_new_rate_holds_from_now_on() -> None:
    world = World(rate=1)
    world.kernel.after(30, world.note)

    async def story() -> None:
        await asyncio.sleep(10)
        world.pacer.rate = 4
        await asyncio.sleep(100)

    world.run(story)

    assert world.pacer.rate == 4
    assert world.log == [(15.0, 30.0)]


def test_at_rate_zero_the_simulation_stands_still_until_the_rate_changes() -> None:
    world = World(rate=0)
    world.kernel.after(5, world.note)

    async def story() -> None:
        await asyncio.sleep(1000)
        world.pacer.rate = 1
        await asyncio.sleep(100)

    world.run(story)

    assert world.log == [(1005.0, 5.0)]


@pytest.mark.parametrize("rate", [-1.0, math.inf, math.nan])
def test_a_rate_that_makes_no_sense_is_refused(rate: float) -> None:
    world = World()

    with pytest.raises(ValueError, match="cannot run at"):
        world.pacer.rate = rate
    with pytest.raises(ValueError, match="cannot run at"):
        Pacer(world.kernel, world.clock, rate=rate)


def test_a_burst_is_worked_off_in_bounded_turns_with_the_loop_running_in_between() -> None:
    world = World(actions_per_turn=10)
    for _ in range(35):
        world.kernel.after(5, world.note)
    done_at_each_turn: list[int] = []

    async def story() -> None:
        await asyncio.sleep(5)
        while len(world.log) < 35:
            await asyncio.sleep(0)
            done_at_each_turn.append(len(world.log))

    world.run(story)

    assert (
        max(later - earlier for earlier, later in zip([0, *done_at_each_turn], done_at_each_turn, strict=False)) <= 10
    )
    assert len(world.log) == 35


def test_a_simulation_that_fell_behind_says_by_how_much_and_catches_up() -> None:
    world = World(actions_per_turn=10)
    for tenths in range(1, 101):
        world.kernel.after(tenths / 10, world.note)
    lags: list[float] = []

    async def story() -> None:
        await asyncio.sleep(0)
        world.blocked_seconds = 10
        world.pacer.poke()
        while len(world.log) < 100:
            await asyncio.sleep(0)
            lags.append(world.pacer.lag_seconds)
        await asyncio.sleep(1)

    world.run(story)

    assert max(lags) == pytest.approx(9)
    assert lags == [lags[0], *sorted(lags[1:], reverse=True)]
    assert world.pacer.lag_seconds == 0


def test_an_exception_of_the_simulation_ends_the_pacer_and_passes_through() -> None:
    world = World()
    world.kernel.after(3, divmod, 1, 0)

    with pytest.raises(ZeroDivisionError):
        run_virtual(world.wall, world.pacer.run())


def test_a_stop_from_within_the_simulation_delays_nothing() -> None:
    world = World()
    world.kernel.after(5, world.kernel.stop)
    world.kernel.after(5, world.note)

    world.run(lambda: asyncio.sleep(100))

    assert world.log == [(5.0, 5.0)]


def test_a_cancelled_pacer_leaves_no_alarm_behind() -> None:
    world = World()
    world.kernel.after(3600, world.note)

    world.run(lambda: asyncio.sleep(1))

    assert world.log == []
    assert world.wall.now == 1

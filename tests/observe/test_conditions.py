"""Waiting for what is observed."""

from __future__ import annotations

import asyncio

import pytest

from plimsoll.observe.conditions import Conditions
from tests.driver.in_virtual_time import now, run


def test_a_condition_that_holds_is_not_waited_for() -> None:
    run(Conditions().until(lambda: True))


def test_a_waiter_goes_on_at_the_check_after_its_condition_came_true() -> None:
    async def scene() -> None:
        conditions = Conditions()
        values = [0]

        def change(value: int) -> None:
            values[0] = value
            conditions.check()

        loop = asyncio.get_running_loop()
        loop.call_later(1, change, 1)
        loop.call_later(2, change, 2)
        await conditions.until(lambda: values[0] >= 2)
        assert now() == 2

    run(scene())


def test_one_check_wakes_everybody_whose_condition_holds() -> None:
    async def scene() -> None:
        conditions = Conditions()
        ready: list[bool] = []
        waiters = [asyncio.create_task(conditions.until(lambda: bool(ready))) for _ in range(3)]
        await asyncio.sleep(1)
        ready.append(True)
        conditions.check()
        await asyncio.gather(*waiters)

    run(scene())


def test_a_waiter_that_gave_up_is_forgotten() -> None:
    async def scene() -> None:
        conditions = Conditions()
        asked = 0

        def never() -> bool:
            nonlocal asked
            asked += 1
            return False

        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5):
                await conditions.until(never)
        conditions.check()
        assert asked == 1

    run(scene())

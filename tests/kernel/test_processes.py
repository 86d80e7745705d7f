from collections.abc import Generator
from typing import Any

import pytest

from plimsoll.kernel import Event, Kernel

Steps = Generator[float | Event, Any, Any]


def test_a_process_sleeps_and_its_value_is_what_it_returns() -> None:
    kernel = Kernel()

    def script() -> Steps:
        yield 1.5
        yield 2
        return "done"

    process = kernel.spawn(script())
    kernel.run()

    assert (process.happened, process.value, kernel.now) == (True, "done", 3.5)


def test_a_process_takes_its_first_step_after_what_is_scheduled_for_the_instant_already() -> None:
    kernel = Kernel()
    log: list[str] = []

    def script() -> Steps:
        log.append("process")
        yield 0.0

    kernel.after(0, log.append, "scheduled before")
    kernel.spawn(script())
    log.append("spawner")
    kernel.run()

    assert log == ["spawner", "scheduled before", "process"]


def test_everyone_who_waits_for_an_event_gets_its_value_in_the_order_of_waiting() -> None:
    kernel = Kernel()
    event = kernel.event()
    log: list[tuple[float, str, object]] = []

    def waiter(name: str) -> Steps:
        value = yield event
        log.append((kernel.now, name, value))

    for name in ("first", "second", "third"):
        kernel.spawn(waiter(name))
    kernel.after(4, event.succeed, "ready")
    kernel.run()

    assert log == [(4, "first", "ready"), (4, "second", "ready"), (4, "third", "ready")]


def test_waiting_for_what_has_happened_costs_no_time_and_no_turn() -> None:
    kernel = Kernel()
    event = kernel.event()
    event.succeed(7)
    log: list[object] = []

    def script() -> Steps:
        log.append((yield event))
        log.append((yield event))

    kernel.spawn(script())
    kernel.after(0, log.append, "next turn")
    kernel.run()

    assert log == [7, 7, "next turn"]


def test_a_callback_is_called_at_the_instant_of_the_event_also_when_it_comes_late() -> None:
    kernel = Kernel()
    event = kernel.event()
    log: list[tuple[float, object]] = []
    event.add_callback(lambda happened: log.append((kernel.now, happened.value)))
    kernel.after(1, event.succeed, "value")
    kernel.after(2, event.add_callback, lambda happened: log.append((kernel.now, happened.value)))

    kernel.run()

    assert log == [(1, "value"), (2, "value")]


def test_an_event_happens_only_once() -> None:
    kernel = Kernel()
    event = kernel.event()
    event.succeed()

    with pytest.raises(RuntimeError, match="happened already"):
        event.succeed()
    with pytest.raises(RuntimeError, match="happened already"):
        event.fail(LookupError())


def test_a_failure_is_thrown_into_the_process_that_waits() -> None:
    kernel = Kernel()
    event = kernel.event()
    caught: list[BaseException] = []

    def script() -> Steps:
        try:
            yield event
        except LookupError as error:
            caught.append(error)
        yield 1.0

    kernel.spawn(script())
    failure = LookupError("no such node")
    kernel.after(1, event.fail, failure)
    kernel.run()

    assert caught == [failure]
    assert kernel.now == 2


def test_the_failure_of_a_process_is_raised_in_the_process_that_waits_for_it() -> None:
    kernel = Kernel()

    def child() -> Steps:
        yield 1.0
        raise LookupError("no such node")

    def parent() -> Steps:
        with pytest.raises(LookupError, match="no such node"):
            yield kernel.spawn(child())
        return "survived"

    process = kernel.spawn(parent())
    kernel.run()

    assert process.value == "survived"


def test_a_failure_can_be_answered_for_within_the_instant() -> None:
    kernel = Kernel()
    event = kernel.event()
    log: list[BaseException | None] = []
    kernel.after(1, event.fail, LookupError())
    kernel.after(1, event.add_callback, lambda happened: log.append(happened.error))

    kernel.run()

    assert log == [event.error]


def test_a_process_may_look_at_a_failed_event_within_the_instant() -> None:
    kernel = Kernel()
    event = kernel.event()

    def script() -> Steps:
        yield 1.0
        with pytest.raises(LookupError):
            yield event

    kernel.after(1, event.fail, LookupError())
    kernel.spawn(script())

    kernel.run()


def test_a_failure_that_nobody_waits_for_surfaces_from_the_run() -> None:
    kernel = Kernel()

    def script() -> Steps:
        yield 3.0
        raise LookupError("no such node")

    kernel.spawn(script())
    with pytest.raises(LookupError, match="no such node") as caught:
        kernel.run()

    assert "3.0 s" in caught.value.__notes__[0]

    kernel.event().fail(KeyError("an event's failure, too"))
    with pytest.raises(KeyError):
        kernel.run()


def test_a_negative_sleep_is_the_process_s_own_failure() -> None:
    kernel = Kernel()

    log: list[str] = []

    def script() -> Steps:
        try:
            yield -1.0
        finally:
            log.append("finally")

    kernel.spawn(script())

    with pytest.raises(ValueError, match="past"):
        kernel.run()
    assert log == ["finally"]


def test_a_process_that_yields_neither_seconds_nor_an_event_fails() -> None:
    kernel = Kernel()

    def script() -> Generator[Any, Any, None]:
        yield "five seconds"

    kernel.spawn(script())

    with pytest.raises(TypeError):
        kernel.run()


def test_a_cancelled_process_runs_its_finally_clauses_and_goes_no_further() -> None:
    kernel = Kernel()
    log: list[str] = []

    def script() -> Steps:
        try:
            yield 10.0
            log.append("woke")
        finally:
            log.append("finally")

    process = kernel.spawn(script())
    kernel.after(5, process.cancel)
    kernel.after(6, process.cancel)
    kernel.run()

    assert log == ["finally"]
    assert process.happened


def test_a_process_cancelled_while_it_waits_for_an_event_ignores_the_event() -> None:
    kernel = Kernel()
    event = kernel.event()
    log: list[str] = []

    def script() -> Steps:
        yield event
        log.append("woke")

    process = kernel.spawn(script())
    kernel.after(5, process.cancel)
    kernel.after(6, event.succeed)
    kernel.run()

    assert log == []
    assert process.happened


def test_the_failure_of_what_only_a_cancelled_process_waited_for_surfaces() -> None:
    kernel = Kernel()
    event = kernel.event()

    def script() -> Steps:
        yield event

    process = kernel.spawn(script())
    kernel.after(5, process.cancel)
    kernel.after(6, event.fail, LookupError("no such node"))

    with pytest.raises(LookupError, match="no such node"):
        kernel.run()

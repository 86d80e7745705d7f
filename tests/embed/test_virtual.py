import asyncio
import contextlib
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from plimsoll.embed.virtual import reject, resolve, run_virtual
from plimsoll.errors import RunError
from plimsoll.kernel import Kernel


def answer_after(kernel: Kernel, delay_seconds: float, value: object) -> asyncio.Future[object]:
    """A request to a simulation that answers after so long."""
    future: asyncio.Future[object] = asyncio.get_running_loop().create_future()
    kernel.after(delay_seconds, resolve, kernel, future, value)
    return future


def test_sleeping_eight_hours_takes_eight_hours_of_virtual_time() -> None:
    kernel = Kernel()

    async def main() -> float:
        await asyncio.sleep(28_800)
        return asyncio.get_running_loop().time()

    assert run_virtual(kernel, main()) == 28_800
    assert kernel.now == 28_800


def test_the_simulation_goes_on_while_a_coroutine_sleeps() -> None:
    kernel = Kernel()
    seen: list[float] = []
    for second in range(1, 6):
        kernel.after(second, lambda: seen.append(kernel.now))

    async def main() -> None:
        await asyncio.sleep(3.5)

    run_virtual(kernel, main())

    assert seen == [1, 2, 3]


def test_the_kernel_goes_first_where_both_have_something_to_do_at_one_instant() -> None:
    kernel = Kernel()
    log: list[str] = []
    kernel.after(2, log.append, "kernel")

    async def main() -> None:
        await asyncio.sleep(2)
        log.append("coroutine")

    run_virtual(kernel, main())

    assert log == ["kernel", "coroutine"]


def test_an_answer_arrives_at_the_instant_at_which_the_simulation_gives_it() -> None:
    kernel = Kernel()
    log: list[tuple[float, object]] = []
    kernel.after(1.75, log.append, (1.75, "later"))

    async def main() -> None:
        value = await answer_after(kernel, 1.5, "created")
        log.append((kernel.now, value))
        await asyncio.sleep(1)

    run_virtual(kernel, main())

    assert log == [(1.5, "created"), (1.75, "later")]


def test_an_error_of_the_simulated_cluster_is_raised_where_it_is_awaited() -> None:
    kernel = Kernel()

    async def main() -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        kernel.after(1, reject, kernel, future, LookupError("no such pod"))
        with pytest.raises(LookupError, match="no such pod"):
            await future

    run_virtual(kernel, main())


def test_an_answer_that_nobody_waits_for_any_more_is_dropped() -> None:
    kernel = Kernel()

    async def main() -> None:
        future = answer_after(kernel, 10, "too late")
        kernel.after(10, reject, kernel, future, LookupError())
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(future, timeout=5)
        assert kernel.now == 5
        await asyncio.sleep(10)

    run_virtual(kernel, main())

    assert kernel.now == 15


def test_timeout_task_group_and_semaphore_work_in_virtual_time() -> None:
    kernel = Kernel()
    finished: list[tuple[int, float]] = []

    async def call(gate: asyncio.Semaphore, number: int) -> None:
        async with gate:
            await answer_after(kernel, 2, None)
            finished.append((number, kernel.now))

    async def main() -> None:
        gate = asyncio.Semaphore(2)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5), asyncio.TaskGroup() as group:
                for number in range(10):
                    group.create_task(call(gate, number))

    run_virtual(kernel, main())

    assert finished == [(0, 2), (1, 2), (2, 4), (3, 4)]
    assert kernel.now == 5


def test_two_clocks_agree_whatever_the_delays_add_up_to() -> None:
    kernel = Kernel()

    async def main() -> None:
        loop = asyncio.get_running_loop()
        for _ in range(1000):
            due = loop.time() + 0.1
            await asyncio.sleep(0.1)
            assert loop.time() == kernel.now == pytest.approx(due, abs=1e-12)

    run_virtual(kernel, main())


def test_a_decade_of_virtual_time_does_not_stop_the_loop() -> None:
    kernel = Kernel()
    kernel.run(until_seconds=10 * 365 * 86_400)

    async def main() -> None:
        for _ in range(100):
            await asyncio.sleep(0.1)

    run_virtual(kernel, main())

    assert kernel.now == pytest.approx(10 * 365 * 86_400 + 10, abs=1e-3)


def test_waiting_for_what_cannot_come_is_an_error_that_names_who_waits() -> None:
    kernel = Kernel()
    kernel.after(3, int)

    async def wait_for_a_pod_that_was_never_created() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(RunError, match=r"at 3 s .*wait_for_a_pod_that_was_never_created"):
        run_virtual(kernel, wait_for_a_pod_that_was_never_created())


def test_a_coroutine_can_clean_up_after_waiting_in_vain() -> None:
    kernel = Kernel()
    cleaned_up: list[float] = []

    async def main() -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            await asyncio.sleep(60)
            cleaned_up.append(kernel.now)

    with pytest.raises(RunError):
        run_virtual(kernel, main())

    assert cleaned_up == [60]


def test_an_exception_of_the_simulation_reaches_the_caller_and_cancels_the_coroutine() -> None:
    kernel = Kernel()
    cancelled: list[bool] = []
    kernel.after(1, divmod, 1, 0)

    async def main() -> None:
        try:
            await asyncio.sleep(100)
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    with pytest.raises(ZeroDivisionError):
        run_virtual(kernel, main())

    assert cancelled == [True]


def test_threads_are_refused() -> None:
    async def main() -> None:
        with pytest.raises(RuntimeError, match="no threads"):
            await asyncio.to_thread(int)

    run_virtual(Kernel(), main())


def test_the_loop_opens_no_file_descriptor() -> None:
    def open_descriptors() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    async def main() -> int:
        return open_descriptors()

    assert run_virtual(Kernel(), main()) == open_descriptors()


def interrupt_at(kernel: Kernel, delay_seconds: float) -> None:
    kernel.after(delay_seconds, signal.raise_signal, signal.SIGINT)


def beat_for_ever(kernel: Kernel) -> None:
    kernel.after(10, beat_for_ever, kernel)


def test_ctrl_c_cancels_the_coroutine_which_may_finish_in_virtual_time() -> None:
    kernel = Kernel()
    beat_for_ever(kernel)
    interrupt_at(kernel, 42)

    async def main() -> str:
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            interrupted_at = kernel.now
            await asyncio.sleep(60)
            return f"interrupted at {interrupted_at:g} s, cleaned up at {kernel.now:g} s"
        return "not interrupted"

    assert run_virtual(kernel, main()) == "interrupted at 42 s, cleaned up at 102 s"


def test_ctrl_c_that_the_coroutine_does_not_answer_is_a_keyboard_interrupt() -> None:
    kernel = Kernel()
    interrupt_at(kernel, 42)

    with pytest.raises(KeyboardInterrupt):
        run_virtual(kernel, asyncio.sleep(100))

    assert kernel.now == 42


def test_a_second_ctrl_c_ends_at_once() -> None:
    kernel = Kernel()
    interrupt_at(kernel, 42)
    interrupt_at(kernel, 43)

    async def main() -> None:
        try:
            await asyncio.sleep(100)
        finally:
            await asyncio.sleep(100)

    with pytest.raises(KeyboardInterrupt):
        run_virtual(kernel, main())


def test_a_keyboard_interrupt_raised_by_another_handler_cancels_the_coroutine_too() -> None:
    kernel = Kernel()
    cancelled: list[float] = []

    def interrupt() -> None:
        raise KeyboardInterrupt

    async def main() -> None:
        try:
            await asyncio.sleep(100)
        finally:
            cancelled.append(kernel.now)

    kernel.after(42, interrupt)
    with pytest.raises(KeyboardInterrupt):
        run_virtual(kernel, main())

    assert cancelled == [42]


BUSY_SIMULATION = """
    import asyncio, os, signal
    from plimsoll.embed.virtual import run_virtual
    from plimsoll.kernel import Kernel

    kernel = Kernel()

    def spin(beats):
        if beats == 1000:
            os.kill(os.getppid(), signal.SIGUSR1)
        kernel.after(0.001, spin, beats + 1)

    async def main():
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            print("ended cleanly")

    spin(0)
    run_virtual(kernel, main())
"""


def test_a_signal_from_outside_is_seen_although_virtual_time_never_blocks() -> None:
    ready = signal.signal(signal.SIGUSR1, lambda *_: None)
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
        process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(BUSY_SIMULATION)], stdout=subprocess.PIPE, text=True
        )
        signal.sigwait({signal.SIGUSR1})
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate()
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR1})
        signal.signal(signal.SIGUSR1, ready)

    assert (process.returncode, output) == (0, "ended cleanly\n")


def test_the_same_program_gives_the_same_trace_twice() -> None:
    def trace() -> list[tuple[float, int]]:
        kernel = Kernel()
        log: list[tuple[float, int]] = []

        async def worker(number: int) -> None:
            for step in range(5):
                await answer_after(kernel, (number * 7 + step) % 5 * 0.5, None)
                log.append((kernel.now, number))

        async def main() -> None:
            async with asyncio.TaskGroup() as group:
                for number in range(20):
                    group.create_task(worker(number))

        run_virtual(kernel, main())
        return log

    assert trace() == trace()

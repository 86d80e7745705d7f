from __future__ import annotations

import sys

import pytest

from bench.process import CommandFailedError, timed

MIB = 1024**2


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_a_command_s_output_is_kept() -> None:
    assert timed(python("print('hello')")).output == "hello\n"


def test_peak_memory_counts_what_the_command_gave_back() -> None:
    # Measured from a small process, as the benchmarks do: the peak of the one that forks is carried over.
    command = python("data = bytearray(b'x') * (256 << 20); del data")
    measuring = timed(python(f"from bench.process import timed; print(timed({command!r}).peak_bytes)"))
    assert 256 * MIB < int(measuring.output) < 320 * MIB


def test_an_unexpected_exit_code_raises_with_what_the_command_said() -> None:
    with pytest.raises(CommandFailedError, match="no such scenario"):
        timed(python("import sys; sys.exit('no such scenario')"))


def test_an_exit_code_that_was_expected_is_a_result() -> None:
    assert timed(python("import sys; sys.exit(1)"), accept=(0, 1)).exit_code == 1


def test_the_environment_is_added_to() -> None:
    code = "import os; print(os.environ['PLIMSOLL_RUNS'], 'PATH' in os.environ)"
    assert timed(python(code), environment={"PLIMSOLL_RUNS": "here"}).output == "here True\n"

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.kube.quantities import format_cpu, format_memory, parse_cpu, parse_memory, parse_quantity


@pytest.mark.parametrize(
    ("text", "millicores"),
    [("500m", 500), ("1", 1000), (2, 2000), (0.5, 500), ("0.1", 100), ("1.0005", 1001), ("2k", 2_000_000)],
)
def test_processor_cores_are_millicores_rounded_up(text: str | float, millicores: int) -> None:
    assert parse_cpu(text) == millicores


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1Ki", 1024),
        ("1k", 1000),
        ("100kB", 100_000),
        ("10MB", 10**7),
        ("32Gi", 32 * 1024**3),
        ("1e3", 1000),
        ("1.5Gi", 3 * 512 * 1024**2),
        (0, 0),
        ("2MiB", 2 * 1024**2),
    ],
)
def test_memory_is_bytes(text: str | float, amount: int) -> None:
    assert parse_memory(text) == amount


@pytest.mark.parametrize(
    "text", ["", "x", "1 Gi", "1Gib", "-1", -1, "1e", "0x10", "1mi", "Gi", "1" * 100, True, float("nan"), float("inf")]
)
def test_what_is_no_quantity_is_refused(text: str | float) -> None:
    with pytest.raises(ValueError, match="quantity"):
        parse_quantity(text)


def test_a_fraction_stays_exact() -> None:
    assert parse_quantity("0.1") == parse_quantity(0.1) == Fraction(1, 10)


@given(st.integers(0, 10**9))
def test_cores_come_back_from_their_spelling(millicores: int) -> None:
    assert parse_cpu(format_cpu(millicores)) == millicores


@given(st.integers(0, 2**62))
def test_bytes_come_back_from_their_spelling(amount: int) -> None:
    assert parse_memory(format_memory(amount)) == amount

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.tuning.search.optimising import cheapest, cost, optimum, penalised
from plimsoll.tuning.search.questions import Point, Probe, Verdict, drive

SIZES = (12, 12)


class Ridge:
    """Holds where two knobs are together high enough, but for a stripe; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Probe] = []

    def holds(self, point: Point) -> bool:
        return sum(point) >= 9 and point[0] != 7

    def __call__(self, probes: Sequence[Probe]) -> dict[Probe, Verdict]:
        self.asked.extend(probes)
        return {probe: Verdict(self.holds(probe.point), max(0, 9 - sum(probe.point)) / 9) for probe in probes}


def test_the_optimum_holds_and_lowering_any_knob_fails() -> None:
    pytest.importorskip("optuna")
    ridge = Ridge()
    found = drive(optimum(SIZES, seeds=2, width=2), ridge)
    assert found is not None
    assert ridge.holds(found)
    assert not any(ridge.holds((found[0] - down, found[1] - 1 + down)) for down in (0, 1))
    assert cost(found, SIZES) <= 0.5


def test_the_same_verdicts_lead_the_same_way() -> None:
    pytest.importorskip("optuna")
    first, second = Ridge(), Ridge()
    drive(optimum(SIZES, seeds=1, width=3), first)
    drive(optimum(SIZES, seeds=1, width=3), second)
    assert first.asked == second.asked


@given(
    sizes=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    holding=st.sets(st.tuples(st.integers(0, 3), st.integers(0, 3))),
    width=st.integers(1, 3),
)
def test_a_small_grid_is_gone_through_from_its_cheapest_point(
    sizes: tuple[int, int], holding: set[Point], width: int
) -> None:
    found = drive(
        cheapest(sizes, seeds=1, width=width),
        lambda probes: {probe: Verdict(probe.point in holding) for probe in probes},
    )
    possible = [point for point in product(*map(range, sizes)) if point in holding]
    assert (cost(found, sizes) if found else None) == min((cost(point, sizes) for point in possible), default=None)


def test_whatever_fails_costs_more_than_whatever_holds() -> None:
    assert penalised((3, 3), (4, 4), Verdict(True)) < penalised((0, 0), (4, 4), Verdict(False, 0.0))
    assert penalised((3, 3), (4, 4), Verdict(False, 0.1)) < penalised((0, 0), (4, 4), Verdict(False, 5.0))

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.tuning.search.descent import minimal, polished
from plimsoll.tuning.search.monotony import is_safer
from plimsoll.tuning.search.questions import Point, Probe, Verdict, drive

SIZES = st.lists(st.integers(1, 5), min_size=1, max_size=3)


class Basis:
    """A monotone predicate: holds at every point that is at least as safe as one of some points."""

    def __init__(self, *corners: Point) -> None:
        self.corners = corners

    def holds(self, point: Point) -> bool:
        return any(point == corner or is_safer(point, corner) for corner in self.corners)

    def __call__(self, probes: Sequence[Probe]) -> dict[Probe, Verdict]:
        return {probe: Verdict(self.holds(probe.point)) for probe in probes}


@st.composite
def predicates(draw: st.DrawFn) -> tuple[list[int], Basis]:
    sizes = draw(SIZES)
    corner = st.tuples(*(st.integers(0, size) for size in sizes))
    return sizes, Basis(*draw(st.lists(corner, max_size=4)))


@given(case=predicates(), width=st.integers(1, 3))
@settings(max_examples=200)
def test_a_minimal_point_is_one_of_those_that_trying_all_finds(case: tuple[list[int], Basis], width: int) -> None:
    sizes, basis = case
    points = list(product(*(range(size) for size in sizes)))
    holding = [point for point in points if basis.holds(point)]
    brute_force = {point for point in holding if not any(is_safer(point, other) for other in holding)}
    found = drive(minimal(sizes, seeds=1, width=width), basis)
    assert (found in brute_force) if holding else found is None


@given(
    size=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    holding=st.sets(st.tuples(st.integers(0, 3), st.integers(0, 3))),
)
def test_lowering_any_knob_fails_even_where_nothing_is_monotone(
    size: tuple[int, int], holding: set[tuple[int, int]]
) -> None:
    safest = (size[0] - 1, size[1] - 1)

    def holds(point: Point) -> bool:
        return point == safest or point in holding

    found = drive(
        minimal(size, seeds=1, width=2), lambda probes: {probe: Verdict(holds(probe.point)) for probe in probes}
    )
    assert found is not None
    assert holds(found)
    lower = [(found[0] - 1, found[1]), (found[0], found[1] - 1)]
    assert not any(holds(point) for point in lower if min(point) >= 0)


def test_the_knob_named_first_is_lowered_furthest() -> None:
    exchange = Basis((0, 4), (4, 0))
    assert drive(minimal([5, 5], seeds=1, width=1), exchange) == (0, 4)


def test_a_step_down_has_to_hold_with_every_seed() -> None:
    def answer(probes: Sequence[Probe]) -> dict[Probe, Verdict]:
        return {probe: Verdict(probe.point[0] >= (3 if probe.seed else 2)) for probe in probes}

    assert drive(polished((4,), seeds=2), answer) == (3,)

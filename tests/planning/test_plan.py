from __future__ import annotations

import pytest
from hypothesis import given

from plimsoll.errors import InputError
from plimsoll.planning.alternatives import possible
from plimsoll.planning.plan import make_plan
from plimsoll.planning.wish import ImpossibleWishError, Wish
from tests.planning.wishes import wish, wishes


def test_an_impossible_wish_names_the_flag_the_arithmetic_and_the_way_out() -> None:
    with pytest.raises(ImpossibleWishError) as raised:
        make_plan(wish(host_prefix=23))
    message = str(raised.value)
    assert message.startswith("--host-prefix: a /23 has 2^(32-23) - 2 = 510 addresses")
    assert message.endswith("Possible: --host-prefix 22; at most 499 pods on each of 100 nodes.")


def test_an_impossible_wish_is_wrong_input() -> None:
    assert issubclass(ImpossibleWishError, InputError)
    assert ImpossibleWishError.exit_code == 2


@given(wishes())
def test_every_wish_has_a_plan_or_a_reason(wanted: Wish) -> None:
    if possible(wanted):
        assert make_plan(wanted).max_pods >= wanted.needed_max_pods
    else:
        with pytest.raises(ImpossibleWishError) as raised:
            make_plan(wanted)
        assert raised.value.shortfall.problem
